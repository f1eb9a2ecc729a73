"""An exact ticker for benches: so many changes of the best quote a second, at known times, nothing left to chance."""

from msgspec import Struct

from venue_sim.exchange.amounts import SCALE, Atoms
from venue_sim.exchange.exchange import Exchange
from venue_sim.exchange.orders import OrderRef, PlaceOrder
from venue_sim.exchange.terms import OrderType, Rejected, Side

TICKER = "house:ticker"
_NS = 1_000_000_000
_MS = 1_000_000
_DEEPER_LEVELS = 20


class ScriptedSettings(Struct, frozen=True):
    """The script of one symbol."""

    market: str
    symbol: str
    ticks_per_s: float
    price: float = 62_000.0
    half_spread_ticks: int = 20
    moves_every: int = 10
    """Each so many ticks the quote moves by `step_ticks`; the others change a size."""
    step_ticks: int = 10
    """At most twice the half spread, lest the sides meet."""
    turns_after: int = 50
    """The price goes up so many moves, then down as many."""
    longest_lag_ms: int = 200
    """Ticks later than this are dropped and counted in `dropped`."""


class ScriptedTop:
    """Bid and ask are one house order each, changed in turn; deeper levels stand still."""

    def __init__(self, exchange: Exchange, settings: ScriptedSettings) -> None:
        if settings.step_ticks >= 2 * settings.half_spread_ticks:
            raise ValueError("step_ticks must be less than twice half_spread_ticks")
        exchange.add_account(TICKER, house=True)
        self._exchange = exchange
        self._settings = settings
        self._instrument = exchange.instrument(settings.market, settings.symbol)
        self._mid = int(settings.price * SCALE) // self._instrument.tick
        self._orders: dict[Side, int] = {}
        self._began_ns = 0
        self.done = 0
        self.dropped = 0

    def advance(self, now_time_ns: int) -> None:
        """Make every tick that is due."""
        if not self._began_ns:
            self._begin(now_time_ns)
        rate, now_ms = self._settings.ticks_per_s, now_time_ns // _MS
        due = int((now_time_ns - self._began_ns) * rate / _NS)
        behind = due - (self.done + self.dropped) - int(self._settings.longest_lag_ms * rate / 1_000)
        self.dropped += max(0, behind)
        while self.done + self.dropped < due:
            self._tick(self.done + self.dropped, now_ms)
            self.done += 1

    def _begin(self, now_time_ns: int) -> None:
        settings, now_ms = self._settings, now_time_ns // _MS
        self._began_ns = now_time_ns
        reach = settings.half_spread_ticks + settings.step_ticks * settings.turns_after
        for level in range(_DEEPER_LEVELS):
            for side in Side:
                self._place(side, self._price(side, 0, reach + 10 * level), 10, now_ms)
        for side in Side:
            self._orders[side] = self._place(side, self._price(side, 0), 10, now_ms)

    def _tick(self, number: int, now_ms: int) -> None:
        """Sides in turn; when the price goes up the ask goes first, when down the bid."""
        settings = self._settings
        move, within = divmod(number, settings.moves_every)
        cycle = move % (2 * settings.turns_after)
        rising = cycle < settings.turns_after
        offset = cycle if rising else 2 * settings.turns_after - cycle
        first, second = (Side.SELL, Side.BUY) if rising else (Side.BUY, Side.SELL)
        side = first if within % 2 == 0 else second
        ref = OrderRef(settings.market, settings.symbol, self._orders[side])
        price = self._price(side, offset * settings.step_ticks)
        hundreds_of_lots = 11 + number % 7
        try:
            self._exchange.modify(TICKER, ref, price, hundreds_of_lots * self._instrument.lot * 100, now_ms)
        except Rejected:  # somebody took it whole
            self._orders[side] = self._place(side, price, hundreds_of_lots, now_ms)

    def _price(self, side: Side, offset_ticks: int, distance: int | None = None) -> Atoms:
        away = self._settings.half_spread_ticks if distance is None else distance
        return (self._mid + offset_ticks + (-away if side is Side.BUY else away)) * self._instrument.tick

    def _place(self, side: Side, price: Atoms, hundreds_of_lots: int, now_ms: int) -> int:
        order = PlaceOrder(
            self._settings.market,
            self._settings.symbol,
            "",
            side,
            OrderType.LIMIT,
            hundreds_of_lots * self._instrument.lot * 100,
            price,
        )
        return self._exchange.place(TICKER, order, now_ms).order_id
