"""Who owns what: balances per market and asset, positions per symbol. Sums are kept exact to the last atom."""

from msgspec import Struct, field

from venue_sim.exchange.amounts import SCALE, Atoms
from venue_sim.exchange.events import Balance
from venue_sim.exchange.snapshots import FeeRates
from venue_sim.exchange.terms import Rejected, RejectReason, Side


class Holding(Struct):
    """One asset in one market."""

    free: Atoms = 0
    locked: Atoms = 0


class PositionState(Struct):
    """A perpetual position. `cost` is what the open quantity was bought for (negative: sold for), exactly."""

    quantity: Atoms = 0
    cost: Atoms = 0
    realised: Atoms = 0
    open_buy: Atoms = 0
    """Notional of open buy orders that could add; likewise `open_sell`."""
    open_sell: Atoms = 0
    leverage: int = 20
    updated_ms: int = 0

    @property
    def entry_price(self) -> Atoms:
        """Average price of what is open, cut to atoms."""
        return self.cost * SCALE // self.quantity if self.quantity else 0

    def trade(self, side: Side, quantity: Atoms, notional: Atoms) -> Atoms:
        """Apply a trade; the PnL it realises. (wallet - cost) changes by exactly the cash that changed hands."""
        signed, cash = (quantity, notional) if side is Side.BUY else (-quantity, -notional)
        if self.quantity * signed >= 0:
            self.quantity += signed
            self.cost += cash
            return 0
        closing = min(quantity, abs(self.quantity))
        closing_cash = cash * closing // quantity
        share = self.cost * closing // abs(self.quantity)
        realised = -closing_cash - share
        self.quantity += signed
        self.cost += cash + realised
        self.realised += realised
        return realised

    def unrealised(self, mark: Atoms) -> Atoms:
        """Value at the mark less cost."""
        return mark * self.quantity // SCALE - self.cost

    def reducible(self, side: Side) -> Atoms:
        """How much an order of `side` could close."""
        return max(0, -self.quantity if side is Side.BUY else self.quantity)


class FeeAsset(Struct, frozen=True):
    """Fees taken in another asset at a fixed price in quote."""

    asset: str
    price: Atoms


class Account(Struct):
    """An account over all markets. The house's accounts have unlimited means and pay no fee."""

    name: str
    house: bool = False
    holdings: dict[tuple[str, str], Holding] = field(default_factory=dict)
    """By (market, asset)."""
    states: dict[tuple[str, str], PositionState] = field(default_factory=dict)
    """By (market, symbol)."""
    rates: dict[str, FeeRates] = field(default_factory=dict)
    """Own fee rates by market, where they differ from the market's."""
    fee_assets: dict[str, FeeAsset] = field(default_factory=dict)

    def holding(self, market: str, asset: str) -> Holding:
        """The asset's balance, opened at nothing when first touched."""
        key = (market, asset)
        held = self.holdings.get(key)
        if held is None:
            held = self.holdings[key] = Holding()
        return held

    def state(self, market: str, symbol: str, leverage: int) -> PositionState:
        """The symbol's position, opened flat with the given leverage when first touched."""
        key = (market, symbol)
        state = self.states.get(key)
        if state is None:
            state = self.states[key] = PositionState(leverage=leverage)
        return state

    def balance(self, market: str, asset: str) -> Balance:
        """What is to be told of an asset."""
        held = self.holding(market, asset)
        return Balance(asset, held.free, held.locked)

    def lock(self, market: str, asset: str, amount: Atoms) -> None:
        """Move free to locked (negative: back). Rejects INSUFFICIENT_BALANCE."""
        held = self.holding(market, asset)
        if 0 < amount > held.free and not self.house:
            raise Rejected(RejectReason.INSUFFICIENT_BALANCE, f"asset={asset} needed={amount} free={held.free}")
        held.free -= amount
        held.locked += amount
