"""A service that does what `--do` names: what tests of `crossbook.service` run as a real process."""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable

from crossbook import service
from crossbook.config import Change, Secret, Section, ServiceConfig
from crossbook.errors import ConfigError, HumanNeeded
from crossbook.messages.orders import StateRequest


class Work(Section):
    """What may be reloaded, and a secret."""

    step: int = 1
    key: Secret = Secret("no-key-set")


class SampleConfig(ServiceConfig):
    """Configuration of the sample."""

    work: Work = Work()


Context = service.ServiceContext[SampleConfig]


async def drain(ctx: Context) -> None:
    """Stop in order: what was given last goes first, coroutines are awaited."""

    async def last() -> None:
        await asyncio.sleep(0)
        ctx.log.info("drained_last_given")

    ctx.on_stop(lambda: ctx.log.info("drained_first_given"))
    ctx.on_stop(last)
    await until_stopped(ctx)
    ctx.log.info("main_returned")


async def hang_in_drain(ctx: Context) -> None:
    """Never finish the drain."""
    ctx.on_stop(lambda: asyncio.sleep(60))
    await until_stopped(ctx)


async def ignore_stop(ctx: Context) -> None:
    """Never return."""
    ctx.on_stop(lambda: ctx.log.info("drained"))
    ctx.log.info("sample_ready")
    await asyncio.sleep(60)


async def raise_in_main(ctx: Context) -> None:
    """Fail."""
    fail()


async def raise_in_task(ctx: Context) -> None:
    """Fail in a task."""

    async def failing() -> None:
        fail()

    ctx.task(failing(), "failing")
    await until_stopped(ctx)


async def need_config_in_task(ctx: Context) -> None:
    """Find in a task that the configuration cannot work."""

    async def failing() -> None:
        raise ConfigError("spot.symbols: NOSUCH is not listed")

    ctx.task(failing(), "reading instruments")
    await until_stopped(ctx)


async def raise_in_timer(ctx: Context) -> None:
    """Fail in a timer."""
    ctx.every(10, fail)
    await until_stopped(ctx)


async def raise_in_callback(ctx: Context) -> None:
    """Fail where only the loop sees it."""
    ctx.loop.call_soon(fail)
    await until_stopped(ctx)


async def stall(ctx: Context) -> None:
    """Block the loop."""
    time.sleep(60)  # noqa: ASYNC251  that is the point


async def work(ctx: Context) -> None:
    """Make progress and publish."""
    ctx.publisher(ctx.config.bus.events, role="events")
    done = ctx.metrics.counter("work")
    ctx.every(10, ctx.progress)
    ctx.every(10, done.add)
    await until_stopped(ctx)


async def talk(ctx: Context) -> None:
    """Send on a timer, as strategies beat, until the very end."""
    dealer = ctx.dealer(ctx.config.bus.intents, lambda message: None, types=())
    ctx.every(1, lambda: dealer.send(StateRequest(1, "")))
    await until_stopped(ctx)


async def need_human(ctx: Context) -> None:
    """Fail in a way only a human can mend."""
    raise HumanNeeded("the key may withdraw")


async def reload(ctx: Context) -> None:
    """Take `work` anew."""

    def apply(config: SampleConfig, changes: list[Change]) -> None:
        ctx.log.info("applied", step=config.work.step)

    ctx.on_reload(frozenset({"work"}), apply)
    await until_stopped(ctx)


async def leak(ctx: Context) -> None:
    """Fail with a secret in the error."""
    raise RuntimeError(f"cannot sign with {ctx.config.work.key.get_secret_value()}")


async def give_up(ctx: Context) -> None:
    """Return at once."""


async def until_stopped(ctx: Context) -> None:
    """Say that all is set up, and wait."""
    ctx.log.info("sample_ready")
    await ctx.stopping.wait()


def fail() -> None:
    """Raise what nobody handles."""
    raise ZeroDivisionError("the sample fails")


DEEDS: dict[str, Callable[[Context], Awaitable[None]]] = {
    "drain": drain,
    "hang-in-drain": hang_in_drain,
    "ignore-stop": ignore_stop,
    "raise-in-main": raise_in_main,
    "raise-in-task": raise_in_task,
    "need-config-in-task": need_config_in_task,
    "raise-in-timer": raise_in_timer,
    "raise-in-callback": raise_in_callback,
    "stall": stall,
    "work": work,
    "publish": work,
    "talk": talk,
    "need-human": need_human,
    "reload": reload,
    "leak": leak,
    "return": give_up,
}


async def main(ctx: Context) -> None:
    """Do what was asked."""
    await DEEDS[ctx.arguments.do](ctx)


def arguments(parser: argparse.ArgumentParser) -> None:
    """`--do DEED`."""
    parser.add_argument("--do", choices=sorted(DEEDS), default="return")


if __name__ == "__main__":
    service.run(main, SampleConfig, arguments=arguments)
