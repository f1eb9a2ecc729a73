"""Background market makers of one symbol: a ladder of quotes kept around a fair price."""

from venue_sim.background.latent_price import BPS, lognormal
from venue_sim.background.randomness import Randomness
from venue_sim.background.settings import SyntheticSymbol
from venue_sim.exchange.amounts import SCALE, Atoms
from venue_sim.exchange.exchange import Exchange
from venue_sim.exchange.instruments import Instrument
from venue_sim.exchange.orders import Order, OrderRef, PlaceOrder
from venue_sim.exchange.terms import OrderType, Rejected, Side, TimeInForce

MAKERS = "house:makers"
_MOVED = 0.35
"""A quote is moved when it is off its place by this part of its distance to the fair price."""


class MakerLayers:
    """`levels` quotes a side at distances that grow geometrically; one slot is looked at per call."""

    def __init__(self, exchange: Exchange, settings: SyntheticSymbol, randomness: Randomness) -> None:
        self._exchange = exchange
        self._settings = settings
        self._randomness = randomness
        self._slots: dict[tuple[Side, int], int] = {}
        """(side, level) -> order id."""
        growth = (settings.depth_bps / settings.half_spread_bps) ** (1.0 / max(1, settings.levels - 1))
        self._distances = [settings.half_spread_bps * growth**level * BPS for level in range(settings.levels)]

    def lay_all(self, fair: float, now_ms: int) -> None:
        """Fill every slot, inner ones first."""
        for level in range(self._settings.levels):
            for side in Side:
                self._refresh(side, level, fair, now_ms)

    def refresh_one(self, fair: float, now_ms: int) -> None:
        """Look at one slot, inner ones more often: move it if it is off its place, else now and then resize it."""
        side = Side.BUY if self._randomness.random() < 0.5 else Side.SELL
        level = int(self._settings.levels * self._randomness.random() ** 2)
        self._refresh(side, level, fair, now_ms)

    def _refresh(self, side: Side, level: int, fair: float, now_ms: int) -> None:
        order = self._present(side, level)
        distance = self._distances[level]
        if order is not None:
            sign = 1.0 if side is Side.BUY else -1.0
            present = sign * (1.0 - order.price / SCALE / fair)
            off = abs(present - distance) > _MOVED * distance
            if not off and self._randomness.random() > 0.5:
                return
            self._exchange.cancel(MAKERS, self._ref(order.order_id), now_ms)
        self._place(side, level, fair, now_ms)

    def _present(self, side: Side, level: int) -> Order | None:
        order_id = self._slots.get((side, level))
        if order_id is None:
            return None
        try:
            return self._exchange.order(MAKERS, self._ref(order_id))
        except Rejected:
            del self._slots[side, level]
            return None

    def _place(self, side: Side, level: int, fair: float, now_ms: int) -> None:
        instrument = self._exchange.instrument(self._settings.market, self._settings.symbol)
        jitter = 1.0 + 0.2 * (self._randomness.random() - 0.5)
        price = self._price(instrument, side, fair, self._distances[level] * jitter)
        size = lognormal(self._randomness, self._settings.size, 0.7) * (1.0 + level / 4.0)
        quantity = max(instrument.lot, int(size * SCALE) // instrument.lot * instrument.lot)
        order = PlaceOrder(
            instrument.market, instrument.symbol, "", side, OrderType.LIMIT, quantity, price, TimeInForce.GTC
        )
        self._slots[side, level] = self._exchange.place(MAKERS, order, now_ms).order_id

    def _price(self, instrument: Instrument, side: Side, fair: float, distance: float) -> Atoms:
        """On the grid, and never through what others offer: crossing is left to the hunters."""
        tick = instrument.tick
        best = self._exchange.snapshot(instrument.market, instrument.symbol, 1)
        if side is Side.BUY:
            price = int(fair * (1.0 - distance) * SCALE)
            return min(price, best.asks[0][0] - tick if best.asks else price) // tick * tick
        price = int(fair * (1.0 + distance) * SCALE)
        return -(-max(price, best.bids[0][0] + tick if best.bids else price) // tick) * tick

    def _ref(self, order_id: int) -> OrderRef:
        return OrderRef(self._settings.market, self._settings.symbol, order_id)
