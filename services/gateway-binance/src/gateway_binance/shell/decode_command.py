"""`python -m gateway_binance decode`: captures to JSON Lines on standard output."""

import argparse
import gzip
import io
import lzma
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

from gateway_binance.decode_market import capture_decoder
from gateway_kit.decode_events import DecodedEvent
from gateway_kit.market_dialect import FrameError

CHUNK = 512
"""Events written at once."""

OK, USAGE, UNREADABLE = 0, 2, 66

BROKEN = (OSError, EOFError, lzma.LZMAError)
"""What reading a damaged or cut archive raises (a bad gzip is an OSError)."""

EPILOG = """
A capture (.gz, .xz or plain) has a frame a line: `<receive time, ns> <raw frame>`, or a JSON object with `recv_ts` and
the frame. Several captures are read as one, in the order given. Events: book, top, trade, agg_trade, snapshot, invalid,
error. `instrument` is the canonical id (BTC-USDT@binance) where --instruments lists the symbol; else it is the venue's
symbol (BTCUSDT), since a symbol alone does not say where the base asset ends.
"""


def run(arguments: Sequence[str], out: BinaryIO | None = None) -> int:
    """Decode the captures named in `arguments` and return the exit code."""
    options = _parser().parse_args(arguments)
    stream = sys.stdout.buffer if out is None else out
    try:
        listed = options.instruments.read_bytes() if options.instruments else None
        decoder = capture_decoder(options.market, listed)
        for path in options.captures:
            path.open("rb").close()
    except (OSError, FrameError) as error:
        sys.stderr.write(f"decode: {error}\n")
        return UNREADABLE
    broken: list[str] = []
    try:
        _write(decoder.events(_lines(options.captures, broken)), stream)
    except BrokenPipeError:
        sys.stdout = None  # the reader has enough; nothing is left to flush at exit
        return OK
    for text in broken:
        sys.stderr.write(f"decode: {text}\n")
    return UNREADABLE if broken else OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="crossbook decode",
        description="Read recorded Binance market data the way the gateway does, and print JSON Lines.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--venue", choices=["binance"], default="binance", help="the venue that was recorded")
    parser.add_argument("--market", choices=["spot", "usdm"], required=True, help="the market that was recorded")
    parser.add_argument(
        "--instruments", type=Path, metavar="FILE", help="an exchangeInfo answer of the market, for canonical ids"
    )
    parser.add_argument("captures", type=Path, nargs="+", metavar="CAPTURE", help="recordings, joined in this order")
    return parser


def _lines(captures: Sequence[Path], broken: list[str]) -> Iterator[bytes]:
    """The lines of all captures. One that ends amid an archive is named in `broken`, and the rest goes on."""
    for path in captures:
        try:
            with _opened(path) as capture:
                yield from capture
        except BROKEN as error:
            broken.append(f"{path}: {error}")


def _opened(path: Path) -> BinaryIO:
    match path.suffix:
        case ".gz":
            return io.BufferedReader(gzip.open(path, "rb"), 1 << 20)
        case ".xz":
            return io.BufferedReader(lzma.open(path, "rb"), 1 << 20)
        case _:
            return path.open("rb")


def _write(events: Iterator[DecodedEvent], out: BinaryIO) -> None:
    encode = msgspec.json.Encoder().encode
    chunk: list[bytes] = []
    for event in events:
        chunk.append(encode(event))
        if len(chunk) >= CHUNK:
            out.write(b"\n".join(chunk) + b"\n")
            chunk.clear()
    if chunk:
        out.write(b"\n".join(chunk) + b"\n")
    out.flush()
