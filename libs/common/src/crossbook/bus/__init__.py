"""The wires between processes: the only place where a ZeroMQ socket is touched.

A `Publisher` (XPUB) sends retained state and streams to `Subscriber`s, who see every loss; `Dealer` and `Router` carry
what must not be lost in silence: a send that reaches nobody says so. All of them read through one `DrainedReader`.
Sockets belong to the running event loop of their process: create them inside it, use them from its thread only.
"""

from crossbook.bus.dealer import Dealer
from crossbook.bus.endpoints import EndpointInUse
from crossbook.bus.frames import MalformedFrame, split_frame
from crossbook.bus.publisher import Publisher
from crossbook.bus.router import Router
from crossbook.bus.security import KeyPair, Security, load_security
from crossbook.bus.sockets import close_context
from crossbook.bus.stats import BusStats
from crossbook.bus.subscriber import Subscriber
from crossbook.errors import PeerAbsent

__all__ = [
    "BusStats",
    "Dealer",
    "EndpointInUse",
    "KeyPair",
    "MalformedFrame",
    "PeerAbsent",
    "Publisher",
    "Router",
    "Security",
    "Subscriber",
    "close_context",
    "load_security",
    "split_frame",
]
