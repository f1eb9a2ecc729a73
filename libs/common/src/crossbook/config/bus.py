"""`[bus]`: where the sockets are, and with which keys they speak."""

from pathlib import Path

from pydantic import Field

from crossbook.config.section import Section


class CurveConfig(Section):
    """`[bus.curve]`: keys for tcp endpoints. `zmq.auth.create_certificates` makes the files."""

    keys: Path
    """Directory of `<name>.key` (public) and `<name>.key_secret` (mode 0600)."""
    own: str = ""
    """Name of our own key pair; the service's name if empty."""
    servers: dict[str, str] = {}
    """Name of the server's key at each tcp endpoint we connect to."""
    allow: dict[str, tuple[str, ...]] = {}
    """Names of the client keys that each bound role (md, control, intents, orders, events) lets in."""


class BusConfig(Section):
    """Endpoints of the sockets. What is not given lies in `directory`."""

    directory: Path = Path("run/bus")
    """Of the ipc sockets; made with mode 0700. `<run_dir>/bus` unless given."""
    intents: str = Field(default_factory=lambda data: f"ipc://{data['directory']}/intents.ipc")
    """The OMS's ROUTER for strategies, guardian and console."""
    orders: str = Field(default_factory=lambda data: f"ipc://{data['directory']}/orders.ipc")
    """The OMS's ROUTER for gateways."""
    events: str = Field(default_factory=lambda data: f"ipc://{data['directory']}/events.ipc")
    """The OMS's XPUB."""
    guardian: str = Field(default_factory=lambda data: f"ipc://{data['directory']}/guardian.ipc")
    """The guardian's XPUB: its alerts, also with the OMS dead."""
    md: dict[str, str] = {}
    """Market data XPUB of each gateway, by venue."""
    control: dict[str, str] = {}
    """Control ROUTER of each gateway, by venue, and the guardian's own by the name `guardian`."""
    insecure_loopback: bool = False
    """Allow tcp without keys between processes of this host. Anybody on the host can then trade: for tests only."""
    curve: CurveConfig | None = None
    """Keys for tcp endpoints; without them only ipc endpoints can be used."""

    def md_of(self, venue: str) -> str:
        """Market data endpoint of a venue's gateway."""
        return self.md.get(venue, f"ipc://{self.directory}/md-{venue}.ipc")

    def control_of(self, venue: str) -> str:
        """Control endpoint of a venue's gateway."""
        return self.control.get(venue, f"ipc://{self.directory}/control-{venue}.ipc")
