"""Signals, and the orderly stop: main returns, quotes are cancelled, then sockets close; all within a deadline."""

import asyncio
import os
import signal
from collections.abc import Callable
from typing import Any, TypeVar

from crossbook.config import Reloader, ServiceConfig
from crossbook.errors import ConfigError
from crossbook.service.context import ServiceContext
from crossbook.service.exit_codes import EXIT_SOFTWARE

Config = TypeVar("Config", bound=ServiceConfig)


def obey_signals(ctx: ServiceContext[Config], load_config: Callable[[], Config]) -> None:
    """SIGTERM and SIGINT stop, the second one at once; SIGHUP reloads the configuration.

    SIGUSR1 begins a new period of all histograms: what a bench or an operator wants to see from now on.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        ctx.loop.add_signal_handler(number, _stop, ctx, number)
    ctx.loop.add_signal_handler(signal.SIGHUP, _reload, ctx, load_config)
    ctx.loop.add_signal_handler(signal.SIGUSR1, ctx.metrics.reset_histograms)


async def wait_for_main(ctx: ServiceContext[Config], running: "asyncio.Future[None]") -> BaseException | None:
    """Until main has ended by itself, or failed, or been cancelled for not stopping in time; returns its error."""
    stopped = asyncio.ensure_future(ctx.stopping.wait())
    either: set[asyncio.Future[Any]] = {running, stopped}
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not running.done():
        await asyncio.wait({running}, timeout=ctx.config.stop_ms / 1_000)
    if not running.done():
        ctx.log.error("main_does_not_stop", waited_ms=ctx.config.stop_ms)
        running.cancel()
        await asyncio.wait({running}, timeout=1)
        return None
    return None if running.cancelled() else running.exception()


async def stop_orderly(ctx: ServiceContext[Config]) -> bool:
    """Run what the service wanted done at its stop; False when that failed or took too long."""
    ctx.stopping.set()
    try:
        await asyncio.wait_for(ctx.drain(), timeout=ctx.config.stop_ms / 1_000)
    except TimeoutError:
        ctx.log.error("drain_not_finished", waited_ms=ctx.config.stop_ms)
        return False
    except Exception as error:
        ctx.log.error("drain_failed", exc_info=error)
        return False
    return True


def _stop(ctx: ServiceContext[Config], number: signal.Signals) -> None:
    if ctx.stopping.is_set():
        ctx.log.warning("stopped_at_once", signal=number.name)
        os._exit(EXIT_SOFTWARE)
    ctx.log.info("service_stopping", signal=number.name)
    ctx.stopping.set()


def _reload(ctx: ServiceContext[Config], load_config: Callable[[], Config]) -> None:
    reloadable = frozenset[str]().union(*(keys for keys, _ in ctx.reloads))
    reloader = Reloader(load_config, ctx.config, reloadable)
    try:
        changes = reloader.reload()
    except ConfigError as error:
        ctx.log.error("config_reload_refused", reason=str(error))
        return
    ctx.config = reloader.current
    for keys, apply in ctx.reloads:
        theirs = [change for change in changes if change.is_in(keys)]
        if theirs:
            apply(ctx.config, theirs)
    told = {change.key: f"{change.old} -> {change.new}" for change in changes}
    ctx.log.info("config_reloaded", changes=told)
