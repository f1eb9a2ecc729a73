"""Writes the intents of one instrument: every one says what it was decided on and until when it may be sent."""

from crossbook.instruments import Grid
from crossbook.messages.base import OrderType, Purpose, Tif
from crossbook.messages.orders import AmendIntent, CancelIntent, PlaceIntent
from strategy_mm.market_view import MarketView
from strategy_mm.own_quotes import OwnQuote
from strategy_mm.parameters import QuotingParameters
from strategy_mm.quote_differ import Amend
from strategy_mm.quote_planner import Target
from strategy_mm.session import Session

Intent = PlaceIntent | AmendIntent | CancelIntent


class IntentWriter:
    """Quotes are always limit, good till cancelled and post-only."""

    def __init__(self, session: Session, parameters: QuotingParameters) -> None:
        """Uses the session's numbering."""
        self._session = session
        self._parameters = parameters

    def place(
        self, target: Target, grid: Grid | None, market: MarketView, now_ns: int, tick_received_ns: int
    ) -> PlaceIntent:
        """A new quote."""
        if grid is None:
            raise ValueError(f"{self._parameters.instrument}: a target without an instrument definition")
        return PlaceIntent(
            intent_id=self._session.next_intent(),
            strategy=self._session.strategy,
            account=self._session.account,
            instrument=self._parameters.instrument,
            revision=grid.revision,
            side=target.side,
            order_type=OrderType.LIMIT,
            tif=Tif.GTC,
            price_ticks=target.ticks,
            qty_lots=target.lots,
            post_only=True,
            reduce_only=False,
            purpose=Purpose.QUOTE,
            valid_until_ns=self._valid_until(market, now_ns),
            decided_ns=now_ns,
            market_seq=market.seq,
            market_received_ns=market.proved_ns,
            tick_received_ns=tick_received_ns,
        )

    def amend(self, action: Amend, market: MarketView, now_ns: int, tick_received_ns: int) -> AmendIntent:
        """A quote that moves or shrinks."""
        return AmendIntent(
            intent_id=self._session.next_intent(),
            strategy=self._session.strategy,
            order_id=action.quote.order_id,
            price_ticks=action.ticks,
            qty_lots=action.lots,
            valid_until_ns=self._valid_until(market, now_ns),
            decided_ns=now_ns,
            market_seq=market.seq,
            market_received_ns=market.proved_ns,
            tick_received_ns=tick_received_ns,
        )

    def cancel(self, quote: OwnQuote, now_ns: int, tick_received_ns: int) -> CancelIntent:
        """A quote that goes."""
        return CancelIntent(
            intent_id=self._session.next_intent(),
            strategy=self._session.strategy,
            order_id=quote.order_id,
            place_intent_id=quote.place_intent_id,
            decided_ns=now_ns,
            tick_received_ns=tick_received_ns,
        )

    def cancel_order(self, order_id: int, now_ns: int) -> CancelIntent:
        """An order of ours that has no slot."""
        return CancelIntent(self._session.next_intent(), self._session.strategy, order_id, 0, now_ns)

    def _valid_until(self, market: MarketView, now_ns: int) -> int:
        """The sooner of the order's own life and the moment the book it was decided on becomes too old."""
        guards = self._parameters.guards
        book_until_ns = market.proved_ns + int(guards.max_data_age_ms * 1e6)
        return min(now_ns + int(guards.order_valid_ms * 1e6), book_until_ns)
