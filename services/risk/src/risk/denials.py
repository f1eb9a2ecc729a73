"""Why an intent was refused by us: a code per cause, with the numbers that were compared."""

from enum import StrEnum
from typing import NamedTuple


class DenialCode(StrEnum):
    """Every cause for which the gate refuses. `docs/denials.md` is generated from the checks that raise them."""

    KILLED = "killed"
    HALTED = "halted"
    REDUCE_ONLY = "reduce_only"
    EXPIRED = "expired"
    UNKNOWN_INSTRUMENT = "unknown_instrument"
    INSTRUMENT_NOT_LIVE = "instrument_not_live"
    UNKNOWN_ORDER = "unknown_order"
    REVISION_MISMATCH = "revision_mismatch"
    INVALID_ORDER = "invalid_order"
    OFF_GRID = "off_grid"
    QTY_BELOW_MIN = "qty_below_min"
    QTY_ABOVE_MAX = "qty_above_max"
    NOTIONAL_BELOW_MIN = "notional_below_min"
    NOTIONAL_ABOVE_MAX = "notional_above_max"
    REDUCE_ONLY_WRONG_SIDE = "reduce_only_wrong_side"
    LIMIT_MISSING = "limit_missing"
    VALUATION_MISSING = "valuation_missing"
    VALUATION_STALE = "valuation_stale"
    BOOK_INVALID = "book_invalid"
    STALE_MARKET_DATA = "stale_market_data"
    NO_REFERENCE = "no_reference"
    OUTSIDE_COLLAR = "outside_collar"
    INSUFFICIENT_DEPTH = "insufficient_depth"
    SELF_TRADE = "self_trade"
    SIZE_SCALED = "size_scaled"
    POSITION_LIMIT = "position_limit"
    STRATEGY_LIMIT = "strategy_limit"
    VENUE_LIMIT = "venue_limit"
    ASSET_LIMIT = "asset_limit"
    TOTAL_LIMIT = "total_limit"
    BALANCE_UNKNOWN = "balance_unknown"
    INSUFFICIENT_BALANCE = "insufficient_balance"
    INSUFFICIENT_MARGIN = "insufficient_margin"
    OPEN_ORDERS = "open_orders"
    DUPLICATE = "duplicate"
    RUNAWAY = "runaway"
    ORDER_RATE = "order_rate"


class Denial(NamedTuple):
    """A refusal of ours. `context` is `key=value` pairs, separated by spaces, with the numbers compared."""

    code: DenialCode
    context: str
