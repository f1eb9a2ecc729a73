"""Private events of both markets: each documented shape gives the words it should, and no shape stops us."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossbook.messages.base import OrderState
from gateway_binance import spot_stream, usdm_stream
from gateway_kit.order_words import BalancesWord, FillWord, OrderWord, StreamWord, UnknownWord
from testkit.shared_files import ROOT
from testkit.shown_words import shown

WORDS = {"spot": spot_stream.words, "usdm": usdm_stream.words}
FRAMES = [json.loads(line) for line in (ROOT / "tests/payloads/binance/private_frames.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("case", FRAMES, ids=[f"{case['market']}: {case['what']}" for case in FRAMES])
def test_a_documented_event(case: dict[str, object]) -> None:
    words = WORDS[str(case["market"])](json.dumps(case["frame"]).encode())
    assert [shown(word) for word in words] == case["words"]


@pytest.mark.parametrize("words", WORDS.values())
@pytest.mark.parametrize("frame", [b"", b"null", b"[]", b"{", b'{"e":5}', b'{"event":{"e":"executionReport","i":"x"}}'])
def test_what_cannot_be_read_is_counted_and_never_raises(
    words: Callable[[bytes], tuple[StreamWord, ...]], frame: bytes
) -> None:
    assert all(isinstance(word, UnknownWord) for word in words(frame))


@given(st.sampled_from(FRAMES), st.data())
def test_a_damaged_event_never_raises(case: dict[str, object], data: st.DataObject) -> None:
    frame = json.dumps(case["frame"]).encode()
    at = data.draw(st.integers(0, len(frame) - 1))
    broken = frame[:at] + data.draw(st.binary(max_size=3)) + frame[at + 1 :]
    assert isinstance(WORDS[str(case["market"])](broken), tuple)


def samples(path: Path) -> Iterator[tuple[str, bytes]]:
    """Private events of a file of recorded or documented messages, with where each came from."""
    for line in path.read_text().splitlines():
        entry = json.loads(line)
        message = entry["msg"]
        event = message.get("event", message.get("data", message)) if isinstance(message, dict) else {}
        if isinstance(event, dict) and event.get("e", "") in PRIVATE:
            yield str(entry.get("src", entry.get("note", path.name))), json.dumps(message).encode()


PRIVATE = {
    "executionReport", "outboundAccountPosition", "balanceUpdate", "listStatus", "ORDER_TRADE_UPDATE",
    "ACCOUNT_UPDATE", "TRADE_LITE", "ALGO_UPDATE",
}  # fmt: skip
ODD_BY_DESIGN = {"NEW_ADL", "NEW_INSURANCE", "PENDING_CANCEL"}
"""Statuses that say nothing about an order of ours."""


@pytest.mark.parametrize(
    "name",
    [
        "spot_user_stream_wsapi_2026.jsonl",
        "spot_nautilus_fixtures.jsonl",
        "usdm_nautilus_fixtures.jsonl",
        "nautilus_py_ws_and_http_fixtures.jsonl",
    ],
)
def test_every_private_event_of_the_samples_is_read(shared_samples: Callable[..., Path], name: str) -> None:
    seen = 0
    for source, frame in samples(shared_samples("binance", name)):
        spot = (
            b"executionReport" in frame or b"outbound" in frame or b"balanceUpdate" in frame or b"listStatus" in frame
        )
        words = WORDS["spot" if spot else "usdm"](frame)
        unread = [
            w.kind for w in words if isinstance(w, UnknownWord) and not any(odd in w.kind for odd in ODD_BY_DESIGN)
        ]
        assert [kind for kind in unread if "hedge" not in kind] == [], source
        seen += 1
    assert seen >= 5


def test_the_recorded_spot_fills_have_their_amounts(shared_samples: Callable[..., Path]) -> None:
    path = shared_samples("binance", "spot_user_stream_wsapi_2026.jsonl")
    words = [word for _, frame in samples(path) for word in spot_stream.words(frame)]
    fills = [word for word in words if isinstance(word, FillWord)]
    assert [(f.trade_id, f.qty, f.price, f.fee, f.fee_asset, f.maker) for f in fills] == [
        ("276374166", "0.00020000", "63817.61000000", "0.00001563", "BNB", False),
        ("276374173", "0.00020000", "63817.60000000", "0.00001563", "BNB", False),
    ]
    states = [word.state for word in words if isinstance(word, OrderWord)]
    assert states == [OrderState.OPEN, OrderState.FILLED, OrderState.FILLED, OrderState.OPEN, OrderState.CANCELLED]


def test_credit_assets_of_european_accounts_are_balances_like_others(shared_samples: Callable[..., Path]) -> None:
    path = shared_samples("binance", "usdm_nautilus_fixtures.jsonl")
    frame = next(frame for source, frame in samples(path) if "bnfcr" in source)
    (balances,) = [word for word in usdm_stream.words(frame) if isinstance(word, BalancesWord)]
    raw = msgspec.json.decode(frame)["a"]["B"]
    assert {b.asset: str(b.free) for b in balances.balances} == {entry["a"]: entry["wb"] for entry in raw}
