"""How many connections may be opened: venues ban addresses that reconnect without measure (Binance: 300 in 5 min)."""

from collections import deque


class ConnectBudget:
    """At most `count` attempts in any `window_ms`, shared by all sessions to one host."""

    __slots__ = ("_attempts", "_count", "_window_ns")

    def __init__(self, count: int = 60, window_ms: int = 300_000) -> None:
        """The default leaves most of Binance's allowance to other programs behind the same address."""
        self._count = count
        self._window_ns = window_ms * 1_000_000
        self._attempts: deque[int] = deque()

    def wait_ns(self, now_ns: int) -> int:
        """How long the next attempt must wait; 0 when it may be made now."""
        attempts = self._attempts
        while attempts and now_ns - attempts[0] >= self._window_ns:
            attempts.popleft()
        return 0 if len(attempts) < self._count else attempts[0] + self._window_ns - now_ns

    def attempted(self, now_ns: int) -> None:
        """Count an attempt made now."""
        self._attempts.append(now_ns)
