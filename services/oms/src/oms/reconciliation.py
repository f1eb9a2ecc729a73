"""Comparison with the venue: after every new link, at intervals, and as soon as something looks wrong.

The venue is right about what the account holds. A difference is looked at twice, with the fills asked for in between;
seen the same twice it is adopted as a typed adjustment, the instrument is frozen until a comparison agrees, and a human
is told. The first comparison of an account opens its books: what is found then is taken over without an alarm.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from crossbook.instruments import parse_instrument_id
from crossbook.messages.base import Operation
from crossbook.messages.gateway import BalanceReport, PositionReport, Reconcile, ReconcileReport
from oms.assets import AssetKey, Assets
from oms.context import Context
from oms.gateways import Gateway, Gateways
from oms.positions import Positions
from oms.queries import Queries
from oms.rows import ZERO, Opening
from oms.spot_positions import SpotPositions

MS = 1_000_000
DOUBT_NS = 1_000 * MS
"""How long a position event of the venue may run ahead of its fill."""
MISMATCH = "inventory_mismatch"


@dataclass(slots=True)
class Pass:
    """One gateway's comparisons: the request under way, and what differed in the last one."""

    request_id: int = 0
    asked_ns: int = 0
    waiting: bool = False
    finished_ns: int = 0
    again: bool = False
    suspects: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    """Subject -> (ours, venue's) of differences seen once."""
    positions: dict[str, tuple[Decimal, Decimal, int]] = field(default_factory=dict)
    """Instrument -> (quantity, entry price, venue time) as last reported."""
    complete_positions: dict[str, int] = field(default_factory=dict)
    """Market -> venue time of its last complete position report: what it did not name is flat."""
    balances: dict[str, int] = field(default_factory=dict)
    """Market -> venue time of its last complete balance report."""
    doubts: dict[str, int] = field(default_factory=dict)
    """Instrument -> when its venue named a position that is not ours, perhaps just ahead of a fill."""


