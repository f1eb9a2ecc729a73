"""`crossbook run`: starts everything under a supervisor, shows it, ends it in order, and reports."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.live import Live

from console.picture import ProcessFacts
from console.plan import RUN_DIR, VENUE_ENDPOINTS, Plan, command_of, supervisor_config
from console.report import make_report
from console.screen import render
from console.shell.checks import check_configuration, words_of
from console.shell.closing import close_run
from console.shell.places import load_bus, write_atomically
from console.shell.run_directory import describe, last_words, prepare
from console.shell.supervisor import Supervisor, start_supervisor
from console.shell.watch import Watch
from console.summary import summary
from crossbook.config import BusConfig
from crossbook.errors import ConfigError, CrossbookError
from crossbook.redis_server import server_command
from crossbook.service.exit_codes import EXIT_CONFIG, EXIT_HUMAN

REPORT_FILE = RUN_DIR / "report.json"
_REFRESH_S = 0.5
_SUPERVISOR_UP_S = 10.0
_SHUTDOWN_S = 60.0
_HOPELESS_RESTARTS = 3
"""A process that has been started so often and never beat will not."""


def run(plan: Plan, duration_s: float | None, replay: tuple[Path, ...], console: Console) -> int:
    """Run until the duration is over or a signal comes. Returns the exit status: 0 only for a healthy run."""
    bus = load_bus(plan)
    _refuse_wrong_configuration(plan)
    prepare(plan)
    commands = {
        process.name: command_of(process, sys.executable, replay)
        if process.module
        else server_command(RUN_DIR / process.name)
        for process in plan.processes
    }
    supervisord = start_supervisor(supervisor_config(commands, plan.on_demand))
    try:
        return asyncio.run(_attend(plan, bus, duration_s, console, supervisord))
    finally:
        _end(supervisord)


def _refuse_wrong_configuration(plan: Plan) -> None:
    wrong = [words_of(answer) for answer in check_configuration(plan).values() if answer.returncode]
    if wrong:
        raise ConfigError("\n".join(wrong))


async def _attend(
    plan: Plan,
    bus: BusConfig,
    duration_s: float | None,
    console: Console,
    supervisord: "subprocess.Popen[bytes]",
) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    supervisor = Supervisor()
    await _supervisor_up(supervisor, supervisord)
    watch = Watch(bus, plan.gateways, supervisor, plan.on_demand)
    started = time.monotonic()
    try:
        await _show(plan, bus, watch, duration_s, console, stop, started)
        console.print("closing: strategies stop, every order is cancelled, inventories are compared …")
        seconds = time.monotonic() - started
        closing = await close_run(plan, bus, watch, supervisor, seconds)
    finally:
        watch.close()
    report = make_report(watch.picture, watch.counts, closing)
    write_atomically(REPORT_FILE, json.dumps(report, indent=2))
    console.print(summary(report))
    return 0 if report["healthy"] else 1


async def _supervisor_up(supervisor: Supervisor, supervisord: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _SUPERVISOR_UP_S
    while not await asyncio.to_thread(supervisor.answers):
        if supervisord.poll() is not None or time.monotonic() > deadline:
            raise ConfigError(f"the supervisor did not start; {RUN_DIR}/supervisord.log says why")
        await asyncio.sleep(0.05)


async def _show(
    plan: Plan,
    bus: BusConfig,
    watch: Watch,
    duration_s: float | None,
    console: Console,
    stop: asyncio.Event,
    started: float,
) -> None:
    """Keep the table current until it is time to stop. Without a terminal, a line every ten seconds."""
    ends = started + duration_s if duration_s is not None else float("inf")
    live = Live(console=console, screen=True, auto_refresh=False) if console.is_terminal else None
    next_line = started
    with live or _Quiet():
        while not stop.is_set() and time.monotonic() < ends:
            await watch.refresh()
            _raise_if_hopeless(plan, watch)
            describe(plan, bus, watch.picture)
            now = time.monotonic()
            if live is not None:
                title = f"Crossbook   PAPER   {now - started:,.0f} s" if plan.simulated else "Crossbook   LIVE"
                live.update(render(watch.picture, watch.counts, title, time.monotonic_ns()), refresh=True)
            elif now >= next_line:
                next_line += 10.0
                console.print(_one_line(watch, now - started))
            await _wait(stop, min(_REFRESH_S, max(0.0, ends - now)))


class _Quiet:
    """Stands in for the live table where there is no terminal."""

    def __enter__(self) -> None:
        """Nothing to open."""

    def __exit__(self, *_: object) -> None:
        """Nothing to close."""


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return


def _raise_if_hopeless(plan: Plan, watch: Watch) -> None:
    """A process that cannot start (its configuration, a place in use) ends the run with its own words."""
    for facts in watch.picture.processes.values():
        needs_human = facts.exit_status in (EXIT_CONFIG, EXIT_HUMAN)
        never_up = facts.restarts >= _HOPELESS_RESTARTS and not _has_lived(plan, facts)
        if (not facts.running and (facts.state == "FATAL" or needs_human)) or never_up:
            words = last_words(facts.name) or f"see {RUN_DIR}/{facts.name}/log.jsonl"
            raise ConfigError(f"{facts.name} does not start: {words}")


def _has_lived(plan: Plan, facts: ProcessFacts) -> bool:
    """Whether a process has ever said that it works: by its beats, the simulated venue by its endpoints."""
    module = plan.process(facts.name).module
    return not module or (VENUE_ENDPOINTS.exists() if module == "venue_sim" else facts.beat_age_ms is not None)


def _one_line(watch: Watch, seconds: float) -> str:
    picture = watch.picture
    up = sum(facts.running for facts in picture.processes.values())
    quoting = sum(state.state == "quoting" for state in picture.quotes.values())
    blocked = sorted({state.reason for state in picture.quotes.values() if state.state != "quoting"})
    return (
        f"{seconds:5.0f} s  processes {up}/{len(picture.processes)}  sides quoting {quoting}/{len(picture.quotes)}"
        f"{' (' + ', '.join(blocked) + ')' if blocked else ''}  orders {len(picture.orders)}"
        f"  sent {watch.counts.total('orders_sent'):,}  fills {watch.counts.total('fills'):,}"
        + "".join(
            f"  pnl {pnl.equity - pnl.equity_start:+,.2f} {pnl.currency}" for _, pnl in sorted(picture.pnl.items())
        )
    )


def _end(supervisord: "subprocess.Popen[bytes]") -> None:
    """Have the supervisor stop everything; insist when it does not."""
    try:
        Supervisor().shutdown()
    except CrossbookError:
        supervisord.terminate()
    try:
        supervisord.wait(_SHUTDOWN_S)
    except subprocess.TimeoutExpired:
        supervisord.kill()
        supervisord.wait()
