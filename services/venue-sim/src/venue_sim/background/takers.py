"""Background takers of one symbol: small trades at the touch, sweeps through the book, hunters of stale quotes."""

from venue_sim.background.latent_price import BPS, LatentPrice, lognormal
from venue_sim.background.randomness import Randomness
from venue_sim.background.settings import SyntheticSymbol
from venue_sim.exchange.amounts import SCALE, Atoms
from venue_sim.exchange.exchange import Exchange
from venue_sim.exchange.orders import PlaceOrder
from venue_sim.exchange.terms import OrderType, Side, TimeInForce

TAKERS = "house:takers"


class Takers:
    """Everything that hits quotes, the house's and everybody's."""

    def __init__(
        self, exchange: Exchange, settings: SyntheticSymbol, latent: LatentPrice, randomness: Randomness
    ) -> None:
        self._exchange = exchange
        self._settings = settings
        self._latent = latent
        self._randomness = randomness

    def nibble(self, now_ms: int) -> None:
        """A small market order, either side."""
        size = lognormal(self._randomness, self._settings.size * 0.05, 1.0)
        self._take(self._any_side(), int(size * SCALE), 0, now_ms)

    def sweep(self, fair: float, now_ms: int) -> None:
        """Take all there is down to a drawn distance from the fair price; part of the move stays."""
        settings, side = self._settings, self._any_side()
        drawn = lognormal(self._randomness, settings.sweep_median_bps, settings.sweep_spread)
        depth = min(settings.sweep_limit_bps, drawn)
        sign = 1.0 if side is Side.BUY else -1.0
        limit = fair * (1.0 + sign * depth * BPS)
        self._take(side, self._within(side, limit), limit, now_ms)
        self._latent.impact(sign * depth * settings.sweep_impact)

    def hunt(self, fair: float, now_ms: int) -> None:
        """Take every quote that is worse for its owner than the fair price by more than the edge."""
        edge = self._settings.hunter_edge_bps * BPS
        for side, limit in ((Side.BUY, fair * (1.0 - edge)), (Side.SELL, fair * (1.0 + edge))):
            quantity = self._within(side, limit)
            if quantity:
                self._take(side, quantity, limit, now_ms)

    def _any_side(self) -> Side:
        return Side.BUY if self._randomness.random() < 0.5 else Side.SELL

    def _within(self, side: Side, limit: float) -> Atoms:
        """Quantity on offer to a taker of `side` within `limit`."""
        total, bound = 0, limit * SCALE
        for price, quantity in self._exchange.offered(self._settings.market, self._settings.symbol, side):
            if (price > bound) if side is Side.BUY else (price < bound):
                break
            total += quantity
        return total

    def _take(self, side: Side, quantity: Atoms, limit: float, now_ms: int) -> None:
        instrument = self._exchange.instrument(self._settings.market, self._settings.symbol)
        quantity = max(instrument.lot, quantity // instrument.lot * instrument.lot)
        price = int(limit * SCALE) // instrument.tick * instrument.tick
        if side is Side.SELL and limit:
            price += instrument.tick
        order_type = OrderType.LIMIT if limit else OrderType.MARKET
        order = PlaceOrder(instrument.market, instrument.symbol, "", side, order_type, quantity, price, TimeInForce.IOC)
        self._exchange.place(TAKERS, order, now_ms)