class Reconciliation:
    """Compares, and keeps comparing."""

    def __init__(
        self,
        context: Context,
        gateways: Gateways,
        queries: Queries,
        positions: Positions,
        assets: Assets,
        spot: SpotPositions,
    ) -> None:
        self._context = context
        self._gateways = gateways
        self._queries = queries
        self._positions = positions
        self._assets = assets
        self._spot = spot
        self._passes: dict[bytes, Pass] = {}
        self._requests = 0
        self._last_fill_ns: dict[str, int] = {}
        self._tolerance = Decimal(context.settings.balance_tolerance)

    def start(self, gateway: Gateway) -> None:
        """Ask for the venue's whole picture now."""
        self._requests += 1
        passing = self._pass(gateway)
        passing.request_id, passing.asked_ns = self._requests, self._context.now_ns
        passing.waiting, passing.again = True, False
        passing.complete_positions.clear()
        passing.balances.clear()
        since = self._fills_since(gateway)
        self._gateways.send(gateway, Reconcile(self._requests, self._context.state.desk.epoch, since))

    def soon(self, gateway: Gateway) -> None:
        """Something looks wrong: compare as soon as the pause between comparisons allows."""
        self._pass(gateway).again = True

    def filled(self, instrument: str) -> None:
        """A fill moved an instrument: pictures taken before it are not comparable."""
        self._last_fill_ns[instrument] = self._context.now_ns

    def on_positions(self, gateway: Gateway, message: PositionReport) -> None:
        """The venue's positions, from its stream or for a comparison. A stream's difference calls for a comparison."""
        passing = self._pass(gateway)
        for position in message.positions:
            passing.positions[position.instrument] = (position.qty, position.entry_price, message.venue_time_ns)
            passing.doubts[position.instrument] = self._context.now_ns
        if message.complete:
            named = {position.instrument for position in message.positions}
            for instrument in list(passing.positions):
                if instrument not in named and self._market(instrument) == message.market:
                    passing.positions[instrument] = (ZERO, ZERO, message.venue_time_ns)
            passing.complete_positions[message.market] = message.venue_time_ns

    def on_balances(self, gateway: Gateway, message: BalanceReport) -> None:
        """The venue's balances."""
        self._assets.report(message)
        if message.complete:
            self._pass(gateway).balances[message.market] = message.venue_time_ns

    def on_report(self, gateway: Gateway, message: ReconcileReport) -> bool:
        """The picture is whole (or failed). True when the gateway has become fit for trading by it."""
        passing = self._pass(gateway)
        if message.request_id != passing.request_id:
            return False
        passing.waiting, passing.finished_ns = False, self._context.now_ns
        if message.failed:
            passing.again = True
            text = f"no whole picture of {gateway.hello.venue} {gateway.hello.account}: {message.failed}"
            self._context.out.alert("warn", "reconcile_failed", gateway.name, text)
            return False
        self._compare_orders(gateway, message)
        self._compare_holdings(gateway, passing, message)
        first, gateway.reconciled = not gateway.reconciled, True
        return first

    def on_tick(self) -> None:
        """Start what is due."""
        settings, now_ns = self._context.settings, self._context.now_ns
        missing = self._queries.accounts_missing_fills
        for gateway in self._gateways.all():
            if not gateway.up:
                continue
            passing = self._pass(gateway)
            passing.again |= any(self._gateways.owner(*key) is gateway for key in missing)
            passing.again |= self._doubtful(gateway, passing)
            if passing.waiting:
                due = now_ns - passing.asked_ns > settings.reconcile_timeout_ms * MS
            elif passing.again or passing.suspects:
                due = now_ns - passing.finished_ns > settings.reconcile_soon_ms * MS
            else:
                due = now_ns - passing.finished_ns > settings.reconcile_ms * MS
            if due:
                self.start(gateway)
        missing.clear()

    def _doubtful(self, gateway: Gateway, passing: Pass) -> bool:
        """Whether a position named by the venue's stream still differs from ours after a second."""
        due = [i for i, since_ns in passing.doubts.items() if self._context.now_ns - since_ns > DOUBT_NS]
        differs = False
        for instrument in due:
            held = self._positions.holding(gateway.hello.account, instrument).qty
            fresh = self._last_fill_ns.get(instrument, -1) <= passing.doubts.pop(instrument)
            differs |= fresh and passing.positions[instrument][0] != held
        return differs

    def _compare_orders(self, gateway: Gateway, message: ReconcileReport) -> None:
        """An order we hold for live that the venue does not list as open is asked about."""
        open_there = frozenset(message.open_order_ids)
        for order in list(self._context.state.live.values()):
            if self._gateways.owner(order.account, order.instrument) is not gateway or order.state.is_terminal:
                continue
            if order.order_id not in open_there and order.updated_ns < message.started_ns:
                self._queries.ask(order, order.unknown_operation or Operation.PLACE)

    def _compare_holdings(self, gateway: Gateway, passing: Pass, message: ReconcileReport) -> None:
        before, passing.suspects = passing.suspects, {}
        venue, account = gateway.hello.venue, gateway.hello.account
        for market in gateway.hello.markets:
            opened = (venue, account, market) in self._context.state.openings
            if market in passing.complete_positions:
                self._compare_positions(gateway, passing, before, market, message.started_ns, opened)
            if market in passing.balances:
                self._compare_balances(gateway, passing, before, market, message.started_ns, opened)
            if not opened and (market in passing.complete_positions or market in passing.balances):
                self._open_books(passing, venue, account, market)

    def _open_books(self, passing: Pass, venue: str, account: str, market: str) -> None:
        times = (passing.complete_positions.get(market, 0), passing.balances.get(market, 0))
        row = Opening(venue, account, market, max(times) or self._context.out.now.time_ns)
        self._context.state.openings[venue, account, market] = row
        self._context.out.changed(row)

    def _compare_positions(
        self, gateway: Gateway, passing: Pass, before: dict[str, tuple[Decimal, Decimal]], market: str, since_ns: int,
        opened: bool,
    ) -> None:  # fmt: skip
        account = gateway.hello.account
        instruments = [i for i in self._gateways.instruments_of(gateway) if self._market(i) == market]
        held = [i for (a, i, s) in self._context.state.holdings if a == account and not s and self._market(i) == market]
        for instrument in dict.fromkeys([*instruments, *held, *passing.positions]):
            if self._market(instrument) != market or self._moved_since(instrument, since_ns):
                continue
            qty, entry, time_ns = passing.positions.get(instrument, (ZERO, ZERO, passing.complete_positions[market]))
            row = self._positions.holding(account, instrument)
            if not opened:
                if qty:
                    self._positions.adopt(account, instrument, qty, entry, time_ns, "opening")
            elif self._agreed(passing, before, instrument, instrument, row.qty, qty):
                self._positions.adopt(account, instrument, qty, entry, time_ns, "differs from the venue")

    def _compare_balances(
        self, gateway: Gateway, passing: Pass, before: dict[str, tuple[Decimal, Decimal]], market: str, since_ns: int,
        opened: bool,
    ) -> None:  # fmt: skip
        owned = [i for i in self._gateways.instruments_of(gateway) if self._market(i) == market]
        if any(self._moved_since(instrument, since_ns) for instrument in owned):
            return
        venue, account = gateway.hello.venue, gateway.hello.account
        for key, row in list(self._context.state.assets.items()):
            if key[:3] != (venue, account, market):
                continue
            home = self._spot.home_of(account, market, key[3])
            if not opened:
                self._assets.adopt(key)
            elif abs(row.expected - row.reported_total) <= self._tolerance and not home:
                self._settle_rounding(key)
            elif self._agreed(passing, before, ".".join(key), home, row.expected, row.reported_total):
                self._assets.adopt(key)
            if home:
                self._spot.align(key, home, row.reported_time_ns, "opening" if not opened else "balance adopted")

    def _settle_rounding(self, key: AssetKey) -> None:
        row = self._assets.get(key)
        if row is not None and row.expected != row.reported_total:
            self._assets.adopt(key)

    def _agreed(
        self, passing: Pass, before: dict[str, tuple[Decimal, Decimal]], subject: str, instrument: str, ours: Decimal,
        venues: Decimal,
    ) -> bool:  # fmt: skip
        """Whether a difference is to be adopted now: it was the same the last time. No difference ends a freeze."""
        if ours == venues:
            if instrument:
                now_ns = self._context.now_ns
                self._context.risk_actions.extend(
                    self._context.risk.clear(f"instrument:{instrument}", MISMATCH, now_ns)
                )
            return False
        if before.get(subject) != (ours, venues):
            passing.suspects[subject] = (ours, venues)
            return False
        text = f"{subject}: we count {ours}, the venue holds {venues}, seen twice: adopted"
        self._context.out.alert("page" if instrument else "warn", MISMATCH, subject, text)
        if instrument:
            self._context.risk_actions.extend(
                self._context.risk.halt(
                    f"instrument:{instrument}", MISMATCH, "oms", self._context.now_ns, latched=False
                )
            )
        passing.again = True
        return True

    def _moved_since(self, instrument: str, started_ns: int) -> bool:
        """Whether a fill was counted after the picture began, or one is known to be missing."""
        if self._last_fill_ns.get(instrument, -1) >= started_ns:
            return True
        return any(o.instrument == instrument and o.awaits_fills for o in self._context.state.live.values())

    def _fills_since(self, gateway: Gateway) -> int:
        """From a while before the last fill known of the account; from now on where its books are not open yet."""
        venue, account = gateway.hello.venue, gateway.hello.account
        opened = [row.time_ns for key, row in self._context.state.openings.items() if key[:2] == (venue, account)]
        if not opened:
            return self._context.out.now.time_ns
        times = [
            max(seen.values())
            for (v, a, _), seen in self._context.state.fills.items()
            if (v, a) == (venue, account) and seen
        ]
        return max(min(opened), max(times, default=0) - self._context.settings.fills_overlap_ms * MS)

    def _market(self, instrument: str) -> str:
        definition = self._context.definition(instrument)
        return definition.market if definition else parse_instrument_id(instrument).kind

    def _pass(self, gateway: Gateway) -> Pass:
        passing = self._passes.get(gateway.peer)
        if passing is None:
            passing = self._passes[gateway.peer] = Pass()
        return passing
