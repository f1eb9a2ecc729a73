"""The OMS's configuration: `config/<environment>/oms.toml`. Limits are risk's, times of the order path ours."""

from pathlib import Path

from pydantic import Field

from crossbook.config import Section, ServiceConfig
from oms.settings import Settings
from risk.config import RiskConfig


class JournalConfig(Section):
    """`[journal]`: where everything that happens is written before it happens."""

    directory: Path | None = None
    """Of the journal's files; `<run_dir>/journal` unless given. Keep it on a local disk."""
    file_mb: int = Field(default=32, ge=1, le=1_024)
    """Size at which a new file begins, with a snapshot. Larger files make a start slower: about 1 s for 32 MB."""
    sync_ms: int = Field(default=5, ge=1, le=1_000)
    """Longest time a record stays in the page cache only. A power cut loses so much; a crash of the process nothing."""
    reserve_mb: int = Field(default=64, ge=0, le=4_096)
    """Space kept aside and given back when the disk is full, so that the end can still be written down."""
    warn_free_mb: int = Field(default=512, ge=0)
    """Free space under which humans are told."""


class RedisConfig(Section):
    """`[redis]`: the shared present. Written behind, never waited for."""

    url: str = ""
    """`unix://<path>` or `redis://<host>:<port>/<db>`; the socket of the local run unless given."""
    prefix: str = "crossbook"
    """First part of every key; one per desk where desks share a server."""
    timeout_ms: int = Field(default=250, ge=10, le=250)
    """Longest wait for one answer. What is not answered by then counts as not done and is written again."""
    flush_ms: int = Field(default=20, ge=1, le=1_000)
    """Pause between writes while there is something to write; the first after a quiet moment goes at once.

    Shorter costs processor time (0.4 ms a write), longer makes the shared present older (promised: 100 ms).
    """
    grace_s: float = Field(default=30.0, ge=0)
    """How long adding orders are allowed without Redis; reduce-only afterwards."""


class OrderPathConfig(Section):
    """`[orders]`: times of the order path (see `oms.settings.Settings`, whose defaults these are)."""

    strategy_silent_ms: int = Field(default=1_000, ge=500, le=10_000)
    """A strategy whose beats stop for so long has its orders cancelled. Beats come each 250 ms."""
    gateway_silent_ms: int = Field(default=1_000, ge=500, le=10_000)
    """A gateway whose beats stop for so long counts as disconnected."""
    answer_timeout_ms: int = Field(default=5_000, ge=500)
    """An operation without an answer for so long becomes UNKNOWN and is asked about."""
    query_again_ms: int = Field(default=5_000, ge=500)
    """Pause between questions about the same order."""
    cancel_again_ms: int = Field(default=1_000, ge=200)
    """Pause between cancels of the same order."""
    reconcile_ms: int = Field(default=15_000, ge=1_000)
    """How often everything is compared with each venue. Each comparison costs request weight."""
    fill_memory_h: int = Field(default=72, ge=1, le=24 * 30)
    """How long the identities of fills are remembered."""
    publish_ms: int = Field(default=500, ge=100, le=10_000)
    """Pause between publications of PnL and risk state."""
    reject_storm: int = Field(default=10, ge=2)
    """Rejects of one instrument within ten seconds that raise an alert."""
    min_top_interval_ms: int = Field(default=5, ge=0, le=100)
    """Tops of book of one instrument are taken at most so often; the newest counts."""
    top_moved_bps: float = Field(default=1.0, ge=0, le=100)
    """A mid that moved by so much is shown to risk at once; others wait for the next tick or intent. 0: show all."""


class OmsConfig(ServiceConfig):
    """Everything the OMS is told."""

    desk: int = Field(default=1, ge=0, le=127)
    """Part of every order id. Two desks that share a venue account must differ."""
    venues: tuple[str, ...]
    """Venues whose gateways' market data is read."""
    journal: JournalConfig = Field(default_factory=JournalConfig)
    redis: RedisConfig = Field(default_factory=RedisConfig)
    orders: OrderPathConfig = Field(default_factory=OrderPathConfig)
    risk: RiskConfig

    @property
    def journal_dir(self) -> Path:
        """Where the journal is."""
        return self.journal.directory or self.run_dir / "journal"

    @property
    def redis_url(self) -> str:
        """Where Redis is."""
        return self.redis.url or f"unix://{(self.run_dir / 'redis' / 'redis.sock').absolute()}"

    @property
    def settings(self) -> Settings:
        """The core's own form."""
        o = self.orders
        return Settings(
            strategy_silent_ms=o.strategy_silent_ms,
            gateway_silent_ms=o.gateway_silent_ms,
            answer_timeout_ms=o.answer_timeout_ms,
            query_again_ms=o.query_again_ms,
            cancel_again_ms=o.cancel_again_ms,
            reconcile_ms=o.reconcile_ms,
            fill_memory_ms=o.fill_memory_h * 3_600_000,
            redis_grace_ms=int(self.redis.grace_s * 1_000),
            publish_ms=o.publish_ms,
            reject_storm=o.reject_storm,
        )
