"""From a command line to a running service, and back to an exit code."""

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import NoReturn, TypeVar

import uvloop

from crossbook.bus import close_context, load_security
from crossbook.clock import SystemClock
from crossbook.config import ServiceConfig, load
from crossbook.errors import ConfigError, CrossbookError
from crossbook.service.arguments import parse_arguments, program_name
from crossbook.service.build import build
from crossbook.service.context import ServiceContext
from crossbook.service.exit_codes import EXIT_CONFIG, EXIT_SOFTWARE, exit_code_of
from crossbook.service.housekeeping import Housekeeping
from crossbook.service.identity import Identity
from crossbook.service.stopping import obey_signals, stop_orderly, wait_for_main
from crossbook.telemetry import configure_logging, get_logger, redact

Config = TypeVar("Config", bound=ServiceConfig)
Main = Callable[[ServiceContext[Config]], Awaitable[None]]

_log = get_logger()


def run(
    main: Main[Config],
    model: type[Config],
    argv: Sequence[str] | None = None,
    *,
    arguments: Callable[[argparse.ArgumentParser], object] | None = None,
) -> NoReturn:
    """Run a service until its main returns or a signal stops it, and exit with the code that says how it ended.

    `arguments` adds options of the service's own to the command line; they are in `ctx.arguments`.
    """
    program = program_name(main.__module__)
    options = parse_arguments(program, argv, arguments)
    os.umask(0o077)
    load_config = partial(_load, model, options, program)
    try:
        config = load_config()
    except ConfigError as error:
        _tell(f"{options.name or program}: configuration: {error}")
        sys.exit(EXIT_CONFIG)
    if options.check:
        sys.stdout.write(f"{config.name}: configuration is right\n")
        sys.exit(0)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        code = runner.run(_serve(main, config, options, load_config))
    close_context()
    sys.stdout.flush()
    sys.exit(code)


def _load(model: type[Config], options: argparse.Namespace, program: str) -> Config:
    config = load(model, options.config, secrets_dir=options.secrets_dir)
    return config.model_copy(update={"name": options.name or config.name or program})


async def _serve(
    main: Main[Config], config: Config, options: argparse.Namespace, load_config: Callable[[], Config]
) -> int:
    """The service's whole life within the loop; returns its exit code."""
    logs = configure_logging(
        config.name,
        level=config.telemetry.level,
        output=config.telemetry.format,
        lines_per_second=config.telemetry.max_lines_per_second,
    )
    try:
        security = load_security(config.bus, config.name)
        ctx = ServiceContext(
            Identity(config.name),
            config,
            clock=SystemClock(),
            security=security,
            on_fatal=_die,
            arguments=options,
            build=build(),
        )
        keeping = Housekeeping(ctx, logs)
    except (CrossbookError, OSError) as error:
        return _ended_by(error, config.name)
    ctx.loop.set_exception_handler(_on_loop_error)
    obey_signals(ctx, load_config)
    keeping.announce()
    failure = await wait_for_main(ctx, asyncio.ensure_future(_main(main, ctx)))
    if failure is not None:
        code = _ended_by(failure, config.name)
    elif await stop_orderly(ctx):
        code = 0
    else:
        code = EXIT_SOFTWARE
    await ctx.close()
    _log.info("service_stopped", code=code)
    keeping.close()
    return code


async def _main(main: Main[Config], ctx: ServiceContext[Config]) -> None:
    await main(ctx)


def _ended_by(error: BaseException, name: str) -> int:
    """Say why main ended: one line for what the caller of the program can mend, the whole trace for what we must."""
    code = exit_code_of(error)
    if code == EXIT_SOFTWARE:
        _log.critical("service_failed", exc_info=error)
    else:
        _log.critical("service_refused", reason=str(error))
    detail = str(error) if isinstance(error, CrossbookError) else repr(error)
    _tell(f"{name}: {detail}")
    return code


def _die(what: str, error: BaseException) -> NoReturn:
    """End at once, without draining: what failed may be what draining would need, and a restart recovers everything."""
    code = exit_code_of(error)
    if code == EXIT_SOFTWARE:
        _log.critical("service_failed", where=what, exc_info=error)
    else:
        _log.critical("service_refused", where=what, reason=str(error))
    sys.stdout.flush()
    _tell(f"{what}: {error if isinstance(error, CrossbookError) else repr(error)}")
    os._exit(code)


def _on_loop_error(loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    """A callback raised, or a task that nobody awaits. Broken connections are the network's doing, the rest is ours."""
    error = context.get("exception")
    message = str(context.get("message", ""))
    if isinstance(error, BaseException) and not isinstance(error, OSError):
        _die(message, error)
    _log.error("loop_error", text=message, error=repr(error))


def _tell(line: str) -> None:
    sys.stderr.write(redact(line) + "\n")
    sys.stderr.flush()
