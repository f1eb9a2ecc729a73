"""Which endpoints are accepted, and how an ipc path is kept private and ours."""

import asyncio
import os
import signal
import socket as net
import subprocess
import sys
from pathlib import Path

import pytest

from crossbook.bus import EndpointInUse, Router, Security
from crossbook.bus.endpoints import check_endpoint, is_loopback
from crossbook.errors import ConfigError
from testkit.bus import Inbox, publisher, subscriber, top

HOLD = """
import sys, zmq
from crossbook.bus.endpoints import Binding
from crossbook.bus.sockets import new_socket
Binding(new_socket(zmq.ROUTER, hwm=10), sys.argv[1])
print("bound", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize(
    ("endpoint", "advice"),
    [
        ("run/bus/md.ipc", "write ipc://"),
        ("udp://127.0.0.1:5555", "write ipc://"),
        ("ipc://", "write ipc://"),
        ("tcp://127.0.0.1", "port is missing"),
        ("ipc://@crossbook", "no file rights"),
        ("ipc:///" + "d" * 107, "shorter directory"),
    ],
)
def test_an_endpoint_that_cannot_work_is_refused_with_advice(endpoint: str, advice: str) -> None:
    with pytest.raises(ConfigError, match=advice):
        check_endpoint(endpoint)


def test_an_ipc_path_of_107_bytes_is_the_longest() -> None:
    check_endpoint("ipc:///" + "d" * 106)
    with pytest.raises(ConfigError, match="108 bytes"):
        check_endpoint("ipc:///" + "ü" * 53 + "d")


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        ("tcp://127.0.0.1:5555", True),
        ("tcp://127.8.9.1:5555", True),
        ("tcp://[::1]:5555", True),
        ("tcp://localhost:5555", True),
        ("tcp://0.0.0.0:5555", False),
        ("tcp://*:5555", False),
        ("tcp://10.0.0.1:5555", False),
        ("tcp://lo:5555", False),
        ("tcp://localhost.example.com:5555", False),
    ],
)
def test_loopback_is_told_by_address(endpoint: str, expected: bool) -> None:
    assert is_loopback(endpoint) is expected


@pytest.mark.parametrize("endpoint", ["tcp://127.0.0.1:*", "tcp://0.0.0.0:5555", "tcp://*:5555", "tcp://10.1.2.3:5555"])
async def test_nothing_listens_on_tcp_without_keys(endpoint: str) -> None:
    with pytest.raises(ConfigError, match="tcp without CURVE keys"):
        publisher(endpoint)


@pytest.mark.parametrize("endpoint", ["tcp://0.0.0.0:5555", "tcp://*:5555", "tcp://10.1.2.3:5555"])
async def test_insecure_loopback_opens_the_loopback_alone(endpoint: str) -> None:
    with pytest.raises(ConfigError, match="tcp without CURVE keys"):
        publisher(endpoint, security=Security(insecure_loopback=True))


async def test_insecure_loopback_works_where_it_is_asked_for() -> None:
    publishing = publisher("tcp://127.0.0.1:*", security=Security(insecure_loopback=True))
    assert publishing.endpoint.startswith("tcp://127.0.0.1:")
    publishing.close()


async def test_the_directory_and_the_socket_are_private_whatever_the_umask(run_dir: Path) -> None:
    before = os.umask(0)
    try:
        publishing = publisher(f"ipc://{run_dir}/bus/md.ipc")
    finally:
        os.umask(before)
    assert (run_dir / "bus").stat().st_mode & 0o777 == 0o700
    assert (run_dir / "bus" / "md.ipc").stat().st_mode & 0o077 == 0
    publishing.close()
    assert not (run_dir / "bus" / "md.ipc").exists()


async def test_a_directory_that_others_may_enter_is_refused(run_dir: Path) -> None:
    (run_dir / "open").mkdir()
    (run_dir / "open").chmod(0o755)
    with pytest.raises(ConfigError, match="chmod 700"):
        publisher(f"ipc://{run_dir}/open/md.ipc")


async def test_a_directory_that_cannot_be_made_is_said(run_dir: Path) -> None:
    (run_dir / "file").touch()
    with pytest.raises(ConfigError, match="Not a directory"):
        publisher(f"ipc://{run_dir}/file/bus/md.ipc")


async def test_a_second_binder_is_refused_and_the_first_goes_on(run_dir: Path) -> None:
    """ZeroMQ by itself takes the path away from the first without a word."""
    endpoint, inbox = f"ipc://{run_dir}/bus/md.ipc", Inbox()
    first = publisher(endpoint)
    with pytest.raises(EndpointInUse, match="still runs"):
        Router(endpoint, inbox.on_request, types=(), role="orders")
    first.publish("top.A", top(1), retain=True)
    first.close()
    second = publisher(endpoint)
    second.close()


async def test_a_successor_that_binds_at_once_keeps_its_path(run_dir: Path) -> None:
    """ZeroMQ by itself removes the path some time after closing, when it is the successor's already."""
    endpoint = f"ipc://{run_dir}/bus/md.ipc"
    for _ in range(100):
        publisher(endpoint).close()
    last, inbox = publisher(endpoint), Inbox()
    last.publish("top.A", top(1), retain=True)
    reading = subscriber(inbox, endpoint)
    await inbox.until(lambda: inbox.ids == [1])
    assert (run_dir / "bus" / "md.ipc").exists()
    reading.close()
    last.close()


def test_a_process_that_lives_keeps_its_path_and_one_that_was_killed_leaves_it(run_dir: Path) -> None:
    endpoint = f"ipc://{run_dir}/bus/md.ipc"
    holder = subprocess.Popen([sys.executable, "-c", HOLD, endpoint], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"bound\n"
    with pytest.raises(EndpointInUse):
        asyncio.run(_bind_and_close(endpoint))
    holder.send_signal(signal.SIGKILL)
    holder.wait(10)
    assert (run_dir / "bus" / "md.ipc").exists(), "nothing stale was left: this test proves nothing"
    asyncio.run(_bind_and_close(endpoint))
    holder.stdout.close()
    assert holder.stdin is not None
    holder.stdin.close()


async def test_a_port_in_use_is_said() -> None:
    with net.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        endpoint = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(EndpointInUse, match="is in use"):
            publisher(endpoint, security=Security(insecure_loopback=True))


async def _bind_and_close(endpoint: str) -> None:
    publisher(endpoint).close()
