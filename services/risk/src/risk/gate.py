"""The only way to the venue: what passes every check is reserved in the same breath, and sealed as approved.

An `ApprovedOrder`, `ApprovedAmend` or `ApprovedCancel` cannot be built anywhere else; whoever sends takes nothing but
these. Approving and reserving are one step, so that two orders can never both be judged against the same room.
"""

from dataclasses import InitVar, dataclass

from crossbook.messages.orders import AmendIntent, CancelIntent, PlaceIntent
from risk import resolution
from risk.checks import CHECKS
from risk.checks.repetition import same_order
from risk.context import RiskContext
from risk.denials import Denial, DenialCode
from risk.proposal import Proposal
from risk.reservation import reserve, reserve_amend, withdraw

_SEAL = object()


@dataclass(frozen=True, slots=True)
class _Sealed:
    """Raises TypeError unless the gate builds it."""

    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError(f"only risk's gate builds {type(self).__name__}")


@dataclass(frozen=True, slots=True)
class ApprovedOrder(_Sealed):
    """A new order that passed every check and whose exposure is reserved."""

    order_id: int
    intent: PlaceIntent
    approved_ns: int
    reducing: bool


@dataclass(frozen=True, slots=True)
class ApprovedAmend(_Sealed):
    """An amend that passed; old and new are reserved, whichever is worse, until the venue has answered."""

    order_id: int
    intent: AmendIntent
    approved_ns: int
    reducing: bool


@dataclass(frozen=True, slots=True)
class ApprovedCancel(_Sealed):
    """A cancel. None is ever denied."""

    order_id: int
    approved_ns: int


class Gate:
    """Judges intents against the context, and changes it for what it approves."""

    def __init__(self, context: RiskContext) -> None:
        """A gate in front of that business."""
        self._context = context
        self.runaways: list[tuple[str, Denial]] = []
        """Strategies found repeating themselves without end, for the engine to pause."""

    def approve(self, intent: PlaceIntent, order_id: int, now_ns: int) -> ApprovedOrder | Denial:
        """Judge a new order; what is approved is reserved already."""
        proposal = self._judged(resolution.resolve_place(intent, order_id, self._context, now_ns))
        if isinstance(proposal, Denial):
            return proposal
        self._let_out(proposal)
        reserve(proposal, self._context)
        return ApprovedOrder(_SEAL, order_id, intent, now_ns, proposal.reducing)

    def approve_pair(
        self, first: tuple[PlaceIntent, int], second: tuple[PlaceIntent, int], now_ns: int
    ) -> tuple[ApprovedOrder, ApprovedOrder] | Denial:
        """Judge two legs, given as (intent, order id), together: both are approved and reserved, or neither.

        The denial of a pair names its leg. The second leg is judged with the first one reserved.
        """
        leg = self._judged(resolution.resolve_place(first[0], first[1], self._context, now_ns))
        if isinstance(leg, Denial):
            return Denial(leg.code, f"leg=1 {leg.context}")
        self._context.rates.take(leg.rate_scopes, now_ns)
        reserve(leg, self._context)
        other = self._judged(resolution.resolve_place(second[0], second[1], self._context, now_ns))
        if isinstance(other, Denial):
            withdraw(leg.order_id, self._context)
            self._context.rates.give_back(leg.rate_scopes)
            return Denial(other.code, f"leg=2 {other.context}")
        self._context.conduct.note_sent(same_order(leg), now_ns)
        self._let_out(other)
        reserve(other, self._context)
        return (
            ApprovedOrder(_SEAL, leg.order_id, first[0], now_ns, leg.reducing),
            ApprovedOrder(_SEAL, other.order_id, second[0], now_ns, other.reducing),
        )

    def approve_amend(self, intent: AmendIntent, now_ns: int) -> ApprovedAmend | Denial:
        """Judge an amend as the worst of old and new; both stay reserved until it is answered."""
        proposal = self._judged(resolution.resolve_amend(intent, self._context, now_ns))
        if isinstance(proposal, Denial):
            return proposal
        self._let_out(proposal)
        reserve_amend(proposal, self._context)
        return ApprovedAmend(_SEAL, proposal.order_id, intent, now_ns, proposal.reducing)

    def approve_cancel(self, intent: CancelIntent, order_id: int, now_ns: int) -> ApprovedCancel:
        """A cancel passes always, in every trading state; it is counted against the venue's rate."""
        self.count_cancel(order_id, now_ns)
        return ApprovedCancel(_SEAL, order_id, now_ns)

    def count_cancel(self, order_id: int, now_ns: int) -> None:
        """Take what a cancel costs out of its venue's bucket."""
        order = self._context.live_orders.get(order_id)
        rules = self._context.rules.get(order.instrument) if order is not None else None
        if rules is not None:
            self._context.rates.take((f"venue:{rules.venue}",), now_ns)

    def _judged(self, proposal: Proposal | Denial) -> Proposal | Denial:
        """The proposal itself, or the first denial."""
        if isinstance(proposal, Denial):
            return proposal
        for check in CHECKS:
            denial = check(proposal, self._context)
            if denial is not None:
                self._note_denied(proposal, denial)
                return denial
        self._context.conduct.note_tried(same_order(proposal), proposal.now_ns)
        return proposal

    def _note_denied(self, proposal: Proposal, denial: Denial) -> None:
        """What only its repetition spoke against counts as an attempt; a runaway is handed on."""
        if denial.code in (DenialCode.DUPLICATE, DenialCode.RUNAWAY):
            self._context.conduct.note_tried(same_order(proposal), proposal.now_ns)
        if denial.code is DenialCode.RUNAWAY:
            self.runaways.append((proposal.strategy, denial))

    def _let_out(self, proposal: Proposal) -> None:
        self._context.rates.take(proposal.rate_scopes, proposal.now_ns)
        self._context.conduct.note_sent(same_order(proposal), proposal.now_ns)
