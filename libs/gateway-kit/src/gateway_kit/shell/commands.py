"""A gateway's short errands, each a process of its own that ends: `--sweep` and `preflight`.

They take the gateway's configuration and keys but none of its files and sockets, so that they work while the gateway
itself hangs, is gone, or trades.
"""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from crossbook.clock import SystemClock
from crossbook.config import ServiceConfig, load
from crossbook.errors import ConfigError, CrossbookError
from crossbook.service.exit_codes import EXIT_CONFIG
from crossbook.telemetry import configure_logging
from gateway_kit.shell.errand import Errand
from gateway_kit.shell.gateway import VenueOffer
from gateway_kit.shell.preflight import checks_of
from gateway_kit.shell.sweeper import sweep_market

Config = TypeVar("Config", bound=ServiceConfig)
Offer = Callable[[Config], Awaitable[VenueOffer]]


def sweep(model: type[Config], offer: Offer[Config], argv: Sequence[str]) -> int:
    """Cancel everything of ours and verify; prints one JSON object. 0 when nothing of ours is left."""
    return _errand(model, offer, argv, _sweep)


def preflight(model: type[Config], offer: Offer[Config], argv: Sequence[str]) -> int:
    """Check account, key and market; prints a JSON line per check. 0 when every check passes."""
    return _errand(model, offer, argv, _preflight)


def _errand(
    model: type[Config],
    offer: Offer[Config],
    argv: Sequence[str],
    work: Callable[[VenueOffer], Awaitable[int]],
) -> int:
    options = _parse(argv)
    try:
        config = load(model, options.config, secrets_dir=options.secrets_dir)
        configure_logging(options.name or config.name or "errand", level="error", output="console")

        async def run() -> int:
            return await work(await offer(config))

        return asyncio.run(run())
    except ConfigError as error:
        sys.stderr.write(f"configuration: {error}\n")
        return EXIT_CONFIG
    except CrossbookError as error:
        sys.stderr.write(f"{error}\n")
        return 1


async def _sweep(offer: VenueOffer) -> int:
    results: dict[str, Any] = {}
    for market in offer.markets:
        async with Errand(offer, market, SystemClock()) as errand:
            results[market.market] = msgspec.to_builtins(await sweep_market(errand))
    clean = all(result["remaining"] == 0 for result in results.values())
    _print({"venue": offer.venue, "account": offer.account, "clean": clean, "markets": results})
    return 0 if clean else 1


async def _preflight(offer: VenueOffer) -> int:
    passed = True
    for market in offer.markets:
        async with Errand(offer, market, SystemClock()) as errand:
            async for check in checks_of(errand):
                passed &= check.ok
                _print(msgspec.to_builtins(check))
    return 0 if passed else 1


def _print(value: Any) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")
    sys.stdout.buffer.flush()


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--config", type=Path, action="append", default=[])
    parser.add_argument("--name", default="")
    parser.add_argument("--secrets-dir", type=Path, default=None)
    parser.add_argument("--sweep", action="store_true")
    return parser.parse_args(argv)
