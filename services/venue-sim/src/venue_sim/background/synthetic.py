"""A lively market from a seed alone: makers and takers around a latent price, through the real matching engine."""

from venue_sim.background.latent_price import LatentPrice
from venue_sim.background.maker_layers import MAKERS, MakerLayers
from venue_sim.background.randomness import Randomness
from venue_sim.background.settings import SyntheticSettings, SyntheticSymbol
from venue_sim.background.takers import TAKERS, Takers
from venue_sim.exchange.amounts import SCALE
from venue_sim.exchange.exchange import Exchange
from venue_sim.exchange.instruments import MarketKind
from venue_sim.exchange.listing import DEFAULT_FUNDING_RATE
from venue_sim.exchange.terms import InstrumentStatus

_NS = 1_000_000_000
_MS = 1_000_000


class SymbolFlow:
    """The participants of one symbol and the time of their next doing."""

    def __init__(
        self, exchange: Exchange, settings: SyntheticSymbol, latent: LatentPrice, randomness: Randomness
    ) -> None:
        self._exchange = exchange
        self._settings = settings
        self._latent = latent
        self._randomness = randomness
        self._makers = MakerLayers(exchange, settings, randomness)
        self._takers = Takers(exchange, settings, latent, randomness)
        self._is_perpetual = exchange.market(settings.market).kind is MarketKind.LINEAR_PERPETUAL
        self.next_ns = 0

    def start(self, now_time_ns: int) -> None:
        """Lay the book."""
        self._makers.lay_all(self.fair(), now_time_ns // _MS)
        self.skip_to(now_time_ns)

    def skip_to(self, now_time_ns: int) -> None:
        """Draw the time of the next event after `now_time_ns`."""
        self.next_ns = now_time_ns + int(self._randomness.expovariate(self._settings.events_per_s) * _NS)

    def fair(self) -> float:
        """What this symbol is worth."""
        return self._latent.perpetual() if self._is_perpetual else self._latent.price

    def act(self, now_ms: int) -> None:
        """One event: mostly a maker's, sometimes a taker's."""
        settings = self._settings
        if self._exchange.instrument(settings.market, settings.symbol).status is not InstrumentStatus.TRADING:
            return
        drawn = self._randomness.random() * settings.events_per_s
        if drawn < settings.takers_per_s:
            self._takers.nibble(now_ms)
        elif drawn < settings.takers_per_s + settings.sweeps_per_s:
            self._takers.sweep(self.fair(), now_ms)
        elif drawn < settings.takers_per_s + settings.sweeps_per_s + settings.hunters_per_s:
            self._takers.hunt(self.fair(), now_ms)
        else:
            self._makers.refresh_one(self.fair(), now_ms)

    def tell_mark(self) -> None:
        """A perpetual's mark is its fair price, its index that of the asset."""
        if self._is_perpetual:
            tick = self._exchange.instrument(self._settings.market, self._settings.symbol).tick
            mark = int(self.fair() * SCALE) // tick * tick
            index = int(self._latent.price * SCALE)
            self._exchange.set_mark(self._settings.market, self._settings.symbol, mark, index, DEFAULT_FUNDING_RATE)


class SyntheticFlow:
    """The background market. The same seed and the same times give the same market, event for event."""

    def __init__(self, exchange: Exchange, settings: SyntheticSettings, randomness: Randomness) -> None:
        for name in (MAKERS, TAKERS):
            exchange.add_account(name, house=True)
        self._settings = settings
        self._latents = {
            symbol.symbol: LatentPrice(symbol.start_price, settings.sigma_bps, randomness)
            for symbol in reversed(settings.symbols)
        }
        self._flows = [
            SymbolFlow(exchange, symbol, self._latents[symbol.symbol], randomness) for symbol in settings.symbols
        ]
        self._now_ns = 0

    def advance(self, now_time_ns: int) -> None:
        """Let everything happen that is due by `now_time_ns` (Unix epoch, the venue's clock)."""
        if not self._now_ns:
            for flow in self._flows:
                flow.start(now_time_ns)
                flow.tell_mark()
        elif now_time_ns > self._now_ns:
            self._step(now_time_ns)
        self._now_ns = max(self._now_ns, now_time_ns)

    def _step(self, now_time_ns: int) -> None:
        longest = self._settings.longest_step_ms * _MS
        elapsed = min(now_time_ns - self._now_ns, longest)
        for latent in self._latents.values():
            latent.advance(elapsed / _NS)
        for flow in self._flows:
            if flow.next_ns < now_time_ns - longest:
                flow.skip_to(now_time_ns - longest)
            while flow.next_ns <= now_time_ns:
                flow.act(now_time_ns // _MS)
                flow.skip_to(flow.next_ns)
            flow.tell_mark()
