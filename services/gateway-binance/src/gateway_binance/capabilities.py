"""What Binance's two markets can do (venues/binance.md §5)."""

from gateway_kit.capabilities import Capabilities

_DAY_MS = 86_400_000

SPOT = Capabilities(
    reduce_only=False,
    amend_in_place=False,
    amend_size_down=True,  # order.amend.keepPriority
    amend_by_replacement=True,  # order.cancelReplace
    positions=False,
    dead_man_switch=False,
    stream_key=False,
    max_client_id=36,
    history_window_ms=_DAY_MS,
    history_reach_ms=365 * _DAY_MS,
    page=1_000,
)
"""Spot has no dead-man switch: the gateway and its sweeper must let go by themselves."""

USDM = Capabilities(
    reduce_only=True,
    amend_in_place=True,  # order.modify; the place in the queue is lost
    amend_size_down=False,
    amend_by_replacement=False,
    positions=True,
    dead_man_switch=True,  # countdownCancelAll, per symbol
    stream_key=True,
    max_client_id=36,
    history_window_ms=7 * _DAY_MS,
    history_reach_ms=89 * _DAY_MS,  # "three months"; asked for more it refuses the whole request
    page=1_000,
)
"""USD-M futures."""
