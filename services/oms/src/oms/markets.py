"""Market data as risk and the books need it: tops, marks, rules, health. The newest of each, nothing more."""

from msgspec.structs import replace

from crossbook.instruments import Grid
from crossbook.messages.base import Liveness
from crossbook.messages.gateway import FeeReport
from crossbook.messages.market import (
    BookInvalid,
    BookProved,
    BookTop,
    InstrumentDefinition,
    Mark,
    VenueHealth,
)
from oms.context import Context
from oms.inputs import MarketLink
from oms.valuation import Valuation


class Markets:
    """Takes market data."""

    def __init__(self, context: Context, valuation: Valuation) -> None:
        self._context = context
        self._valuation = valuation
        self._silent: dict[str, None] = {}
        self._states: dict[str, Liveness] = {}

    def top(self, peer: bytes, message: BookTop) -> None:
        """Best bid and ask."""
        if message.bid > 0 and message.ask > 0:
            self._context.mids[message.instrument] = (message.bid + message.ask) / 2
        self._context.risk_actions.extend(self._context.risk.on_top(message))

    def invalid(self, peer: bytes, message: BookInvalid) -> None:
        """A book that may be wrong; its last mid stays the mark until there is a better one."""
        self._context.risk_actions.extend(self._context.risk.on_invalid(message))

    def proved(self, peer: bytes, message: BookProved) -> None:
        """A quiet book still holds."""
        self._context.risk.on_proved(message)

    def mark(self, peer: bytes, message: Mark) -> None:
        """The venue's mark of a perpetual: it values the position until a book does."""
        if message.mark > 0:
            self._context.mids.setdefault(message.instrument, message.mark)

    def definition(self, peer: bytes, message: InstrumentDefinition) -> None:
        """Rules of an instrument. Only a gateway's hello makes them known at first; older ones change nothing."""
        known = self._context.definition(message.instrument)
        if known is None or message.revision < known.revision or message == known:
            return
        self.learn(message)

    def learn(self, message: InstrumentDefinition) -> None:
        """Take new rules; nonsense is refused with an alert and the old ones stay."""
        try:
            grid = Grid.of(message)
            self._context.risk.define(message)
        except ValueError as error:
            self._context.out.alert("page", "instrument_refused", message.instrument, str(error))
            return
        self._context.grids[message.instrument] = grid
        self._valuation.learn(message.instrument)

    def health(self, peer: bytes, message: VenueHealth) -> None:
        """Health of a market of a venue, relayed with the rest of our events."""
        topic = f"venue.{message.venue}.{message.account}.{message.market}"
        self._context.out.publish(topic, message, retain=True)
        before, self._states[topic] = self._states.get(topic, Liveness.UP), message.state
        if before is not message.state:
            up = message.state is Liveness.UP
            text = f"{message.state}: {message.reason}".rstrip(": ")
            self._context.out.alert("info" if up else "warn", "venue_health", topic, text, cleared=up)

    def link(self, peer: bytes, message: MarketLink) -> None:
        """A gateway's market data came or stopped."""
        if not message.up:
            self._silent[message.endpoint] = None
            self._context.out.alert("warn", "market_link", message.endpoint, "market data stopped")
        elif message.endpoint in self._silent:
            del self._silent[message.endpoint]
            self._context.out.alert("info", "market_link", message.endpoint, "market data is back", cleared=True)

    def fees(self, message: FeeReport) -> None:
        """The account's own fees, as part of the instrument's rules."""
        known = self._context.definition(message.instrument)
        if known is not None:
            maker, taker = message.maker_fee_bps, message.taker_fee_bps
            self.learn(replace(known, maker_fee_bps=maker, taker_fee_bps=taker, fees_known=True))
