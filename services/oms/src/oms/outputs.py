"""What a turn of the core asks of its shell, and the outbox in which its parts put it."""

from typing import NamedTuple, TypeAlias

import msgspec

from crossbook.messages.base import Message
from crossbook.messages.health import Alert
from oms.inputs import Now
from oms.rows import Row


class ToPeer(NamedTuple):
    """Send to a peer of `intents`. Nobody there: counted, nothing else, for the peer can ask for the state."""

    peer: bytes
    message: Message


class ToGateway(NamedTuple):
    """Send to a peer of `orders`. Nobody there: `NotDelivered` or `PeerGone` comes back as an input."""

    peer: bytes
    message: Message


class Publish(NamedTuple):
    """Publish on `events`, and mirror to Redis what Redis holds. `caused_ns`: receipt of the fill behind it, else 0."""

    topic: str
    message: Message
    retain: bool
    caused_ns: int = 0


Output: TypeAlias = ToPeer | ToGateway | Publish


class Turn(NamedTuple):
    """The result of one input."""

    seq: int
    """Journal sequence of the input."""
    rows: tuple[Row, ...]
    """Rows that changed, absolute."""
    outputs: tuple[Output, ...]


class Outbox:
    """Collects what one turn changes and says. Everything the core's parts do passes through here."""

    def __init__(self) -> None:
        self.seq = 0
        self.now = Now(0, 0)
        self._rows: dict[int, Row] = {}
        self._outputs: list[Output] = []

    def begin(self, seq: int, now: Now) -> None:
        """Start a turn."""
        self.seq, self.now = seq, now
        self._rows, self._outputs = {}, []

    def turn(self) -> Turn:
        """The finished turn."""
        return Turn(self.seq, tuple(self._rows.values()), tuple(self._outputs))

    def changed(self, row: Row) -> None:
        """A row was changed; it is written once, as it is when the turn ends."""
        self._rows[id(row)] = row

    def answer(self, peer: bytes, message: Message) -> None:
        """Say something to a peer of `intents`."""
        self._outputs.append(ToPeer(peer, message))

    def command(self, peer: bytes, message: Message) -> None:
        """Say something to a gateway."""
        self._outputs.append(ToGateway(peer, message))

    def publish(self, topic: str, message: Message, *, retain: bool = False, caused_ns: int = 0) -> None:
        """Publish on `events`."""
        self._outputs.append(Publish(topic, message, retain, caused_ns))

    def alert(
        self, severity: str, kind: str, subject: str, text: str, context: str = "", *, cleared: bool = False
    ) -> None:
        """Tell humans: a log line and a message on `alert`. `severity` is `page`, `warn` or `info`."""
        message = Alert(severity, kind, subject, text, context, self.now.time_ns, cleared)
        self._outputs.append(Publish("alert", message, retain=False))


def digest_parts(turn: Turn, encoder: msgspec.msgpack.Encoder) -> bytes:
    """The outputs of a turn as bytes that are equal only if the outputs are."""
    return b"".join(
        b"%s\0%s"
        % ((output.topic.encode() if isinstance(output, Publish) else output.peer), encoder.encode(output.message))
        for output in turn.outputs
    )
