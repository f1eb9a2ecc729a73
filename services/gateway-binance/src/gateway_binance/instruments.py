"""`exchangeInfo` of both markets as `InstrumentDefinition`s (fact sheet §2).

Tick and lot come from the filters, never from `pricePrecision` or `quantityPrecision`. A filter value of 0 is a rule
that is switched off. Filters, fields and statuses that we do not know are skipped; an unknown status is not tradable.
"""

from collections.abc import Callable, Collection
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation
from typing import Any, NamedTuple

import msgspec

from crossbook.instruments import instrument_id
from crossbook.messages.market import InstrumentDefinition
from gateway_binance.instrument_status import trading_status
from gateway_kit.market_dialect import UNREADABLE, FrameError

VENUE = "binance"

SMALLEST_STEP = Decimal("1E-8")
"""Binance takes no more than eight decimals anywhere: the grid where PRICE_FILTER or LOT_SIZE is switched off."""

PERPETUALS = frozenset({"PERPETUAL", "TRADIFI_PERPETUAL"})
"""USD-M `contractType`s that are perpetuals; contracts with a delivery date are not traded here."""

ZERO = Decimal(0)


class Band(NamedTuple):
    """The percent-price band around the reference price; 0: no bound. USD-M bounds bids above and asks below only."""

    bid_up: Decimal
    bid_down: Decimal
    ask_up: Decimal
    ask_down: Decimal


class ListedName(msgspec.Struct, gc=False):
    """What an entry of `symbols` is about: enough to leave out the hundreds that nobody here trades."""

    symbol: str
    contract_type: str | None = msgspec.field(name="contractType", default=None)


class ListedSymbol(msgspec.Struct, gc=False):
    """One entry of `symbols`. `margin_asset` is USD-M's."""

    symbol: str
    base: str = msgspec.field(name="baseAsset")
    quote: str = msgspec.field(name="quoteAsset")
    filters: list[dict[str, Any]] = []
    status: str = ""
    contract_status: str = msgspec.field(name="contractStatus", default="")
    margin_asset: str = msgspec.field(name="marginAsset", default="")


class ExchangeInfo(msgspec.Struct, gc=False):
    """The part of `exchangeInfo` that is read here. Each symbol is decoded by itself: one bad entry spoils no other."""

    symbols: list[msgspec.Raw]


_info = msgspec.json.Decoder(ExchangeInfo)
_listed = msgspec.json.Decoder(ListedSymbol)
_name = msgspec.json.Decoder(ListedName)


def definitions(
    body: bytes,
    market: str,
    on_bad: Callable[[str], None] = lambda reason: None,
    wanted: Collection[str] = (),
) -> dict[str, InstrumentDefinition]:
    """Definitions by symbol, with revision 0, of the symbols `wanted` or of all.

    `on_bad` is told of each entry that cannot be read. Raises FrameError when the answer as a whole cannot be read, or
    lists nothing that we trade.
    """
    try:
        raw_symbols = _info.decode(body).symbols
    except UNREADABLE as error:
        raise FrameError(f"exchangeInfo of {market}: {error} in {body[:120]!r}") from error
    found: dict[str, InstrumentDefinition] = {}
    tradable = 0
    for raw in raw_symbols:
        try:
            name = _name.decode(raw)
            if market != "spot" and name.contract_type not in PERPETUALS:
                continue
            tradable += 1
            if not wanted or name.symbol in wanted:
                found[name.symbol] = _definition(_listed.decode(raw), market)
        except (*UNREADABLE, InvalidOperation, ValueError) as error:
            on_bad(f"{bytes(raw)[:60]!r}: {error}")
    if not tradable:
        raise FrameError(f"exchangeInfo of {market} lists no instrument that can be traded here")
    return found


def _definition(listed: ListedSymbol, market: str) -> InstrumentDefinition:
    filters = {str(rule.get("filterType")): rule for rule in listed.filters}
    kind = "spot" if market == "spot" else "perp"
    price, size = filters.get("PRICE_FILTER", {}), filters.get("LOT_SIZE", {})
    lot = _number(size, "stepSize") or SMALLEST_STEP
    band = _percent_price(filters, market)
    return InstrumentDefinition(
        instrument=instrument_id(listed.base, listed.quote, kind, VENUE),
        revision=0,
        venue=VENUE,
        market=market,
        symbol=listed.symbol,
        kind=kind,
        base=listed.base,
        quote=listed.quote,
        settle=listed.margin_asset or listed.quote,
        tick_size=_number(price, "tickSize") or SMALLEST_STEP,
        lot_size=lot,
        min_qty_lots=max(1, int((_number(size, "minQty") / lot).to_integral_value(ROUND_CEILING))),
        max_qty_lots=_lots(_number(size, "maxQty"), lot),
        min_notional=_min_notional(filters),
        status=trading_status(listed.status or listed.contract_status),
        min_price=_number(price, "minPrice"),
        max_price=_number(price, "maxPrice"),
        max_market_qty_lots=_lots(_number(filters.get("MARKET_LOT_SIZE", {}), "maxQty"), lot),
        max_open_orders=int(_number(filters.get("MAX_NUM_ORDERS", {}), "maxNumOrders", "limit")),
        bid_multiplier_up=band.bid_up,
        bid_multiplier_down=band.bid_down,
        ask_multiplier_up=band.ask_up,
        ask_multiplier_down=band.ask_down,
    )


def _percent_price(filters: dict[str, dict[str, Any]], market: str) -> Band:
    by_side = filters.get("PERCENT_PRICE_BY_SIDE")
    if by_side is not None:
        names = ("bidMultiplierUp", "bidMultiplierDown", "askMultiplierUp", "askMultiplierDown")
        return Band(*(_number(by_side, name) for name in names))
    both = filters.get("PERCENT_PRICE", {})
    up, down = _number(both, "multiplierUp"), _number(both, "multiplierDown")
    return Band(up, ZERO, ZERO, down) if market == "usdm" else Band(up, down, up, down)


def _min_notional(filters: dict[str, dict[str, Any]]) -> Decimal:
    """Spot: NOTIONAL, formerly MIN_NOTIONAL, `minNotional`; USD-M: MIN_NOTIONAL `notional`. 0: none."""
    return max(_number(filters.get(name, {}), "minNotional", "notional") for name in ("NOTIONAL", "MIN_NOTIONAL"))


def _number(rule: dict[str, Any], *names: str) -> Decimal:
    """The first of these values that the filter has; 0 where it has none. Raises ValueError when it is no number."""
    for name in names:
        if rule.get(name) not in (None, ""):
            value = Decimal(str(rule[name]))
            if not value.is_finite() or value < 0:
                raise ValueError(f"{rule.get('filterType')}.{name} is {rule[name]!r}")
            return value
    return ZERO


def _lots(qty: Decimal, lot: Decimal) -> int:
    return int((qty / lot).to_integral_value(ROUND_FLOOR))
