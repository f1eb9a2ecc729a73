"""Orders that gateways count as live and the OMS does not: nobody owns them."""

MS = 1_000_000


class OrderWatch:
    """Compares counts; only a difference that lasts means anything, for both sides change all the time."""

    def __init__(self, differ_ms: int) -> None:
        """`differ_ms`: how long a difference may last."""
        self._differ_ns = differ_ms * MS
        self._since_ns: int | None = None
        self.surplus = 0
        """Orders more at the gateways than in the OMS at the last look."""

    def look(self, at_gateways: int, in_oms: int | None, now_ns: int) -> bool:
        """Whether gateways have had more for too long; true again only after another such time."""
        self.surplus = 0 if in_oms is None else max(0, at_gateways - in_oms)
        if not self.surplus:
            self._since_ns = None
            return False
        if self._since_ns is None:
            self._since_ns = now_ns
        if now_ns - self._since_ns <= self._differ_ns:
            return False
        self._since_ns = now_ns
        return True
