"""Who a process is, and since which start."""

import secrets
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Identity:
    """Name and boot nonce. Two starts of the same service have different identities on the bus."""

    name: str
    nonce: int = field(default_factory=lambda: secrets.randbits(32))

    @property
    def instance(self) -> str:
        """The nonce as 8 hex digits."""
        return f"{self.nonce:08x}"

    @property
    def on_the_bus(self) -> bytes:
        """`<name>.<instance>`: what a router knows the process by."""
        return f"{self.name}.{self.instance}".encode()
