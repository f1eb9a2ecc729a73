import gzip
import io
import json
import lzma
import subprocess
import sys
from pathlib import Path

import pytest

from gateway_binance.shell.decode_command import run
from testkit.market_feed import combined, depth_answer, depth_data, quote_data

LINES = [
    b"1 " + depth_answer(10, [["100", "1"]], [["101", "1"]]),
    b"2 " + combined("btcusdt@depth@100ms", depth_data(11, 11)),
    b"3 " + combined("btcusdt@bookTicker", quote_data(12)),
]


def events(*arguments: object) -> list[str]:
    out = io.BytesIO()
    assert run(["--market", "spot", *map(str, arguments)], out) == 0
    return [json.loads(line)["event"] for line in out.getvalue().splitlines()]


def test_plain_gzip_and_xz_captures_are_read_and_joined_in_order(tmp_path: Path) -> None:
    plain, zipped, packed = tmp_path / "a.txt", tmp_path / "b.txt.gz", tmp_path / "c.txt.xz"
    plain.write_bytes(LINES[0])  # without a newline at its end
    zipped.write_bytes(gzip.compress(LINES[1] + b"\n"))
    packed.write_bytes(lzma.compress(LINES[2] + b"\n"))
    assert events(plain, zipped, packed) == ["snapshot", "book", "top"]
    assert events(packed, plain, zipped) == ["top", "snapshot", "book"]


def test_line_numbers_run_over_all_captures(tmp_path: Path) -> None:
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    first.write_bytes(b"\n".join(LINES) + b"\n")
    second.write_bytes(b"broken\n")
    out = io.BytesIO()
    run(["--market", "spot", str(first), str(second)], out)
    assert json.loads(out.getvalue().splitlines()[-1])["line"] == 4


def test_a_capture_that_is_not_there_is_named_and_nothing_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = io.BytesIO()
    assert run(["--market", "spot", str(tmp_path / "absent.txt")], out) == 66
    assert "absent.txt" in capsys.readouterr().err
    assert out.getvalue() == b""


def test_a_damaged_archive_gives_what_it_has_and_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cut, whole = tmp_path / "cut.txt.gz", tmp_path / "whole.txt"
    packed = gzip.compress(b"\n".join(LINES[:2]) + b"\n" + b"x" * 100_000)
    cut.write_bytes(packed[:-12])
    whole.write_bytes(LINES[2])
    out = io.BytesIO()
    assert run(["--market", "spot", str(cut), str(whole)], out) == 66
    told = [json.loads(line)["event"] for line in out.getvalue().splitlines()]
    assert told[-1] == "top"
    assert "cut.txt.gz" in capsys.readouterr().err


def test_exchange_info_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capture = tmp_path / "a.txt"
    capture.write_bytes(b"\n".join(LINES))
    assert run(["--market", "spot", "--instruments", str(capture), str(capture)], io.BytesIO()) == 66
    assert "exchangeInfo" in capsys.readouterr().err


def test_help_says_how_instruments_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(["--help"])
    assert ended.value.code == 0
    assert "does not say where the base asset" in capsys.readouterr().out


def test_a_reader_that_has_enough_ends_it_quietly(tmp_path: Path) -> None:
    capture = tmp_path / "a.txt"
    capture.write_bytes(b"\n".join(LINES[2:] * 20_000))
    program = "import sys; from gateway_binance.shell.decode_command import run; sys.exit(run(sys.argv[1:]))"
    with subprocess.Popen(
        [sys.executable, "-c", program, "--market", "spot", str(capture)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(30) == 0
        assert process.stderr.read() == b""
