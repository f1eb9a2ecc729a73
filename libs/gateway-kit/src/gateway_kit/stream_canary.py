"""Notices a private stream that lives but says nothing (FAILURES B2).

Pings are answered and no event comes: seen when a listen key ended silently. Our own orders are the canaries: what the
venue acknowledged must show on the stream within a moment; if it does not, the stream is opened anew and reconciled.
"""


class StreamCanary:
    """Order ids that are acknowledged and not yet seen on the stream."""

    def __init__(self, limit_ms: int) -> None:
        """`limit_ms`: how long the stream may lag behind an acknowledgement."""
        self._limit_ns = limit_ms * 1_000_000
        self._waiting: dict[int, int] = {}

    def on_acked(self, order_id: int, now_ns: int) -> None:
        """A place or cancel of this order was acknowledged, and the stream has not told of it."""
        self._waiting.setdefault(order_id, now_ns)

    def on_stream(self, order_id: int) -> None:
        """The stream spoke of this order."""
        self._waiting.pop(order_id, None)

    def reset(self) -> None:
        """The stream was opened anew; reconciliation tells what was missed."""
        self._waiting.clear()

    def suspect(self, now_ns: int) -> str:
        """Why the stream must be opened anew; empty when it need not."""
        for order_id, since_ns in self._waiting.items():
            if now_ns - since_ns > self._limit_ns:
                return f"order {order_id} acknowledged {(now_ns - since_ns) // 1_000_000} ms ago, not on the stream"
            break
        return ""
