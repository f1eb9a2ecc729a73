"""The guardian's own lines to the OMS and to each gateway: signed commands out, answers in."""

from collections.abc import Callable

from crossbook.bus import Dealer
from crossbook.clock import Clock
from crossbook.messages.base import Message
from crossbook.messages.control import (
    CancelAll,
    Command,
    CommandDone,
    HealthReply,
    HealthRequest,
    Hold,
    Kill,
    Release,
    Resume,
)
from risk.guardian.actions import What
from risk.guardian.gateway_watch import Duty
from risk.guardian.guardian import NAME

ANSWERS = (CommandDone, HealthReply)
_DEADLINE_NS = 3_000_000_000
_REMEMBERED = 256

MakeDealer = Callable[[Callable[[CommandDone | HealthReply], None]], Dealer]


class CommandLine:
    """To one ROUTER."""

    def __init__(
        self,
        dealer: MakeDealer,
        clock: Clock,
        *,
        on_done: Callable[[Duty, CommandDone], None],
        on_health: Callable[[HealthReply], None],
    ) -> None:
        """Connect in the running loop."""
        self._clock, self._on_done, self._on_health = clock, on_done, on_health
        self._counter = 0
        self._asked: dict[int, Duty] = {}
        self._dealer = dealer(self._on_answer)

    def tell(self, what: What, scope: str, reason: str) -> bool:
        """Send a command; False when nobody is there: certainly not sent."""
        command = self._sign(reason)
        self._asked[command.counter] = (what, scope)
        while len(self._asked) > _REMEMBERED:
            del self._asked[next(iter(self._asked))]
        return self._dealer.send(_message(what, scope, command))

    def ask_health(self) -> None:
        """Ask; the answer comes, or not."""
        self._dealer.send(HealthRequest(self._sign("watch")))

    def _sign(self, reason: str) -> Command:
        time_ns = self._clock.time_ns()
        self._counter = max(time_ns, self._counter + 1)
        return Command(NAME, self._counter, time_ns + _DEADLINE_NS, reason)

    def _on_answer(self, answer: CommandDone | HealthReply) -> None:
        if isinstance(answer, HealthReply):
            self._on_health(answer)
        elif (duty := self._asked.pop(answer.counter, None)) is not None:
            self._on_done(duty, answer)


def _message(what: What, scope: str, command: Command) -> Message:
    match what:
        case What.HOLD:
            return Hold(command)
        case What.RELEASE:
            return Release(command)
        case What.KILL:
            return Kill(command, scope)
        case What.RESUME:
            return Resume(command, scope)
        case What.CANCEL_ALL:
            return CancelAll(command, scope)
