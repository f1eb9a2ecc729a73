"""Turns the state of a market's two sides into `VenueHealth`, told on each change and once a second."""

from collections.abc import Mapping

from crossbook.messages.base import Liveness
from crossbook.messages.market import VenueHealth
from gateway_kit.feed_publisher import Publish

_AGAIN_NS = 1_000_000_000


class HealthReports:
    """Of all markets of one gateway."""

    def __init__(self, venue: str, account: str, publish: Publish) -> None:
        """`publish(topic, message, retain=…)`."""
        self._venue, self._account, self._publish = venue, account, publish
        self._last: dict[str, tuple[Liveness, str, int, int]] = {}

    def tell(
        self,
        market: str,
        data: Liveness,
        trouble: str,
        not_ready: str,
        *,
        streams: Mapping[str, Liveness],
        clock_ahead_ms: float,
        used: float,
        now_ns: int,
    ) -> None:
        """`data` and `trouble` of the market data, `not_ready` of the orders; DEGRADED when only orders cannot go."""
        state = Liveness.DEGRADED if data is Liveness.UP and not_ready else data
        reason = "; ".join(part for part in (trouble, not_ready) if part)
        before = self._last.get(market)
        changed = before is None or before[:2] != (state, reason)
        since_ns = now_ns if before is None or before[0] is not state else before[2]
        if not changed and before is not None and now_ns - before[3] < _AGAIN_NS:
            return
        self._last[market] = (state, reason, since_ns, now_ns)
        self._publish(
            f"health.{self._venue}.{self._account}.{market}",
            VenueHealth(
                venue=self._venue,
                account=self._account,
                market=market,
                state=state,
                reason=reason,
                since_ns=since_ns,
                published_ns=now_ns,
                streams=dict(streams),
                clock_offset_ms=round(clock_ahead_ms, 3),
                rate_used_fraction=round(used, 4),
            ),
            retain=True,
        )
