"""When to ask for a snapshot: at once when the book needs one, never twice at a time, never in a tight loop."""

from gateway_kit.backoff import Backoff

NEVER = -1


class ResyncSchedule:
    """Snapshot requests of one instrument, at most one each `spacing_ms`, further apart after failures."""

    __slots__ = ("_backoff", "_not_before_ns", "_spacing_ns", "_wait_until_ns", "asked_ns")

    def __init__(self, *, spacing_ms: int = 2_000, ceiling_ms: int = 60_000, patience_ms: int = 15_000) -> None:
        """`patience_ms`: after that long without an answer the request counts as lost."""
        self._backoff = Backoff(spacing_ms, ceiling_ms)
        self._spacing_ns = spacing_ms * 1_000_000
        self._wait_until_ns = patience_ms * 1_000_000
        self._not_before_ns = NEVER
        self.asked_ns = NEVER
        """When the request under way was made; NEVER when there is none."""

    def is_due(self, now_ns: int) -> bool:
        """Whether a book that needs a snapshot may ask for it now."""
        if self.asked_ns != NEVER and now_ns - self.asked_ns < self._wait_until_ns:
            return False
        return now_ns >= self._not_before_ns

    def asked(self, now_ns: int) -> None:
        """A request leaves now."""
        self.asked_ns = now_ns
        self._not_before_ns = now_ns + self._spacing_ns

    def answered(self) -> None:
        """A usable snapshot came."""
        self.asked_ns = NEVER
        self._backoff.succeeded()

    def failed(self, now_ns: int, jitter: float, retry_at_ns: int = 0) -> None:
        """No answer, or a snapshot too old to use. `retry_at_ns`: the venue or the rate limiter said when."""
        self.asked_ns = NEVER
        delay = self._backoff.failed(jitter)
        self._not_before_ns = max(self._not_before_ns, now_ns + delay, retry_at_ns)
