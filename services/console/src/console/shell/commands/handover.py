"""What needs a service's code is handed to that service's own entry point: the console imports no service."""

import importlib.util
import os
import sys
from typing import NoReturn

from console.plan import Plan
from crossbook.errors import ConfigError


def decode(arguments: tuple[str, ...]) -> NoReturn:
    """Become `python -m gateway_<venue> decode …`. Raises ConfigError without a venue we have a gateway for."""
    if any(word in ("-h", "--help") for word in arguments) and "--venue" not in arguments:
        arguments = ("--venue", "binance", *arguments)
    venue = _option(arguments, "--venue")
    module = f"gateway_{venue}"
    if not venue or importlib.util.find_spec(module) is None:
        raise ConfigError(f"decode wants --venue with one of: {', '.join(_venues())}")
    _become(module, "decode", *arguments)


def audit(plan: Plan, arguments: tuple[str, ...]) -> NoReturn:
    """Become `python -m oms audit …`, with the plan's configuration unless a journal is named."""
    words = list(arguments)
    if "--journal" not in words and not any(word in ("-h", "--help") for word in words):
        for config in plan.process("oms").configs:
            words += ["--config", str(config)]
    _become("oms", "audit", *words)


def _become(module: str, *words: str) -> NoReturn:
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", module, *words])


def _option(arguments: tuple[str, ...], name: str) -> str:
    for index, word in enumerate(arguments):
        if word == name and index + 1 < len(arguments):
            return arguments[index + 1]
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
    return ""


def _venues() -> list[str]:
    known = ("binance", "okx", "gate", "bybit", "hyperliquid", "dydx", "aster")
    return [venue for venue in known if importlib.util.find_spec(f"gateway_{venue}") is not None]
