"""The `crossbook` command. Every subcommand is a thin line to what does the work."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from console.plan import Plan
from console.shell.commands import configuration, control, handover, look, tap
from console.shell.places import config_dir, load_bus, load_plan
from console.shell.run import run as run_system
from crossbook.errors import ConfigError, CrossbookError
from crossbook.service.exit_codes import EXIT_CONFIG

_WIDTH = 160
"""Columns of what is piped into a file or a pager."""
_console = Console(width=None if sys.stdout.isatty() else _WIDTH)
_PASS_ON = {"ignore_unknown_options": True, "help_option_names": []}
_DIRECTORY = click.Path(path_type=Path, file_okay=False)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--config-dir", type=_DIRECTORY, help="Configuration to use (default: the running system's, else paper).")
@click.pass_context
def group(ctx: click.Context, config_dir: Path | None) -> None:
    """Crossbook: market making and arbitrage across crypto exchanges. Run it, look at it, control it."""
    ctx.obj = config_dir


def _plan(ctx: click.Context) -> Plan:
    return load_plan(config_dir(ctx.find_root().obj))


@group.command()
@click.option("--duration", type=click.FloatRange(min=1), metavar="SECONDS", help="End by itself after so long.")
@click.option("--replay", metavar="CAPTURE[,CAPTURE…]", help="Play recorded markets instead of synthetic ones.")
@click.pass_context
def run(ctx: click.Context, duration: float | None, replay: str | None) -> None:
    """Start everything, show a live table, end in order, and report. Exit status 0 means a healthy run."""
    captures = tuple(Path(word) for word in replay.split(",") if word) if replay else ()
    for capture in captures:
        if not capture.is_file():
            raise ConfigError(f"--replay {capture}: there is no such file")
    given = ctx.find_root().obj
    plan = load_plan(given or Path("config/replay" if captures else "config/paper"))
    sys.exit(run_system(plan, duration, captures, _console))


@group.command()
@click.pass_context
def status(ctx: click.Context) -> None:
    """Everything on one screen, once: books, quotes, inventory, latencies, processes, halts."""
    asyncio.run(look.status(_plan(ctx), _console))


@group.command()
@click.pass_context
def orders(ctx: click.Context) -> None:
    """Live orders, as the OMS states them."""
    asyncio.run(look.orders(_plan(ctx), _console))


@group.command()
@click.pass_context
def positions(ctx: click.Context) -> None:
    """Positions, balances and the result of each account."""
    asyncio.run(look.positions(_plan(ctx), _console))


@group.command()
@click.argument("instrument", required=False)
@click.pass_context
def why(ctx: click.Context, instrument: str | None) -> None:
    """Why a side is or is not quoted: one reason, since when, the numbers, and what to do."""
    asyncio.run(look.why(_plan(ctx), instrument, _console))


@group.command(name="tap")
@click.argument("endpoint")
@click.option("--topic", default="", help="Only topics that begin with this, such as top. or orders.mm-spot")
@click.option("--count", type=click.IntRange(min=1), help="End after so many messages.")
@click.option("--raw", is_flag=True, help="Do not name the fields.")
@click.pass_context
def tap_command(ctx: click.Context, endpoint: str, topic: str, count: int | None, raw: bool) -> None:
    """Print what a bus socket publishes, one JSON object a line. ENDPOINT: md, events, or a ZeroMQ address."""
    asyncio.run(tap.tap(_plan(ctx), endpoint, topic, count, raw))


def _control(name: str, action: Callable[..., Any], help_text: str) -> None:
    @group.command(name=name, help=help_text)
    @click.argument("scope", default="all")
    @click.option("--reason", default="operator", help="Why; it stands in the audit trail.")
    @click.pass_context
    def command(ctx: click.Context, scope: str, reason: str) -> None:
        asyncio.run(action(_plan(ctx), scope, reason, _console))


_SCOPES = "SCOPE: all, venue:V, instrument:I, strategy:S or asset:A."
_control("cancel-all", control.cancel_all, f"Cancel every order of ours. {_SCOPES}")
_control("halt", control.halt, f"Deny adding orders; cancels, reducing orders and repairs pass. {_SCOPES}")
_control("kill", control.kill, f"Cancel everything and let only cancels pass, until a resume. {_SCOPES}")
_control("resume", control.resume, f"Clear a halt or kill of exactly this scope. {_SCOPES}")


@group.command()
@click.argument("name")
@click.pass_context
def restart(ctx: click.Context, name: str) -> None:
    """Restart one process in its orderly way; the others go on."""
    control.restart(_plan(ctx), name, _console)


@group.command(context_settings=_PASS_ON, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def audit(ctx: click.Context, arguments: tuple[str, ...]) -> None:
    """The journal: `show`, `verify`, `replay` (see `crossbook audit --help`)."""
    handover.audit(_plan(ctx), arguments)


@group.command(context_settings=_PASS_ON, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def decode(arguments: tuple[str, ...]) -> None:
    """Pass captures through a gateway's own code: --venue binance --market spot|usdm CAPTURE…"""
    handover.decode(arguments)


@group.command()
@click.pass_context
def preflight(ctx: click.Context) -> None:
    """Check the configured venue before trading: keys, mode, fees, clock, balances, filters, greatest loss."""
    sys.exit(configuration.preflight(_plan(ctx), _console))


@group.group()
def config() -> None:
    """The configuration."""


@config.command()
@click.pass_context
def check(ctx: click.Context) -> None:
    """Read every process's configuration as the process will, and say what is wrong."""
    sys.exit(configuration.check(_plan(ctx), _console))


@group.command()
@click.pass_context
def endpoints(ctx: click.Context) -> None:
    """Where the running system's sockets are."""
    plan = _plan(ctx)
    _console.print_json(data=load_bus(plan).model_dump(mode="json"))


def cli() -> None:
    """Entry point: errors we raise on purpose are one line on stderr, not a traceback."""
    try:
        group(standalone_mode=True)
    except ConfigError as error:
        click.echo(f"crossbook: {error}", err=True)
        sys.exit(EXIT_CONFIG)
    except CrossbookError as error:
        click.echo(f"crossbook: {error}", err=True)
        sys.exit(1)
