"""The guardian's configuration: what it watches and where its patience ends."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from crossbook.config import Section, ServiceConfig

Milliseconds = Annotated[int, Field(ge=50, le=3_600_000)]
Money = Annotated[Decimal, Field(gt=0, allow_inf_nan=False)]


class OmsWatchSettings(Section):
    """`[oms]`: when the OMS counts as not working."""

    process: str = "oms"
    """Its name under the supervisor."""
    silent_ms: Milliseconds = 1_500
    """No progress for so long: everything is cancelled and held. The OMS tells its state each 500 ms (`publish_ms`).

    Lower, and a busy disk pulls all quotes; higher, and orders rest unwatched for longer.
    """
    start_ms: Milliseconds = 15_000
    """So long after its own start the guardian waits for the first word of an OMS it has never heard."""


class VenueWatchSettings(Section):
    """`[venues.<venue>]`: the gateway of a venue."""

    process: str
    """Its name under the supervisor."""
    sweeper: str = ""
    """The supervisor's program that cancels ours at the venue with the gateway's keys; empty: none."""


class GatewayWatchSettings(Section):
    """`[gateways]`: patience with all gateways."""

    gone_ms: Milliseconds = 2_500
    """A gateway that neither answers nor publishes for so long is gone: its orders are swept."""
    start_ms: Milliseconds = 20_000
    """So long after its own start the guardian waits for a gateway it has never heard."""
    sweep_again_ms: Milliseconds = 10_000
    """Pause between sweeps while the gateway is gone and no sweep has come back clean."""


class ToleranceSettings(Section):
    """`[tolerance]`: beyond the OMS's own limits. Reached, everything is killed, until an operator resumes."""

    max_drawdown: Money
    """Of all accounts together, in the reporting currency. Above the OMS's hard drawdown, which halts first."""
    max_gross_notional: Money
    """Sum of the absolute values of all positions at their marks. Above the OMS's own total limit."""
    breach_ms: Milliseconds = 1_000
    """How long a limit must be exceeded, over two reports at least: one wrong number kills nothing (FAILURES E6)."""


class OrderWatchSettings(Section):
    """`[orders]`: live orders as gateways and OMS count them."""

    differ_ms: Milliseconds = 20_000
    """Gateways count more live orders than the OMS for so long: nobody owns them, they are cancelled."""


class RedisWatchSettings(Section):
    """`[redis]`: the shared present, watched but not used."""

    url: str = ""
    """`unix://<path>` or `redis://<host>:<port>/<db>`; the socket of the local run unless given."""
    lost_ms: Milliseconds = 3_000
    """Unreachable for so long: humans are told."""
    hold_ms: Milliseconds = 60_000
    """Unreachable for so long while the OMS has not gone reduce-only by itself: held. Above the OMS's `grace_s`."""


class ProcessWatchSettings(Section):
    """`[processes]`: everything the supervisor runs that writes a beat."""

    hang_ms: Milliseconds = 3_500
    """Running, by the supervisor's word, but neither a beat nor a word on the bus for so long: killed, so that it
    restarts. Beats are written each second."""
    max_restarts: Annotated[int, Field(ge=1)] = 5
    """More restarts than that within the window, and it stays down until an operator starts it."""
    window_s: Annotated[int, Field(ge=1)] = 600
    """Length of that window."""
    backoff_ms: Milliseconds = 2_000
    """Least pause between two kills of the same process; doubles with each restart in the window."""


class GuardianConfig(ServiceConfig):
    """Everything the guardian is told: `config/<environment>/guardian.toml`."""

    venues: dict[str, VenueWatchSettings]
    """Gateways to watch, by venue."""
    tolerance: ToleranceSettings
    oms: OmsWatchSettings = OmsWatchSettings()
    gateways: GatewayWatchSettings = GatewayWatchSettings()
    orders: OrderWatchSettings = OrderWatchSettings()
    redis: RedisWatchSettings = RedisWatchSettings()
    processes: ProcessWatchSettings = ProcessWatchSettings()
    supervisor: str = "run/supervisor.sock"
    """The supervisor's socket. Where there is none (containers), hung processes and sweeps are told to humans only."""
