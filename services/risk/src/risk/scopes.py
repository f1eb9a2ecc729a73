"""Scopes: what a block, a halt or a cancel applies to.

`all`, `venue:<venue>`, `instrument:<instrument>`, `strategy:<strategy>` or `asset:<base asset>`.
"""

from crossbook.instruments import parse_instrument_id

ALL = "all"
KINDS = ("venue", "instrument", "strategy", "asset")


def check_scope(scope: str) -> str:
    """The scope itself; raises ValueError when it is none."""
    kind, colon, name = scope.partition(":")
    if scope != ALL and (kind not in KINDS or not colon or not name):
        raise ValueError(f"scope {scope!r} is not 'all' or one of {', '.join(f'{kind}:<name>' for kind in KINDS)}")
    return scope


def in_scope(scope: str, *, instrument: str, strategy: str) -> bool:
    """Whether an order of that instrument and strategy lies in the scope; raises ValueError for no scope."""
    kind, _, name = check_scope(scope).partition(":")
    if scope == ALL:
        return True
    parts = parse_instrument_id(instrument)
    return name == {"venue": parts.venue, "instrument": instrument, "strategy": strategy, "asset": parts.base}[kind]
