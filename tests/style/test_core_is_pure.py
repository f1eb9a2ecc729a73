"""No core module reaches the clock, chance, the environment, threads, files or the network."""

from pathlib import Path

import pytest

from house_rules import core_purity
from house_rules.breach import demand_none
from house_rules.tree import member_modules

CORE = "services/oms/src/oms/ledger.py"


def test_every_core_module_is_pure(repo_root: Path) -> None:
    core = [path for path in member_modules(repo_root) if core_purity.is_core(path)]
    assert len(core) > 10, "the search for core modules finds none: the rule would judge nothing"
    breaches = [found for path in core for found in core_purity.breaches_in(path, (repo_root / path).read_text())]
    demand_none(breaches)


@pytest.mark.parametrize(
    ("path", "core"),
    [
        ("services/oms/src/oms/ledger.py", True),
        ("services/oms/src/oms/__init__.py", True),
        ("services/oms/src/oms/__main__.py", False),
        ("services/oms/src/oms/shell/journal_file.py", False),
        ("services/oms/src/oms/shell.py", True),
        ("services/risk/src/risk/checks/collar.py", True),
        ("libs/common/src/crossbook/messages/__main__.py", False),
        ("libs/common/src/crossbook/instruments.py", True),
        ("libs/common/src/crossbook/messages/market.py", True),
        ("libs/common/src/crossbook/bus/publisher.py", False),
        ("libs/common/src/crossbook/service.py", False),
    ],
)
def test_core_is_all_but_shell_and_main(path: str, core: bool) -> None:
    assert core_purity.is_core(path) is core


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("import time", "core imports time"),
        ("from time import monotonic_ns", "core imports time.monotonic_ns"),
        ("import asyncio.events", "core imports asyncio.events"),
        ("from os import environ", "core imports os.environ"),
        ("import json, socket", "core imports socket"),
        ("def f():\n    import random", "core imports random"),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import zmq", "core imports zmq"),
        ("from crossbook.bus import Publisher", "core imports crossbook.bus.Publisher"),
        ("from crossbook import service", "core imports crossbook.service"),
        ("import crossbook.telemetry", "core imports crossbook.telemetry"),
        ("from crossbook.clock import SystemClock", "core imports crossbook.clock.SystemClock"),
        ("from crossbook.config import load", "core imports crossbook.config.load"),
        ("from oms.shell import wires", "core imports oms.shell.wires"),
        ("from .shell.wires import Wires", "core imports oms.shell.wires.Wires"),
        ("from . import shell", "core imports oms.shell"),
        ("from datetime import datetime\nx = datetime.now()", "core reads the clock: datetime.now"),
        ("import datetime\nx = datetime.datetime.utcnow", "core reads the clock: datetime.utcnow"),
        ("import datetime\nx = datetime.date.today()", "core reads the clock: date.today"),
        ("n = 0\ndef f():\n    global n\n    n += 1", "core changes the global n"),
        ("x = open('file')", "core calls open()"),
        ("from pathlib import Path\nx = Path('file').read_text()", "core touches a file: read_text()"),
        ("print('hello')", "core calls print()"),
    ],
)
def test_impure_source_is_found_at_its_line(source: str, what: str) -> None:
    (breach,) = core_purity.breaches_in(CORE, source)
    assert (breach.path, breach.what) == (CORE, what)
    words = what.split()[-1].removesuffix("()").split(".")[-1]
    assert words in source.splitlines()[breach.line - 1]


@pytest.mark.parametrize(
    "source",
    [
        "import hmac, hashlib, json, math, urllib.parse",
        "from urllib.parse import urlencode",
        "from datetime import datetime, timedelta",
        "from crossbook.clock import Clock",
        "from crossbook.config import Section, ServiceConfig",
        "from crossbook.messages.market import BookTop",
        "from .limits import Limits",
        "class A:\n    def now(self) -> int:\n        return self.clock.now()",
        "timeline = 1\ndef open_orders(): ...\nopen_orders()",
    ],
)
def test_pure_source_passes(source: str) -> None:
    assert core_purity.breaches_in(CORE, source) == []


def test_relative_imports_of_a_package_itself_are_resolved() -> None:
    (breach,) = core_purity.breaches_in("services/oms/src/oms/__init__.py", "from .shell import wires")
    assert breach.what == "core imports oms.shell.wires"
