"""`python -m venue_sim`: run the simulated venue until it is told to stop."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import structlog
import uvloop

from venue_sim.shell.admin_server import AdminServer
from venue_sim.shell.config import ConfigError, VenueSimConfig, load
from venue_sim.shell.venue import Venue

EXIT_CONFIG = 78
"""As in sysexits.h: the configuration must be changed."""
EXIT_UNAVAILABLE = 69
"""A port is taken."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line and run; the exit code."""
    options = _parser().parse_args(arguments)
    _log_json()
    try:
        config = load(options.config)
        if options.check:
            sys.stdout.write(f"{options.name}: configuration is right\n")
            return 0
        replay = [Path(part) for each in options.replay for part in each.split(",") if part]
        uvloop.run(_run(config, replay or [Path(each) for each in config.background.replay], options.endpoints))
    except ConfigError as error:
        sys.stderr.write(f"{options.name}: configuration: {error}\n")
        return EXIT_CONFIG
    except OSError as error:
        sys.stderr.write(f"{options.name}: cannot start: {error}; if a port is taken, 0 picks any free one\n")
        return EXIT_UNAVAILABLE
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="venue_sim", description="A simulated Binance on loopback.")
    parser.add_argument("--config", action="append", type=Path, default=[], help="TOML file; may be repeated")
    parser.add_argument("--replay", action="append", default=[], help="capture to replay; repeat or separate by commas")
    parser.add_argument("--endpoints", type=Path, help="JSON file to write the addresses into")
    parser.add_argument("--check", action="store_true", help="read the configuration, say whether it is right, and end")
    parser.add_argument("--name", default="venue-sim", help="name in logs")
    return parser


async def _run(config: VenueSimConfig, replay: Sequence[Path], endpoints_file: Path | None) -> None:
    log = structlog.get_logger("venue_sim")
    venue = Venue(config, replay)
    admin = AdminServer(venue)
    venue.step()
    await venue.start()
    port = await admin.start(config.run.host, config.run.admin_port)
    endpoints = {"admin": admin.address(port), "binance": venue.endpoints()}
    if endpoints_file is not None:
        _write(endpoints_file, endpoints)
    log.info("listening", **endpoints)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    running = asyncio.create_task(venue.run())
    waiting = asyncio.create_task(stopping.wait())
    done, _ = await asyncio.wait((running, waiting), return_when=asyncio.FIRST_COMPLETED)
    running.cancel()
    if running in done:
        running.result()
    await admin.stop()
    await venue.stop()
    log.info("stopped", steps=venue.steps)


def _write(file: Path, endpoints: Mapping[str, object]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    partial.write_text(json.dumps(endpoints, indent=2) + "\n", encoding="utf-8")
    partial.replace(file)


def _log_json() -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
    )


if __name__ == "__main__":
    sys.exit(main())
