"""Pauses of one side: cool-down after fills, a sweep, back-off after refusals."""

from collections import deque

from strategy_mm.parameters import GuardParameters
from strategy_mm.quote_state import Blocked, Reason

_MAX_VENUE_BACKOFF_MS = 30_000.0
_MAX_OWN_BACKOFF_MS = 1_000.0
"""A denial costs the venue nothing, and its cause (a process that restarts) often passes within a second."""


class SideGuard:
    """Knows until when a side may place nothing, and until when it must not stand at all."""

    __slots__ = (
        "_backoff_context",
        "_backoff_ms",
        "_backoff_until_ns",
        "_cooldown_ms",
        "_cooldown_until_ns",
        "_fills",
        "_parameters",
        "_swept_until_ns",
    )

    def __init__(self, parameters: GuardParameters) -> None:
        """Nothing has happened yet."""
        self._parameters = parameters
        self._cooldown_ms = parameters.fill_cooldown_ms
        self._cooldown_until_ns = 0
        self._fills: deque[int] = deque(maxlen=parameters.sweep_fills)
        self._swept_until_ns = 0
        self._backoff_ms = parameters.reject_backoff_ms
        self._backoff_until_ns = 0
        self._backoff_context = ""

    def on_fill(self, now_ns: int) -> None:
        """A fill of this side: cool down, longer with each one until the other side is filled."""
        self._cooldown_until_ns = now_ns + int(self._cooldown_ms * 1e6)
        self._cooldown_ms = min(self._cooldown_ms * self._parameters.cooldown_growth, self._parameters.cooldown_max_ms)
        self._fills.append(now_ns)
        full = len(self._fills) == self._parameters.sweep_fills
        if full and now_ns - self._fills[0] <= self._parameters.sweep_window_ms * 1e6:
            self._swept_until_ns = now_ns + int(self._parameters.sweep_pause_ms * 1e6)

    def on_other_side_filled(self) -> None:
        """The flow is two-sided again: cool-downs start short."""
        self._cooldown_ms = self._parameters.fill_cooldown_ms

    def on_rejected(self, context: str, now_ns: int) -> None:
        """The venue refused an order: wait, twice as long each time, up to half a minute."""
        self._back_off(context, _MAX_VENUE_BACKOFF_MS, now_ns)

    def on_denied(self, context: str, now_ns: int) -> None:
        """We refused it ourselves: wait, twice as long each time, up to a second."""
        self._back_off(context, _MAX_OWN_BACKOFF_MS, now_ns)

    def _back_off(self, context: str, at_most_ms: float, now_ns: int) -> None:
        wait_ms = min(self._backoff_ms, at_most_ms)
        self._backoff_until_ns = now_ns + int(wait_ms * 1e6)
        self._backoff_ms = min(2 * self._backoff_ms, _MAX_VENUE_BACKOFF_MS)
        self._backoff_context = context

    def on_accepted_by_venue(self) -> None:
        """An order of this side rests: the next refusal waits briefly again."""
        self._backoff_ms = self._parameters.reject_backoff_ms

    def check_stand(self, now_ns: int) -> None:
        """Raises Blocked while no order of the side may stand."""
        if now_ns < self._swept_until_ns:
            raise Blocked(Reason.SWEPT, f"remaining_ms={(self._swept_until_ns - now_ns) / 1e6:.0f}")

    def pause(self, now_ns: int) -> tuple[Reason, str] | None:
        """Why nothing new may be placed at the moment, though what stands may stay; None when it may."""
        if now_ns < self._backoff_until_ns:
            return Reason.BACKOFF, self._backoff_context
        if now_ns < self._cooldown_until_ns:
            return Reason.COOLING_DOWN, f"remaining_ms={(self._cooldown_until_ns - now_ns) / 1e6:.0f}"
        return None
