"""`preflight`: what an operator wants to know before a key trades, one named check after the other."""

from collections.abc import AsyncIterator

import msgspec

from crossbook.errors import CrossbookError
from crossbook.messages.base import TradingStatus
from gateway_kit.client_ids import parse_of_desk
from gateway_kit.order_words import Answer, BalancesWord, Facts, Orders, PositionsWord
from gateway_kit.requests import Ask, Kind
from gateway_kit.shell.errand import Errand


class Check(msgspec.Struct, frozen=True):
    """One line of the report."""

    market: str
    check: str
    ok: bool
    text: str
    facts: dict[str, str] = {}


async def checks_of(errand: Errand) -> AsyncIterator[Check]:
    """Clock, key, position mode, filters, fees, balances, positions of one market."""
    yield _clock(errand)
    yield await _permissions(errand)
    if errand.offer.dialect.capabilities.positions:
        yield await _position_mode(errand)
    async for check in _filters(errand):
        yield check
    for symbol in errand.offer.symbols:
        yield await _fees(errand, symbol)
        yield await _open_orders(errand, symbol)
    yield await _balances(errand)
    if errand.offer.dialect.capabilities.positions:
        yield await _positions(errand)


def _clock(errand: Errand) -> Check:
    now_ns, time_ns = errand.clock.monotonic_ns(), errand.clock.time_ns()
    ahead_ms, limit_ms = errand.offset.ahead_ms(now_ns, time_ns), errand.venue.orders.max_clock_offset_ms
    facts = {"ahead_ms": f"{ahead_ms:.1f}", "round_trip_ms": f"{errand.offset.round_trip_ns / 1e6:.1f}"}
    return Check(errand.offer.market, "clock", abs(ahead_ms) <= limit_ms, f"limit {limit_ms} ms either way", facts)


async def _permissions(errand: Errand) -> Check:
    market, allowed = errand.offer.market, errand.venue.allow_unknown_permissions
    answer = (await errand.ask(Ask(Kind.PERMISSIONS))).answer
    if not isinstance(answer, Facts):
        return Check(market, "permissions", allowed, f"not told by the venue: {_why(answer)}")
    may_withdraw = answer.values.get("withdraw") == "true"
    trades = answer.values.get("trade_futures" if errand.offer.dialect.capabilities.positions else "trade_spot")
    text = "the key may withdraw: it is refused" if may_withdraw else "the key may not withdraw"
    text += "" if trades != "false" else "; the key may not trade"
    return Check(market, "permissions", not may_withdraw and trades != "false", text, answer.values)


async def _position_mode(errand: Errand) -> Check:
    answer = (await errand.ask(Ask(Kind.POSITION_MODE))).answer
    if not isinstance(answer, Facts):
        return Check(errand.offer.market, "position_mode", False, _why(answer))
    hedge = answer.values.get("dualSidePosition", "").lower() == "true"
    return Check(errand.offer.market, "position_mode", not hedge, "hedge: switch to one-way" if hedge else "one-way")


async def _filters(errand: Errand) -> AsyncIterator[Check]:
    try:
        definitions = await errand.definitions()
    except (CrossbookError, TimeoutError) as error:
        yield Check(errand.offer.market, "filters", False, str(error) or "the venue does not tell its instruments")
        return
    for symbol in errand.offer.symbols:
        rules = definitions[symbol]
        facts = {
            "tick": f"{rules.tick_size.normalize():f}",
            "lot": f"{rules.lot_size.normalize():f}",
            "min_notional": f"{rules.min_notional.normalize():f}",
            "min_lots": str(rules.min_qty_lots),
        }
        yield Check(
            errand.offer.market, "filters", rules.status is TradingStatus.TRADING, f"{symbol}: {rules.status}", facts
        )


async def _fees(errand: Errand, symbol: str) -> Check:
    answer = (await errand.ask(Ask(Kind.FEES, symbol))).answer
    ok = isinstance(answer, Facts)
    text = f"{symbol}: the account's own" if ok else f"{symbol}: {_why(answer)}"
    return Check(errand.offer.market, "fees", ok, text, answer.values if isinstance(answer, Facts) else {})


async def _open_orders(errand: Errand, symbol: str) -> Check:

    answer = (await errand.ask(Ask(Kind.OPEN_ORDERS, symbol))).answer
    if not isinstance(answer, Orders):
        return Check(errand.offer.market, "open_orders", False, f"{symbol}: {_why(answer)}")
    ours = sum(parse_of_desk(word.client_order_id, errand.venue.desk) is not None for word in answer.words)
    facts = {"ours": str(ours), "others": str(len(answer.words) - ours)}
    return Check(errand.offer.market, "open_orders", True, f"{symbol}: open now", facts)


async def _balances(errand: Errand) -> Check:
    answer = (await errand.ask(Ask(Kind.BALANCES))).answer
    if not isinstance(answer, BalancesWord):
        return Check(errand.offer.market, "balances", False, _why(answer))
    held = {b.asset: f"{b.free + b.locked:f}" for b in answer.balances if b.free + b.locked}
    return Check(errand.offer.market, "balances", bool(held), "held" if held else "the account is empty", held)


async def _positions(errand: Errand) -> Check:
    answer = (await errand.ask(Ask(Kind.POSITIONS))).answer
    if not isinstance(answer, PositionsWord):
        return Check(errand.offer.market, "positions", False, _why(answer))
    held = {p.symbol: p.qty for p in answer.positions if p.qty.strip("-0.")}
    return Check(errand.offer.market, "positions", True, "open" if held else "flat", held)


def _why(answer: Answer) -> str:
    return str(answer)
