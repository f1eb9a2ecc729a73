"""The strategies' side of the OMS: hellos, beats, and what their silence means."""

from crossbook.messages.orders import Denied, StrategyBeat, StrategyHello
from oms.cancels import Cancels
from oms.context import Context
from oms.refusals import Refusal
from oms.strategies import Strategies


class StrategyDesk:
    """Takes what strategies say of themselves."""

    def __init__(self, context: Context, strategies: Strategies, cancels: Cancels) -> None:
        self._context = context
        self._strategies = strategies
        self._cancels = cancels

    def hello(self, peer: bytes, message: StrategyHello) -> None:
        """A strategy introduces itself; refused with a `Denied` of intent 0 when its messages are another schema's."""
        refused = self._strategies.hello(peer, message)
        if refused:
            self._context.out.answer(peer, Denied(0, 0, Refusal.SCHEMA_MISMATCH, refused, self._context.now_ns))
            self._context.out.alert("page", "strategy_refused", message.strategy, refused)

    def beat(self, peer: bytes, message: StrategyBeat) -> None:
        """A beat. One who beats without having said hello in this life of the OMS is told to."""
        if not self._strategies.speaks_for(peer, message.strategy):
            context = f"strategy={message.strategy}"
            self._context.out.answer(peer, Denied(0, 0, Refusal.HELLO_FIRST, context, self._context.now_ns))
            return
        self._strategies.beat(peer, message)

    def on_tick(self) -> None:
        """Cancel the orders of strategies that fell silent; all others keep theirs."""
        for name in self._strategies.newly_silent():
            count = self._cancels.cancel_scope(f"strategy:{name}", "strategy silent")
            self._context.out.alert("page", "strategy_silent", name, f"no beats: cancelling its {count} orders")
