"""`--sweep`: cancel everything of ours at the venue, for orders whose gateway is gone."""

import msgspec

from gateway_kit.cancel_all import CancelScope, cancel_all
from gateway_kit.order_words import Accepted
from gateway_kit.outcome_resolver import Heard
from gateway_kit.requests import Ask, Kind
from gateway_kit.shell import procedures
from gateway_kit.shell.errand import Errand


class Swept(msgspec.Struct, frozen=True):
    """What a sweep of one market did."""

    cancelled: int
    remaining: int
    """-1: could not be verified."""
    failed: str


async def sweep_market(errand: Errand) -> Swept:
    """Cancel ours on every configured symbol and look until none is left."""
    cancelled = 0

    async def ask(question: Ask) -> Heard:
        nonlocal cancelled
        heard = await errand.ask(question)
        cancelled += question.kind is Kind.CANCEL and isinstance(heard.answer, Accepted)
        return heard

    scope = CancelScope(errand.venue.desk, errand.offer.symbols)
    remaining = await procedures.run(cancel_all(scope, lambda: 0, lambda word: None), ask)
    return Swept(cancelled, remaining.count, remaining.failed)
