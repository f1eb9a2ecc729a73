"""Everything that was really recorded runs through decode without an error, a gap, or a best quote that disagrees."""

import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from gateway_binance.shell.decode_command import run

HOURS = "marketdata/T_ticks_2024-08-08"
FULL_CAPTURES = [
    pytest.param("spot", ["spot_btcusdt_20240808", "spot_btcusdt_20240809"], id="spot BTCUSDT"),
    pytest.param("usdm", ["usdm_btcusdt_20240808"], id="usdm BTCUSDT"),
]
SEQUENCES = [
    pytest.param("spot", "NKNUSDT", id="spot NKNUSDT"),
    pytest.param("usdm", "KEEPUSDT", id="usdm KEEPUSDT"),
]


def decoded(market: str, *captures: Path | str, options: Iterable[str] = ()) -> list[dict[str, Any]]:
    out = io.BytesIO()
    assert run(["--venue", "binance", "--market", market, *options, *map(str, captures)], out) == 0
    return [json.loads(line) for line in out.getvalue().splitlines()]


def counted(events: list[dict[str, Any]]) -> dict[str, int]:
    kinds = [event["event"] for event in events]
    return {kind: kinds.count(kind) for kind in sorted(set(kinds))}


def disagreements(events: list[dict[str, Any]]) -> tuple[int, list[int]]:
    """How many best quotes have the update id of a book, and the ids where their prices differ."""
    tops = {event["update_id"]: (event["bid"], event["ask"]) for event in events if event["event"] == "top"}
    books = {
        event["update_id"]: (event["bids"][0][0], event["asks"][0][0]) for event in events if event["event"] == "book"
    }
    both = tops.keys() & books.keys()
    return len(both), [update_id for update_id in both if tops[update_id] != books[update_id]]


@pytest.mark.parametrize(("market", "names"), FULL_CAPTURES)
def test_the_recorded_hours_have_no_error_and_no_gap(shared_dir: Path, market: str, names: list[str]) -> None:
    captures = [shared_dir / HOURS / f"{name}.txt.xz" for name in names]
    if not all(capture.exists() for capture in captures):
        pytest.skip(f"no captures at {captures[0].parent}")
    events = decoded(market, *captures)
    expected = {
        "spot": {"book": 6_493, "snapshot": 1, "top": 73_174, "trade": 19_904},
        "usdm": {"book": 6_547, "snapshot": 1, "top": 66_089, "trade": 21_313},
    }
    assert counted(events) == expected[market]
    compared, differing = disagreements(events)
    assert compared > 500
    assert differing == []
    times = [event["received_ns"] for event in events if event["event"] == "top"]
    assert times == sorted(times)


@pytest.mark.parametrize("snapshot_first", [True, False])
@pytest.mark.parametrize(("market", "symbol"), SEQUENCES)
def test_a_recorded_sequence_decodes_with_its_snapshot_before_or_after_it(
    shared_samples: Callable[..., Path], market: str, symbol: str, snapshot_first: bool
) -> None:
    snapshot = shared_samples("binance", f"{market}_depth_snapshot_{symbol}.json")
    stream = shared_samples("binance", f"{market}_stream_{symbol}.jsonl")
    events = decoded(market, *([snapshot, stream] if snapshot_first else [stream, snapshot]))
    assert counted(events).keys() <= {"book", "snapshot", "top", "trade", "agg_trade"}
    assert counted(events)["book"] == {"NKNUSDT": 149, "KEEPUSDT": 132}[symbol]
    compared, differing = disagreements(events)
    assert compared > 0
    assert differing == []
    assert {event["instrument"] for event in events} == {symbol}


@pytest.mark.parametrize("market", ["spot", "usdm"])
def test_no_line_of_the_recorded_samples_is_an_error(shared_samples: Callable[..., Path], market: str) -> None:
    for path in sorted(shared_samples("binance").glob("*.jsonl")):
        assert [event for event in decoded(market, path) if event["event"] in ("error", "invalid")] == [], path.name


def test_frames_of_both_markets_in_one_recording_are_told_apart(shared_samples: Callable[..., Path]) -> None:
    path = shared_samples("binance", "ws_public_2026.jsonl")
    assert counted(decoded("spot", path)) == {"top": 2}
    assert counted(decoded("usdm", path)) == {"trade": 2}


@pytest.mark.parametrize(
    ("market", "symbol", "instrument"),
    [("spot", "NKNUSDT", "NKN-USDT@binance"), ("usdm", "KEEPUSDT", "KEEPUSDT")],
)
def test_instruments_have_canonical_ids_where_exchange_info_lists_them(
    shared_samples: Callable[..., Path], market: str, symbol: str, instrument: str
) -> None:
    listed = shared_samples("binance", f"{market}_exchangeInfo_excerpt_2021.json")
    stream = shared_samples("binance", f"{market}_stream_{symbol}.jsonl")
    events = decoded(market, stream, options=["--instruments", str(listed)])
    assert {event["instrument"] for event in events} == {instrument}


def test_a_message_cut_out_of_a_recording_is_a_gap(shared_samples: Callable[..., Path], tmp_path: Path) -> None:
    for market, symbol in (("spot", "NKNUSDT"), ("usdm", "KEEPUSDT")):
        snapshot = shared_samples("binance", f"{market}_depth_snapshot_{symbol}.json")
        recorded = shared_samples("binance", f"{market}_stream_{symbol}.jsonl").read_bytes().splitlines()
        depth = [number for number, line in enumerate(recorded) if b"depthUpdate" in line]
        cut = tmp_path / f"{market}.jsonl"
        cut.write_bytes(b"\n".join(line for number, line in enumerate(recorded) if number != depth[50]))
        events = decoded(market, snapshot, cut)
        assert counted(events)["invalid"] == 1
        told = [event["event"] for event in events]
        assert "book" not in told[told.index("invalid") :]
