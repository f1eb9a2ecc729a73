"""Binance's error codes, one table per market: the same number means different things on spot and futures.

Source: Binance error documents (July and October 2026), collected in venues/binance.md §9. A code that is not here is
an unknown outcome, and so are `-1001` and `-1000` on purpose: "internal error" does not say what was done.
"""

from types import MappingProxyType

from crossbook.errors import ErrorClass
from gateway_kit.error_table import ErrorTable

E = ErrorClass

_COMMON = {
    -1000: E.UNKNOWN_OUTCOME,
    -1001: E.UNKNOWN_OUTCOME,
    -1002: E.AUTH,
    -1003: E.RATE_LIMIT,
    -1004: E.RETRY,  # server busy: not accepted
    -1006: E.UNKNOWN_OUTCOME,
    -1007: E.UNKNOWN_OUTCOME,
    -1008: E.RETRY,  # overloaded: failed before execution
    -1013: E.FILTER,
    -1015: E.RATE_LIMIT,
    -1016: E.MAINTENANCE,
    -1020: E.BUG,
    -1021: E.CLOCK,
    -1022: E.AUTH,
    -1034: E.RATE_LIMIT,
    -1111: E.FILTER,  # precision: what a changed tick or lot size looks like
    -2014: E.AUTH,
    -2015: E.AUTH,
    -2017: E.AUTH,
}

SPOT = ErrorTable(
    codes=MappingProxyType(
        {
            **_COMMON,
            -2010: E.REJECTED,
            -2011: E.NOT_FOUND,
            -2013: E.NOT_FOUND,
            -2021: E.UNKNOWN_OUTCOME,  # half of a cancel-replace; `answers` reads which half
            -2022: E.REJECTED,
            -2026: E.NOT_FOUND,
            -2035: E.REJECTED,
            -2036: E.REJECTED,
            -2038: E.REJECTED,
            -2039: E.NOT_FOUND,
            -2042: E.RETRY,
        }
    ),
    texts=MappingProxyType(
        {
            -2010: (
                ("duplicate order", E.DUPLICATE_ID),
                ("immediately match", E.POST_ONLY),
                ("insufficient balance", E.INSUFFICIENT),
                ("market is closed", E.MAINTENANCE),
                ("action is disabled", E.AUTH),
                ("trading is not enabled", E.AUTH),
                ("filter failure", E.FILTER),
            ),
            -2011: (("cancel restrictions", E.REJECTED),),
            -2038: (("unknown order", E.NOT_FOUND), ("not found", E.NOT_FOUND)),
        }
    ),
    ranges=((-1199, -1100, E.BUG),),
)
"""Spot."""

USDM = ErrorTable(
    codes=MappingProxyType(
        {
            **_COMMON,
            -1125: E.NOT_FOUND,  # this listen key does not exist
            -2010: E.REJECTED,
            -2011: E.NOT_FOUND,
            -2013: E.NOT_FOUND,
            -2018: E.INSUFFICIENT,
            -2019: E.INSUFFICIENT,
            -2020: E.REJECTED,
            -2021: E.REJECTED,  # would trigger at once
            -2022: E.REDUCE_ONLY,
            -2025: E.REJECTED,
            -2027: E.REJECTED,
            -4015: E.BUG,
            -4061: E.REJECTED,
            -4116: E.DUPLICATE_ID,
            -4118: E.REDUCE_ONLY,
            -4120: E.BUG,
            -4131: E.FILTER,
            -4140: E.MAINTENANCE,
            -4141: E.MAINTENANCE,
            -4164: E.FILTER,
            -4192: E.MAINTENANCE,
            -4400: E.REDUCE_ONLY,
            -4401: E.REDUCE_ONLY,
            -5021: E.REJECTED,
            -5022: E.POST_ONLY,
            -5024: E.REJECTED,
            -5025: E.REJECTED,
            -5026: E.REJECTED,
            -5027: E.REJECTED,
            -5028: E.CLOCK,
            -5040: E.REJECTED,
            -5047: E.REDUCE_ONLY,
        }
    ),
    ranges=((-1199, -1100, E.BUG), (-4024, -4003, E.FILTER)),
)
"""USD-M futures."""
