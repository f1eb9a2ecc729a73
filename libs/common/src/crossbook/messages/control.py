"""Operators' and the guardian's commands, on the OMS's `intents` and on each gateway's `control` socket."""

from crossbook.messages.base import Message, Part


class Command(Part, frozen=True):
    """Who commands, and the proof against replay: a counter that grows per sender, and a deadline."""

    sender: str
    counter: int
    deadline_time_ns: int
    reason: str


class Halt(Message, frozen=True, tag=701):
    """Deny adding orders in a scope (see `risk.Block`); cancels, reducing orders and repairs pass."""

    command: Command
    scope: str


class Kill(Message, frozen=True, tag=702):
    """Only cancels pass, everything is cancelled; latched until an explicit resume."""

    command: Command
    scope: str = "all"


class Resume(Message, frozen=True, tag=703):
    """Clear a halt or kill of exactly this scope, latched ones too."""

    command: Command
    scope: str


class CancelAll(Message, frozen=True, tag=704):
    """Cancel every order of ours in a scope."""

    command: Command
    scope: str


class HealthRequest(Message, frozen=True, tag=705):
    """Ask a gateway or the OMS how it is."""

    command: Command


class Hold(Message, frozen=True, tag=706):
    """Cancel everything and deny adding orders for as long as the sender's cause lasts, to a gateway.

    It belongs to its sender, whose `Release` ends it and nothing of anybody else's. An operator's resume of `all` ends
    it too.
    """

    command: Command


class Release(Message, frozen=True, tag=707):
    """End the sender's own hold."""

    command: Command


class CommandDone(Message, frozen=True, tag=711):
    """Answer to a command: what happened, in words and numbers."""

    counter: int
    ok: bool
    text: str
    open_orders: int = -1
    """Orders of ours still open in the scope afterwards; -1 where not known."""


class HealthReply(Message, frozen=True, tag=712):
    """Answer to `HealthRequest`; `facts` are shown as they are."""

    counter: int
    name: str
    facts: dict[str, str]
