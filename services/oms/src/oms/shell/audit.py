"""`python -m oms audit show|replay|verify`: the journal for people. Reads only; the OMS may be running meanwhile."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from crossbook.errors import CrossbookError, HumanNeeded
from oms.journal_format import START_CHAIN, Damage, FileHead, Frame, Record, decode, follows
from oms.journal_words import as_json, concerns, lines
from oms.replay import Replay
from oms.shell.journal_files import journal_files, read_frames


def run(argv: list[str]) -> int:
    """The command; returns its exit code: 0 all is right, 1 something is not, 2 it could not be looked at."""
    options = _parser().parse_args(argv)
    try:
        code: int = options.command(options)
    except (CrossbookError, OSError, msgspec.DecodeError) as error:
        sys.stderr.write(f"audit: {error}\n")
        return 2
    except BrokenPipeError:
        return 0
    return code


def show(options: argparse.Namespace) -> int:
    """Print the records that concern an order, a strategy, a span of time."""
    for record in records(options.journal):
        if not _in_time(record, options) or not concerns(record, order_id=options.order, strategy=options.strategy):
            continue
        text = as_json(record) if options.json else "\n".join(lines(record))
        sys.stdout.write(text + "\n")
    return 0


def replay(options: argparse.Namespace) -> int:
    """Play everything again and compare every verdict, row and word."""
    player, differences = Replay(), 0
    for record in records(options.journal):
        for difference in player.play(record):
            differences += 1
            sys.stdout.write(f"record {difference.seq}: {difference.what}\n")
    sys.stdout.write(
        f"{player.compared} records of {player.lives} lives played again, {differences} differences"
        + (f", {player.unjudged} could not be judged" if player.unjudged else "")
        + "\n"
    )
    return 1 if differences or not player.compared else 0


def verify(options: argparse.Namespace) -> int:
    """Check every checksum and the whole chain."""
    count, chain, seq = 0, None, 0
    for path, item in _frames(options.journal):
        if isinstance(item, Damage):
            sys.stdout.write(f"{path}: damaged at byte {item.at}: {item.why}\n")
            return 1
        if chain is None and not follows(START_CHAIN, item):
            sys.stdout.write(f"{path}: begins in the middle of a chain; files before it are missing\n")
        elif chain is not None and not follows(chain, item):
            sys.stdout.write(f"{path}: the record at byte {item.start} does not follow the one before it: altered\n")
            return 1
        chain = item.chain
        decoded = decode(item.payload)
        if isinstance(decoded, Record):
            seq, count = decoded.seq, count + 1
    sys.stdout.write(f"{count} records, the last is {seq}: whole and in order\n")
    return 0


def records(directory: Path) -> Iterator[Record]:
    """Every record of a journal; a torn end (the OMS is writing, or was killed) ends it quietly."""
    paths = journal_files(directory)
    if not paths:
        raise HumanNeeded(f"no journal in {directory}; name its directory with --journal")
    for path, item in _frames(directory):
        if isinstance(item, Damage):
            if path == paths[-1] and item.readable_at < 0:
                return
            raise HumanNeeded(f"{path}: damaged at byte {item.at}: {item.why}")
        decoded = decode(item.payload)
        if not isinstance(decoded, FileHead):
            yield decoded


def _frames(directory: Path) -> Iterator[tuple[Path, Frame | Damage]]:
    for path in journal_files(directory):
        for item in read_frames(path):
            yield path, item


def _in_time(record: Record, options: argparse.Namespace) -> bool:
    seconds = record.time_ns / 1e9
    return (options.since is None or seconds >= options.since) and (options.until is None or seconds <= options.until)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="oms audit", description="Read the journal of the OMS.")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--journal", type=Path, default=Path("run/journal"), help="its directory (run/journal)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    showing = commands.add_parser("show", parents=[common], help="print records")
    showing.add_argument("--order", type=int, default=0, help="those about this order id")
    showing.add_argument("--strategy", default="", help="those about this strategy")
    showing.add_argument("--since", type=float, help="from this Unix time in seconds on")
    showing.add_argument("--until", type=float, help="up to this Unix time in seconds")
    showing.add_argument("--json", action="store_true", help="one JSON object a line")
    showing.set_defaults(command=show)
    for name, command, text in (
        ("replay", replay, "play all inputs again and compare every verdict and state"),
        ("verify", verify, "check checksums and chain"),
    ):
        commands.add_parser(name, parents=[common], help=text).set_defaults(command=command)
    return parser
