"""The table of denial codes, `docs/denials.md`, as the checks themselves tell it."""

import inspect
from collections.abc import Iterator
from types import ModuleType

from risk import checks

_HEAD = """# Denials: what Crossbook itself refuses

A denial is ours: nothing was sent to a venue. Its context is `key=value` pairs with the numbers that were compared.
The checks are asked in this order, and the first that objects gives the answer.

This page is generated from the checks in `services/risk/src/risk`; `CROSSBOOK_WRITE_DOCS=1 make test
PYTEST_ARGS=tests/unit/risk/test_denial_table.py` writes it anew.
"""


def page() -> str:
    """The whole page."""
    return "".join((_HEAD, *(_section(number, module) for number, module in enumerate(checks.WITH_CODES))))


def _section(number: int, module: ModuleType) -> str:
    summary, _, rest = inspect.cleandoc(module.__doc__ or "").partition("\n\n")
    name = module.__name__.rpartition(".")[2]
    more = f"\n{rest}\n" if rest else ""
    return f"\n## {number}. {name}\n\n{summary}\n{more}\n| code | when |\n|---|---|\n{''.join(_rows(module))}"


def _rows(module: ModuleType) -> Iterator[str]:
    return (f"| `{code.value}` | {meaning} |\n" for code, meaning in module.CODES.items())
