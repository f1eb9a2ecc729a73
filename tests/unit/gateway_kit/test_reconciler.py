"""Reconciliation hands on the whole picture, or says what is missing of it."""

from decimal import Decimal

from crossbook.errors import ErrorClass
from crossbook.messages.base import OrderState, Side
from crossbook.messages.gateway import AssetBalance
from gateway_kit.order_words import (
    Answer,
    BalancesWord,
    Fills,
    FillWord,
    NoAnswer,
    Orders,
    OrderWord,
    PositionsWord,
    Refusal,
)
from gateway_kit.reconciler import Hands, Scope, reconcile
from gateway_kit.requests import Ask, Kind
from testkit.procedure_runner import Runner

DAY = 86_400_000


def order(client_id: str, venue_id: str) -> OrderWord:
    return OrderWord("BTCUSDT", client_id, venue_id, OrderState.OPEN, Side.BUY, "1", "1", "0", "", 0)


def fill(trade: int, venue_id: str) -> FillWord:
    return FillWord("BTCUSDT", "", venue_id, str(trade), Side.BUY, "1", "1", "0", "USDT", True, 0)


class Account:
    """A venue's account and the hands that take its words."""

    def __init__(self) -> None:
        self.open = Orders((order("xa", "v1"),))
        self.history = Orders((order("xa", "v1"), order("xb", "v2")))
        self.trades = [fill(n, "v2") for n in range(1, 4)]
        self.page = 1_000
        self.known = {"v1"}
        self.faults: dict[Kind, list[Answer]] = {}
        self.words: list[object] = []
        self.balances = BalancesWord((AssetBalance("USDT", Decimal(5), Decimal(0)),), True, "query", 0)
        self.positions = PositionsWord((), True, "query", 0)

    def answer(self, ask: Ask, now_ms: int) -> Answer:
        if self.faults.get(ask.kind):
            return self.faults[ask.kind].pop(0)
        match ask.kind:
            case Kind.OPEN_ORDERS:
                return self.open
            case Kind.HISTORY:
                return self.history
            case Kind.BALANCES:
                return self.balances
            case Kind.POSITIONS:
                return self.positions
            case Kind.QUERY:
                return order("by-query", ask.venue_order_id)
        found = [t for t in self.trades if int(t.trade_id) >= ask.from_id][: self.page]
        if ask.since_ms and ask.since_ms < 100 * DAY:
            found = []
        return Fills(tuple(found), len(found) >= self.page)

    def hands(self) -> Hands:
        take = self.words.append
        return Hands(take, take, take, lambda symbol, venue_id: venue_id in self.known)

    def fills(self) -> list[tuple[str, str]]:
        return [(word.trade_id, word.client_order_id) for word in self.words if isinstance(word, FillWord)]


def scope(since_ms: int = 100 * DAY, now_ms: int = 100 * DAY, positions: bool = True) -> Scope:
    return Scope(("BTCUSDT",), since_ms, now_ms, DAY, positions)


def test_the_picture_comes_in_the_order_that_shows_what_moved_in_between() -> None:
    account = Account()
    runner = Runner(account.answer)
    picture = runner.run(reconcile(scope(), account.hands()))
    assert picture.failed == ""
    assert [word.client_order_id for word in picture.open_orders] == ["xa"]
    kinds = [ask.kind for _, ask in runner.asked]
    assert kinds == [Kind.OPEN_ORDERS, Kind.TRADES, Kind.HISTORY, Kind.BALANCES, Kind.POSITIONS]
    assert account.words[-2:] == [account.balances, account.positions]


def test_fills_of_orders_not_remembered_get_their_client_id_from_the_history() -> None:
    account = Account()
    Runner(account.answer).run(reconcile(scope(), account.hands()))
    assert account.fills() == [("1", "xb"), ("2", "xb"), ("3", "xb")]


def test_an_order_older_than_the_history_is_asked_for_by_itself() -> None:
    account = Account()
    account.trades = [fill(1, "v0")]
    Runner(account.answer).run(reconcile(scope(), account.hands()))
    assert account.fills() == [("1", "by-query")]


def test_known_orders_need_no_history() -> None:
    account = Account()
    account.known = {"v2"}
    runner = Runner(account.answer)
    runner.run(reconcile(scope(), account.hands()))
    assert Kind.HISTORY not in [ask.kind for _, ask in runner.asked]
    assert len(account.fills()) == 3


def test_long_histories_come_page_by_page_and_window_by_window() -> None:
    account = Account()
    account.page, account.trades = 2, [fill(n, "v2") for n in range(1, 8)]
    runner = Runner(account.answer)
    runner.run(reconcile(scope(since_ms=98 * DAY, now_ms=100 * DAY), account.hands()))
    assert [trade for trade, _ in account.fills()] == [str(n) for n in range(1, 8)]
    windows = [ask.since_ms for _, ask in runner.asked if ask.kind is Kind.TRADES and ask.since_ms]
    assert windows == [98 * DAY, 99 * DAY, 100 * DAY]


def test_a_passing_fault_is_asked_again_and_a_lasting_one_is_named() -> None:
    account = Account()
    account.faults[Kind.BALANCES] = [NoAnswer("timeout", True)]
    assert Runner(account.answer).run(reconcile(scope(), account.hands())).failed == ""
    account.faults[Kind.TRADES] = [Refusal(ErrorClass.UNKNOWN_OUTCOME, "-1000", "oops")] * 9
    failed = Runner(account.answer).run(reconcile(scope(), account.hands())).failed
    assert failed == "trades BTCUSDT: unknown_outcome -1000 oops"
