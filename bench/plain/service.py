"""From a command line to a running service of the plain stack, on asyncio's own loop."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from bench.plain.bus import PlainDealer, PlainPublisher, PlainRouter, PlainSubscriber
from crossbook.bus import Security
from crossbook.bus.publisher import BEAT_INTERVAL_MS
from crossbook.clock import SystemClock
from crossbook.config import ServiceConfig, load
from crossbook.service import ServiceContext
from crossbook.service.arguments import parse_arguments
from crossbook.service.housekeeping import Housekeeping
from crossbook.service.identity import Identity
from crossbook.service.stopping import stop_orderly, wait_for_main
from crossbook.telemetry import configure_logging

Config = TypeVar("Config", bound=ServiceConfig)


class PlainContext(ServiceContext[Config]):
    """The product's context with the plain bus."""

    def publisher(self, endpoint: str, *, role: str, hwm: int = 20_000) -> PlainPublisher:  # type: ignore[override]
        """A publisher that beats by itself."""
        made = PlainPublisher(endpoint, role=role, hwm=hwm)
        self.every(BEAT_INTERVAL_MS, made.beat)
        self._adopt(role, made.stats, made.close)
        return made

    def subscriber(  # type: ignore[override]
        self,
        endpoints: list[str],
        topics: list[str],
        on_message: Callable[[str, int, Any], None],
        on_gap: Callable[[str, int, int], None],
        *,
        types: tuple[type, ...],
        newest_only: bool = False,
        on_link: Callable[[str, bool], None] | None = None,
        hwm: int = 20_000,
    ) -> PlainSubscriber:
        """A subscriber; that only the newest is wanted makes no difference here."""
        made = PlainSubscriber(endpoints, topics, on_message, types=types, on_link=on_link, hwm=hwm)
        self._adopt("subscriber", made.stats, made.close)
        return made

    def dealer(  # type: ignore[override]
        self, endpoint: str, on_message: Callable[[Any], None], *, types: tuple[type, ...], hwm: int = 1_000
    ) -> PlainDealer:
        """A dealer."""
        made = PlainDealer(endpoint, self.identity, on_message, types=types, hwm=hwm)
        self._adopt("dealer", made.stats, made.close)
        return made

    def router(  # type: ignore[override]
        self,
        endpoint: str,
        on_message: Callable[[bytes, Any], None],
        *,
        types: tuple[type, ...],
        role: str,
        hwm: int = 10_000,
    ) -> PlainRouter:
        """A router."""
        made = PlainRouter(endpoint, on_message, types=types, role=role, hwm=hwm)
        self._adopt(role, made.stats, made.close)
        return made


def run(main: Callable[[Any], Awaitable[None]], model: type[Config]) -> None:
    """As `crossbook.service.run` does it, in short."""
    options = parse_arguments(model.__module__, sys.argv[1:], None)
    os.umask(0o077)
    config = load(model, options.config).model_copy(update={"name": options.name})
    config.bus.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    asyncio.run(_serve(main, config, options))


async def _serve(main: Callable[[Any], Awaitable[None]], config: Config, options: Any) -> None:
    logs = configure_logging(config.name, level=config.telemetry.level, output=config.telemetry.format)
    ctx = PlainContext(
        Identity(config.name), config, clock=SystemClock(), security=Security(), on_fatal=_die, arguments=options
    )
    keeping = Housekeeping(ctx, logs)
    ctx.loop.set_exception_handler(_on_loop_error)
    ctx.loop.add_signal_handler(signal.SIGTERM, ctx.stopping.set)
    ctx.loop.add_signal_handler(signal.SIGINT, ctx.stopping.set)
    ctx.loop.add_signal_handler(signal.SIGUSR1, ctx.metrics.reset_histograms)
    failure = await wait_for_main(ctx, asyncio.ensure_future(main(ctx)))
    if failure is not None:
        raise failure
    await stop_orderly(ctx)
    await ctx.close()
    keeping.close()


def _die(what: str, error: BaseException) -> None:
    sys.stderr.write(f"{what}: {error!r}\n")
    os._exit(70)


def _on_loop_error(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    loop.default_exception_handler(context)
    os._exit(70)
