from decimal import Decimal

import msgspec

from crossbook.messages.base import TradingStatus
from crossbook.messages.market import InstrumentDefinition
from gateway_kit.instrument_table import InstrumentTable


def definition(
    symbol: str = "BTCUSDT", tick: str = "0.1", status: TradingStatus = TradingStatus.TRADING
) -> InstrumentDefinition:
    return InstrumentDefinition(
        instrument=f"{symbol}@binance", revision=0, venue="binance", market="spot", symbol=symbol, kind="spot",
        base="BTC", quote="USDT", settle="USDT", tick_size=Decimal(tick), lot_size=Decimal("0.001"), min_qty_lots=1,
        max_qty_lots=1_000, min_notional=Decimal(5), status=status,
    )  # fmt: skip


def table(**found: InstrumentDefinition) -> InstrumentTable:
    made = InstrumentTable(["BTCUSDT", "ETHUSDT"], first_revision=1_000)
    made.update(found or {"BTCUSDT": definition(), "ETHUSDT": definition("ETHUSDT")}, asked_ns=1)
    return made


def test_the_first_revision_is_the_one_of_this_start() -> None:
    assert table().definitions["BTCUSDT"].revision == 1_000
    assert table().grids["BTCUSDT"].tick == 0.1


def test_what_has_not_changed_keeps_its_revision_and_is_not_told() -> None:
    made = table()
    assert made.update({"BTCUSDT": definition(), "ETHUSDT": definition("ETHUSDT")}, 2) == []


def test_a_changed_rule_makes_a_new_revision_of_that_instrument_alone() -> None:
    made = table()
    changed = made.update({"BTCUSDT": definition(tick="0.01"), "ETHUSDT": definition("ETHUSDT")}, 2)
    assert [(each.symbol, each.revision, each.tick_size) for each in changed] == [("BTCUSDT", 1_001, Decimal("0.01"))]
    assert made.grids["BTCUSDT"].tick == 0.01
    back = made.update({"BTCUSDT": definition(tick="0.1"), "ETHUSDT": definition("ETHUSDT")}, 3)
    assert [each.revision for each in back] == [1_002]


def test_symbols_nobody_configured_are_left_out() -> None:
    made = table()
    assert made.update({"BTCUSDT": definition(), "ETHUSDT": definition("ETHUSDT"), "X": definition("X")}, 2) == []


def test_what_is_no_longer_listed_is_gone_but_keeps_its_rules() -> None:
    made = table()
    (gone,) = made.update({"BTCUSDT": definition()}, 2)
    assert (gone.symbol, gone.status, gone.tick_size) == ("ETHUSDT", TradingStatus.GONE, Decimal("0.1"))
    assert made.update({"BTCUSDT": definition()}, 3) == []


def test_symbols_that_the_venue_never_listed_are_named() -> None:
    assert InstrumentTable(["BTCUSDT", "NOPE"], 1).missing({"BTCUSDT": definition()}) == ["NOPE"]


def test_a_status_from_the_stream_is_told_once() -> None:
    made = table()
    (halted,) = made.set_status("BTCUSDT", TradingStatus.HALTED, told_ns=5)
    assert (halted.status, halted.revision) == (TradingStatus.HALTED, 1_001)
    assert made.set_status("BTCUSDT", TradingStatus.HALTED, told_ns=6) == []
    assert made.set_status("UNKNOWN", TradingStatus.HALTED, told_ns=6) == []


def test_an_answer_older_than_the_stream_s_word_does_not_undo_it() -> None:
    made = table()
    made.set_status("BTCUSDT", TradingStatus.HALTED, told_ns=5)
    both = {"BTCUSDT": definition(), "ETHUSDT": definition("ETHUSDT")}
    assert made.update(both, asked_ns=4) == []
    (trading,) = made.update(both, asked_ns=6)
    assert trading.status is TradingStatus.TRADING


def test_fees_of_the_account_stay_when_rules_are_read_again() -> None:
    made = table()
    (with_fees,) = made.set_fees("BTCUSDT", 2.0, 5.0)
    assert (with_fees.maker_fee_bps, with_fees.taker_fee_bps, with_fees.fees_known) == (2.0, 5.0, True)
    assert made.set_fees("BTCUSDT", 2.0, 5.0) == []
    assert made.set_fees("UNKNOWN", 2.0, 5.0) == []
    assert made.update({"BTCUSDT": definition(), "ETHUSDT": definition("ETHUSDT")}, 9) == []
    assert msgspec.structs.replace(with_fees) == made.definitions["BTCUSDT"]
