"""Configuration that every gateway has: credentials, how orders are sent, when a gateway lets go by itself."""

from pathlib import Path

from pydantic import Field

from crossbook.config import Secret, Section


class Credentials(Section):
    """`[credentials]`: from the environment or the secrets directory; never from a committed file."""

    api_key: Secret = Secret("")
    """Public half of the key pair at the venue."""
    secret: Secret = Secret("")
    """HMAC secret. Empty when `private_key_file` is given."""
    private_key_file: Path | None = None
    """PEM file of an Ed25519 key, mode 0400 or 0600: no shared secret, and sessions may log on once."""
    private_key_password: Secret = Secret("")
    """Of the PEM file, where it is encrypted."""

    @property
    def given(self) -> bool:
        """Whether requests can be signed."""
        return bool(self.api_key.get_secret_value() and (self.secret.get_secret_value() or self.private_key_file))


class OrderSection(Section):
    """`[orders]`: sending orders and finding out what became of them."""

    prefer: str = Field(default="ws", pattern="^(ws|rest)$")
    """Channel for orders while both are up; the other one takes over when it is down."""
    request_timeout_ms: int = Field(default=3_000, ge=50)
    """No answer for so long makes an order UNKNOWN. Lower, and slow answers cost queries; the order stays safe."""
    recv_window_ms: int = Field(default=2_000, ge=10, le=60_000)
    """The venue refuses what reaches it later: a stalled order dies instead of resting at an old price."""
    stp_mode: str = "EXPIRE_MAKER"
    """Self-trade prevention the venue applies, in its own word."""
    query_first_ms: int = Field(default=200, ge=0)
    """The private stream may answer first: the outcome resolver asks after so long."""
    query_ceiling_ms: int = Field(default=5_000, ge=100)
    """Back-off of queries doubles up to here. It never ends: only the venue's word ends an order."""
    absent_answers: int = Field(default=3, ge=2)
    """So many `not found` answers …"""
    absent_over_ms: int = Field(default=5_000, ge=1_000)
    """… over so long, besides open orders and history, prove that an order never was: query paths lag engines."""
    canary_ms: int = Field(default=2_000, ge=200)
    """An acknowledged order not seen on the private stream for so long makes the stream suspect."""
    oms_lost_cancel_ms: int = Field(default=5_000, ge=500)
    """Without a sign of progress of the OMS for so long this gateway cancels all its orders by itself.

    Lower, and a restart of the OMS costs every place in the queue; higher, and orders stay unwatched for longer.
    """
    dead_man_countdown_ms: int = Field(default=10_000, ge=1_000)
    """The venue cancels our orders of a symbol after so long without a refresh (where it can)."""
    dead_man_refresh_ms: int = Field(default=3_000, ge=200)
    """How often the countdown is set anew while the gateway and the OMS make progress."""
    oms_progress_ms: int = Field(default=2_000, ge=300)
    """The OMS counts as working when its beats showed progress within so long."""
    max_clock_offset_ms: int = Field(default=1_000, ge=50)
    """Beyond this difference to the venue's clock no new order is sent."""
    listen_key_keep_alive_ms: int = Field(default=1_800_000, ge=100)
    """How often a listen key is prolonged, where the venue has them (Binance USD-M: valid 60 min)."""
