"""How the OMS behaves, as plain numbers: what `config/…/oms.toml` says under `[orders]`, journalled at every start."""

import msgspec


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Times and sizes of the order path. Every default is safe for a desk on one host."""

    strategy_silent_ms: int = 1_000
    """A strategy whose beats stop for so long has its orders cancelled. Four beats: lower it and a pause cancels."""
    gateway_silent_ms: int = 1_000
    """A gateway whose beats stop for so long counts as disconnected: what was in flight becomes UNKNOWN."""
    beat_ms: int = 250
    """How often gateways hear from us; their dead-man switches live on it."""
    answer_timeout_ms: int = 5_000
    """An operation the gateway has said nothing about for so long becomes UNKNOWN and is asked about."""
    query_again_ms: int = 5_000
    """Pause between questions about the same order; the gateway's own resolver asks much more often."""
    cancel_again_ms: int = 1_000
    """Pause between cancels of the same order while the venue has not ended it."""
    reconcile_ms: int = 15_000
    """How often each gateway's whole picture is compared."""
    reconcile_soon_ms: int = 500
    """Least time between two comparisons when something looks wrong."""
    reconcile_timeout_ms: int = 10_000
    """A comparison without an answer for so long is given up and asked for again."""
    fills_overlap_ms: int = 60_000
    """How far before the last known fill fills are asked for again."""
    fill_memory_ms: int = 72 * 3_600_000
    """How long the identities of fills are remembered. An older fill is reported and left to reconciliation."""
    ended_orders_kept: int = 20_000
    """Ended orders kept in memory for late fills; older ones are in the journal."""
    verdicts_kept: int = 20_000
    """Verdicts kept for repeated intents."""
    redis_grace_ms: int = 30_000
    """How long adding orders are allowed without Redis; afterwards reduce-only."""
    publish_ms: int = 500
    """Pause between publications of PnL, marks and risk state when nothing else causes one."""
    reject_storm: int = 10
    """Rejects within ten seconds that raise an alert."""
    balance_tolerance: str = "0.0001"
    """Differences of a balance up to this much (in the asset) are rounding: adopted without an alert."""
