"""What is traded and by which rules. Rules are immutable; a change at run time replaces them whole."""

from enum import StrEnum

from msgspec import Struct

from venue_sim.exchange.amounts import SCALE, Atoms
from venue_sim.exchange.terms import InstrumentStatus, SelfTradePrevention


class MarketKind(StrEnum):
    """How a trade is settled."""

    SPOT = "SPOT"
    LINEAR_PERPETUAL = "LINEAR_PERPETUAL"


class Market(Struct, frozen=True):
    """Rules common to all symbols of a market ("spot", "usdm") of the venue."""

    name: str
    kind: MarketKind
    maker_rate: Atoms
    """Maker fee as a fraction of the notional, in atoms (0.10 % = 100_000)."""
    taker_rate: Atoms
    unfillable_fok_is_rejected: bool = False
    """True: refused with NOT_FILLABLE_WHOLE (USD-M); False: accepted, then EXPIRED (spot)."""
    default_self_trade: SelfTradePrevention = SelfTradePrevention.EXPIRE_MAKER
    self_trade_modes: tuple[SelfTradePrevention, ...] = tuple(SelfTradePrevention)
    """Those an order may ask for."""
    margin_asset: str = "USDT"
    """Asset of the wallet behind perpetuals; unused on spot."""
    default_leverage: int = 20
    maintenance_rate: Atoms = SCALE // 250
    """Maintenance margin as a fraction of notional (0.4 %: the first tier of BTCUSDT)."""


class Instrument(Struct, frozen=True):
    """One symbol's rules. A limit of 0 is switched off. Prices and quantities in atoms."""

    market: str
    symbol: str
    base: str
    quote: str
    tick: Atoms
    lot: Atoms
    min_price: Atoms = 0
    max_price: Atoms = 0
    min_quantity: Atoms = 0
    max_quantity: Atoms = 0
    market_lot: Atoms = 0
    min_market_quantity: Atoms = 0
    max_market_quantity: Atoms = 0
    min_notional: Atoms = 0
    max_notional: Atoms = 0
    bid_up: Atoms = 0
    """Percent price, as factors of the reference price: a bid may be at most `bid_up`, at least `bid_down` times it."""
    bid_down: Atoms = 0
    ask_up: Atoms = 0
    ask_down: Atoms = 0
    max_open_orders: int = 200
    max_leverage: int = 125
    status: InstrumentStatus = InstrumentStatus.TRADING
    revision: int = 1
    """Grows with each change of rules or status."""
