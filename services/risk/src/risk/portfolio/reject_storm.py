"""Reject storm: a venue that keeps refusing is not asked any longer; more of the same only costs rate, or a ban.

Refusals of post-only orders are the market's doing and do not count, nor do cancels of orders that are gone already.
"""

from crossbook.errors import ErrorClass
from crossbook.instruments import parse_instrument_id
from risk.actions import Action
from risk.config import Rejects
from risk.portfolio.pauses import Pauses
from risk.sliding_count import SlidingCount

REASON = "reject_storm"
_MINUTE_NS = 60_000_000_000
_HARMLESS = frozenset({ErrorClass.POST_ONLY, ErrorClass.NOT_FOUND})


class RejectStorm:
    """Counts rejects per instrument and per venue over a minute."""

    def __init__(self, config: Rejects, pauses: Pauses) -> None:
        """`pauses` is where its halts are kept."""
        self._config, self._pauses = config, pauses
        self._counts = SlidingCount(_MINUTE_NS)

    def on_reject(self, instrument: str, error_class: str, now_ns: int) -> list[Action]:
        """Count a venue's refusal of an order, amend or cancel of ours."""
        if error_class in _HARMLESS:
            return []
        venue = f"venue:{parse_instrument_id(instrument).venue}"
        return [
            *self._count(f"instrument:{instrument}", self._config.instrument_per_min, error_class, now_ns),
            *self._count(venue, self._config.venue_per_min, error_class, now_ns),
        ]

    def resumed(self, scope: str) -> None:
        """An operator resumed the scope: count afresh."""
        self._counts.reset(scope)

    def _count(self, scope: str, most: int, error_class: str, now_ns: int) -> list[Action]:
        count = self._counts.add(scope, now_ns)
        if count < most:
            return []
        self._counts.reset(scope)
        numbers = f"rejects_per_min={count} max={most} last={error_class}"
        return self._pauses.pause(scope, REASON, numbers, self._config.pause_s, now_ns)
