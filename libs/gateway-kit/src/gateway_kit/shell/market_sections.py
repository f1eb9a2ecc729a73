"""Configuration of the market-data side, the same for every gateway."""

from pydantic import Field

from crossbook.config import Section
from gateway_kit.feed_watch import WatchSettings
from gateway_kit.shell.websocket_session import SessionSettings


class MarketDataSection(Section):
    """`[market_data]`: what is published, when a book is doubted, how connections are kept."""

    depth_levels: int = Field(default=20, ge=1, le=1_000)
    """Levels a side in `BookDepth`."""
    depth_every_ms: int = Field(default=100, ge=1)
    """`BookDepth` of an instrument at most this often; `BookTop` is never held back."""
    snapshot_levels: int = Field(default=1_000, ge=5)
    """Levels of a snapshot. More cost more request weight at each resync and audit."""
    crossed_ms: int = Field(default=500, ge=1)
    """A book crossed for longer is invalid. Binance books are never crossed for two messages in a row."""
    late_ms: int = Field(default=1_000, ge=0)
    """Depth messages come so long after the venue's time in them: the stream lags, the book is invalid; 0: any."""
    stall_ms: int = Field(default=300, ge=100)
    """After this process did nothing for so long, what waits in its sockets is old: books are built anew."""
    depth_owed_ms: int = Field(default=3_000, ge=200)
    """Best quotes move on, no depth follows for so long: the depth stream is silent, the book invalid."""
    probe_after_ms: int = Field(default=500, ge=50)
    """Quiet for so long: ask the venue whether the top still stands.

    With the round trip this must stay under the strategies' age limit; lower costs request weight.
    """
    probe_grace_ms: int = Field(default=300, ge=10)
    """How long an update may lag behind an answer that disagrees before the stream counts as silent."""
    prove_every_ms: int = Field(default=100, ge=10)
    """A top that stands while its book moves on is published as proved at most this often."""
    audit_every_ms: int = Field(default=60_000, ge=0)
    """Compare each book with a snapshot this often; 0: never."""
    audit_levels: int = Field(default=10, ge=1)
    """Levels compared; one that differs makes the book invalid."""
    resync_spacing_ms: int = Field(default=2_000, ge=100)
    """Snapshots of one instrument are at least so far apart."""
    instruments_every_ms: int = Field(default=300_000, ge=1_000)
    """How often the rules of instruments are read again."""
    clock_every_ms: int = Field(default=60_000, ge=1_000)
    """How often the venue's clock is read."""
    ack_within_ms: int = Field(default=5_000, ge=100)
    """A subscription without an ack for so long is a failed connection."""
    first_data_ms: int = Field(default=10_000, ge=100)
    """A connection that carried nothing for so long after its acks is named in an error with URL and route."""
    rotate_after_ms: int = Field(default=23 * 3_600_000, ge=1_000)
    """Age at which a connection is replaced, less up to 5 % at random. Binance ends it at 24 h."""
    overlap_ms: int = Field(default=2_000, ge=0)
    """How long the old connection stays beside its replacement."""
    reconnect_base_ms: int = Field(default=250, ge=10)
    """First pause between attempts to connect; it doubles, with jitter, …"""
    reconnect_ceiling_ms: int = Field(default=30_000, ge=100)
    """… up to this."""
    connects_in_5_min: int = Field(default=60, ge=5)
    """Connection attempts of a market in any five minutes. Binance bans addresses above 300."""

    def watch(self) -> WatchSettings:
        """The watch over books."""
        return WatchSettings(
            crossed_ms=self.crossed_ms,
            late_ms=self.late_ms,
            depth_owed_ms=self.depth_owed_ms,
            probe_after_ms=self.probe_after_ms,
            probe_grace_ms=self.probe_grace_ms,
            prove_every_ms=self.prove_every_ms,
            audit_every_ms=self.audit_every_ms,
            audit_levels=self.audit_levels,
            resync_spacing_ms=self.resync_spacing_ms,
        )

    def session(self) -> SessionSettings:
        """The upkeep of connections."""
        return SessionSettings(
            lifetime_ms=self.rotate_after_ms,
            overlap_ms=self.overlap_ms,
            backoff_base_ms=self.reconnect_base_ms,
            backoff_ceiling_ms=self.reconnect_ceiling_ms,
        )
