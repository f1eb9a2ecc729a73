"""Commands of operators and the guardian: halt, kill, resume, cancel-all, health. Each is journalled with its sender.

A command carries a counter that grows per sender, and a deadline: what was sent before, or too late, is refused, so
that recorded frames played again do nothing.
"""

from crossbook.messages.base import Message
from crossbook.messages.control import CancelAll, Command, CommandDone, Halt, HealthReply, HealthRequest, Kill, Resume
from oms.cancels import Cancels
from oms.context import Context
from oms.gateways import Gateways
from oms.rows import CommandCounter
from risk.scopes import check_scope, in_scope

Commanding = Halt | Kill | Resume | CancelAll | HealthRequest


class Commands:
    """Obeys commands."""

    def __init__(self, context: Context, cancels: Cancels, gateways: Gateways) -> None:
        self._context = context
        self._cancels = cancels
        self._gateways = gateways

    def on_command(self, peer: bytes, message: Commanding) -> None:
        """Judge a command, do it, answer it."""
        refused = self._refusal(message.command)
        if not refused and not isinstance(message, HealthRequest):
            refused = _bad_scope(message.scope)
        if refused:
            self._done(peer, message.command, ok=False, text=refused)
            return
        self._remember(message.command)
        if isinstance(message, HealthRequest):
            self._context.out.answer(peer, self._health(message))
            return
        text = self._obey(message)
        self._done(peer, message.command, ok=True, text=text, open_orders=self._open_in(message.scope))

    def _obey(self, message: Halt | Kill | Resume | CancelAll) -> str:
        risk, now_ns = self._context.risk, self._context.now_ns
        who, why = message.command.sender, message.command.reason
        match message:
            case Halt(scope=scope):
                self._context.risk_actions.extend(risk.halt(scope, why, who, now_ns))
                return f"halted {scope}"
            case Kill(scope=scope):
                self._context.risk_actions.extend(risk.kill(scope, why, who, now_ns))
                if scope == "all":
                    self._cancels.kill_switch()
                return f"killed {scope}: cancelling {self._open_in(scope)} orders"
            case Resume(scope=scope):
                actions = risk.resume(scope, who, now_ns)
                self._context.risk_actions.extend(actions)
                return f"resumed {scope}" if actions else f"nothing to resume on {scope}"
            case CancelAll(scope=scope):
                count = self._cancels.cancel_scope(scope, f"cancel-all by {who}: {why}")
                self._context.out.alert("info", "cancel_all", scope, f"{count} orders, by {who}: {why}")
                return f"cancelling {count} orders of {scope}"

    def _refusal(self, command: Command) -> str:
        last = self._context.state.counters.get(command.sender)
        if last is not None and command.counter <= last.counter:
            return f"counter {command.counter} of {command.sender} was used before (last {last.counter}): replayed?"
        late_ms = (self._context.out.now.time_ns - command.deadline_time_ns) // 1_000_000
        return f"too late by {late_ms} ms: send it again" if late_ms > 0 else ""

    def _remember(self, command: Command) -> None:
        row = CommandCounter(command.sender, command.counter)
        self._context.state.counters[command.sender] = row
        self._context.out.changed(row)

    def _open_in(self, scope: str) -> int:
        return sum(
            not order.state.is_terminal and in_scope(scope, instrument=order.instrument, strategy=order.strategy)
            for order in self._context.state.live.values()
        )

    def _done(self, peer: bytes, command: Command, *, ok: bool, text: str, open_orders: int = -1) -> None:
        answer: Message = CommandDone(command.counter, ok, text, open_orders)
        self._context.out.answer(peer, answer)

    def _health(self, message: HealthRequest) -> HealthReply:
        state = self._context.state
        facts = {
            "epoch": str(state.desk.epoch),
            "journal_seq": str(self._context.out.seq),
            "live_orders": str(sum(not order.state.is_terminal for order in state.live.values())),
            "unknown_orders": str(sum(order.unknown_operation is not None for order in state.live.values())),
            "awaiting_fills": str(sum(order.awaits_fills for order in state.live.values())),
            "not_adding": " ".join(self._context.not_adding) or "no",
            "gateways": " ".join(f"{g.name}={'up' if g.up else 'down'}" for g in self._gateways.all()) or "none",
        }
        return HealthReply(message.command.counter, "oms", facts)


def _bad_scope(scope: str) -> str:
    try:
        check_scope(scope)
    except ValueError as error:
        return str(error)
    return ""
