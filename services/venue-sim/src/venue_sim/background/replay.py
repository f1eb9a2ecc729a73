"""A recorded market as the background: the public stream is the capture, moved to now; our orders live beside it."""

from msgspec import Struct

from venue_sim.background.capture import Captured
from venue_sim.background.replay_engine import ReplayEngine
from venue_sim.background.replay_instruments import replayed_instrument
from venue_sim.background.replay_stream import OpenLines, ReplayStream
from venue_sim.background.replay_symbol import ReplaySymbol
from venue_sim.exchange.exchange import Exchange
from venue_sim.exchange.instruments import Instrument

_MS = 1_000_000
_LONGEST_LEAD_LINES = 20_000
"""A snapshot must come within so many lines of the beginning."""


class ReplaySettings(Struct, frozen=True):
    """How a replay treats time and our orders."""

    most_lines_a_step: int = 2_000
    """Per market; what is left over waits for the next step, nothing is left out."""
    instruments: tuple[Instrument, ...] = ()
    """Rules to list symbols with; others get the published ones, or a grid as fine as the capture shows."""
    cancels_ahead: bool = False
    """Whether a shrinking level is taken to have lost volume ahead of us, pro rata. Optimistic."""


class ReplayMarket:
    """The captures of one market, played."""

    def __init__(self, exchange: Exchange, stream: ReplayStream, settings: ReplaySettings) -> None:
        self._exchange = exchange
        self._stream = stream
        self._settings = settings
        self._symbols: dict[str, ReplaySymbol] = {}
        self._orphan: Captured | None = None
        """A snapshot that came before any message named a symbol."""
        self._lead()

    @property
    def first_ns(self) -> int:
        """Receive time of the message that play begins with, 0 when there is none."""
        following = self._stream.peek()
        return following.received_ns if following is not None else 0

    @property
    def finished(self) -> bool:
        """Whether the capture is over."""
        return self._stream.peek() is None

    def advance(self, now_time_ns: int, shift_ns: int) -> None:
        """Play what was received by now, each receive time moved by `shift_ns`."""
        now_ms = now_time_ns // _MS
        for _ in range(self._settings.most_lines_a_step):
            following = self._stream.peek()
            if following is None or following.received_ns + shift_ns > now_time_ns:
                return
            self._play(self._stream.take(), shift_ns, now_ms)

    def rewind(self, now_ms: int) -> None:
        """Back to the beginning: books are rebuilt, resting orders queue anew. Update ids go back too."""
        for symbol in self._symbols.values():
            symbol.engine.rewound()
        self._stream.restart()
        self._lead()
        for symbol in self._symbols.values():
            symbol.engine.requeue(now_ms)

    def _lead(self) -> None:
        """Read on until every symbol seen so far has its book, telling nobody."""
        for _ in range(_LONGEST_LEAD_LINES):
            if self.finished:
                break
            captured = self._stream.take()
            symbol = self._symbol_of(captured)
            if symbol is not None:
                symbol.lead(captured.channel, captured.message)
            if self._symbols and all(known.engine.tradable for known in self._symbols.values()):
                return
        raise ValueError(
            f"no depth snapshot in the beginning of the {self._stream.market} capture, so that its book cannot be "
            "built: name the capture that has one before it"
        )

    def _play(self, captured: Captured, shift_ns: int, now_ms: int) -> None:
        symbol = self._symbol_of(captured)
        if symbol is not None and symbol.engine.listed:
            symbol.play(captured.channel, self._stream.moved(captured, shift_ns, now_ms), now_ms)
        elif symbol is not None:
            symbol.lead(captured.channel, captured.message)

    def _symbol_of(self, captured: Captured) -> ReplaySymbol | None:
        """Whom a message concerns; a snapshot does not say, it is whose update ids are nearest."""
        if captured.channel == "snapshot":
            return self._snapshot_owner(captured)
        if captured.channel in ("depth", "bookTicker") and captured.symbol not in self._symbols:
            engine = ReplayEngine(self._stream.market, captured.symbol, self._settings.cancels_ahead)
            known = ReplaySymbol(self._exchange, self._stream.market, captured.symbol, engine)
            self._symbols[captured.symbol] = known
            self._adopt_orphan(known)
        return self._symbols.get(captured.symbol)

    def _snapshot_owner(self, captured: Captured) -> ReplaySymbol | None:
        named = self._symbols.get(captured.symbol)
        snapshot_id = int(captured.message["lastUpdateId"])
        nearest = min(self._symbols.values(), key=lambda known: abs(known.last_id - snapshot_id), default=None)
        if nearest is None:
            self._orphan = captured
            return None
        owner = named or nearest
        self._list(owner, captured)
        return owner

    def _adopt_orphan(self, symbol: ReplaySymbol) -> None:
        orphan, self._orphan = self._orphan, None
        if orphan is not None:
            self._list(symbol, orphan)
            symbol.lead(orphan.channel, orphan.message)

    def _list(self, symbol: ReplaySymbol, snapshot: Captured) -> None:
        if not symbol.engine.listed:
            instrument = replayed_instrument(
                self._stream.market, symbol.name, snapshot.message, self._settings.instruments
            )
            self._exchange.add_instrument(instrument, symbol.engine)


class Replay:
    """Captures of one or several markets side by side, on one clock. They begin together when play begins.

    `captures` are openers in the order given: those of one market are played one after the other. Instruments are
    listed at once. Raises ValueError for what is no capture, or one without a depth snapshot.
    """

    def __init__(self, exchange: Exchange, captures: list[OpenLines], settings: ReplaySettings | None = None) -> None:
        by_market: dict[str, list[OpenLines]] = {}
        for capture in captures:
            by_market.setdefault(ReplayStream([capture]).market, []).append(capture)
        streams = [ReplayStream(openers) for openers in by_market.values()]
        self._markets = [ReplayMarket(exchange, stream, settings or ReplaySettings()) for stream in streams]
        self._shift_ns = 0

    @property
    def finished(self) -> bool:
        """Whether every capture is over; the market then stands still."""
        return all(market.finished for market in self._markets)

    def advance(self, now_time_ns: int) -> None:
        """Play everything that is due; the first call sets the beginning."""
        if not self._shift_ns:
            self._begin(now_time_ns)
        for market in self._markets:
            market.advance(now_time_ns, self._shift_ns)

    def rewind(self, now_time_ns: int) -> None:
        """Begin again now. Update ids go back, so connections that follow the streams must be closed by the caller."""
        for market in self._markets:
            market.rewind(now_time_ns // _MS)
        self._begin(now_time_ns)

    def _begin(self, now_time_ns: int) -> None:
        """Move the later of the beginnings to now: what others recorded before that is caught up at once."""
        latest = max((market.first_ns for market in self._markets), default=0)
        self._shift_ns = now_time_ns - latest
