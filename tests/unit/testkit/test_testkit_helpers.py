"""Tests of the small helpers: ports, run directories, waiting, the shared directory."""

import socket
import stat
from pathlib import Path

import pytest

from testkit.ports import free_port, free_ports
from testkit.run_dirs import LONGEST_IPC_PATH, ROOM_FOR_NAMES, make_run_dir
from testkit.schedule import WHOLE_STACK, scope_of
from testkit.shared_files import ROOT, shared_path
from testkit.waiting import eventually


def test_free_port_can_be_bound() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", free_port()))


def test_free_ports_differ() -> None:
    assert len(set(free_ports(20))) == 20


def test_run_dir_is_private_and_short(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 80)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    path = make_run_dir()
    try:
        assert len(bytes(path)) + ROOM_FOR_NAMES <= LONGEST_IPC_PATH
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    finally:
        path.rmdir()


def test_eventually_gives_the_first_true_answer() -> None:
    answers = iter([0, "", "yes", "later"])
    assert eventually(lambda: next(answers), every_s=0.0) == "yes"


def test_eventually_fails_with_the_last_answer() -> None:
    with pytest.raises(AssertionError, match="the book did not come about within 0.0 s; last answer: 0"):
        eventually(lambda: 0, within_s=0.0, every_s=0.0, what="the book")


def test_shared_directory_is_beside_the_checkout_unless_told_otherwise() -> None:
    assert shared_path({}) == ROOT.parent / "shared"
    assert shared_path({"CROSSBOOK_SHARED": "elsewhere"}) == Path("elsewhere")


@pytest.mark.parametrize(
    ("node_id", "scope"),
    [
        ("tests/unit/oms/test_ledger.py::TestFees::test_paid[a::b]", "tests/unit/oms/test_ledger.py"),
        ("tests/integration/test_gateway_orders.py::test_x", "tests/integration/test_gateway_orders.py"),
        ("tests/integration/test_run_paper.py::test_x", "whole stack"),
        ("tests/chaos/test_p03.py::test_x", "whole stack"),
    ],
)
def test_files_stay_together_and_whole_stacks_apart(node_id: str, scope: str) -> None:
    assert scope_of(node_id) == scope


def test_whole_stack_names_tests_that_exist() -> None:
    files = [name for name in WHOLE_STACK if name.endswith(".py")]
    assert [name for name in files if not (ROOT / name).is_file()] == []
