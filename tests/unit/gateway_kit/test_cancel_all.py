"""Cancel-all takes ours and nobody else's, and claims nothing that the venue has not shown."""

from crossbook.errors import ErrorClass
from crossbook.messages.base import OrderState, Side
from crossbook.order_ids import pack
from gateway_kit.cancel_all import CancelScope, cancel_all
from gateway_kit.client_ids import render
from gateway_kit.order_words import Answer, NoAnswer, Orders, OrderWord, Refusal
from gateway_kit.requests import Ask, Kind
from testkit.procedure_runner import Runner

SCOPE = CancelScope(1, ("BTCUSDT", "ETHUSDT"), rounds=6)
OURS = [render(pack(1, 2, n)) for n in range(3)]
OTHERS = ["by-hand", render(pack(2, 2, 1))]


class Venue:
    """Open orders by symbol; cancels work unless they are `stubborn`."""

    def __init__(self, **open_orders: list[str]) -> None:
        self.open = {"BTCUSDT": [], "ETHUSDT": [], **open_orders}
        self.stubborn: set[str] = set()
        self.blind = False

    def answer(self, ask: Ask, now_ms: int) -> Answer:
        if ask.kind is Kind.OPEN_ORDERS:
            if self.blind:
                return NoAnswer("timeout", True)
            return Orders(tuple(self.word(ask.symbol, name) for name in self.open[ask.symbol]))
        if ask.client_order_id in self.stubborn:
            return Refusal(ErrorClass.UNKNOWN_OUTCOME, "-1007", "")
        self.open[ask.symbol].remove(ask.client_order_id)
        return self.word(ask.symbol, ask.client_order_id, OrderState.CANCELLED)

    @staticmethod
    def word(symbol: str, name: str, state: OrderState = OrderState.OPEN) -> OrderWord:
        return OrderWord(symbol, name, f"v-{name}", state, Side.BUY, "1", "1", "0", "", 0)


def test_ours_go_on_every_symbol_and_others_stay() -> None:
    venue = Venue(BTCUSDT=[OURS[0], *OTHERS, OURS[1]], ETHUSDT=[OURS[2]])
    heard: list[OrderWord] = []
    remaining = Runner(venue.answer).run(cancel_all(SCOPE, lambda: 0, heard.append))
    assert (remaining.count, remaining.failed, remaining.cancelled) == (0, "", 3)
    assert venue.open == {"BTCUSDT": OTHERS, "ETHUSDT": []}
    assert [word.client_order_id for word in heard] == OURS


def test_an_order_that_will_not_go_is_counted_honestly() -> None:
    venue = Venue(BTCUSDT=OURS[:2])
    venue.stubborn = {OURS[1]}
    remaining = Runner(venue.answer).run(cancel_all(SCOPE, lambda: 0, lambda word: None))
    assert (remaining.count, remaining.failed) == (1, "1 orders still open")


def test_a_request_still_under_way_forbids_to_claim_that_nothing_is_left() -> None:
    venue = Venue()
    runner = Runner(venue.answer)
    arrived = False

    def undecided() -> int:
        nonlocal arrived
        if runner.now_ms > 500 and not arrived:  # the place that was under way has reached the venue
            arrived = True
            venue.open["BTCUSDT"].append(OURS[0])
        return int(not arrived)

    remaining = runner.run(cancel_all(CancelScope(1, ("BTCUSDT",)), undecided, lambda word: None))
    assert (remaining.count, remaining.cancelled, venue.open["BTCUSDT"]) == (0, 1, [])


def test_what_cannot_be_verified_is_not_zero() -> None:
    venue = Venue(BTCUSDT=OURS[:1])
    venue.blind = True
    remaining = Runner(venue.answer).run(cancel_all(SCOPE, lambda: 0, lambda word: None))
    assert (remaining.count, remaining.failed) == (-1, "open orders of BTCUSDT could not be read")
