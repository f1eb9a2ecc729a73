"""The markets of the paper run: Binance's published rules and base-tier fees for two assets, spot and USD-M."""

from venue_sim.exchange.amounts import atoms
from venue_sim.exchange.instruments import Instrument, Market, MarketKind
from venue_sim.exchange.terms import SelfTradePrevention

SPOT = Market(
    name="spot",
    kind=MarketKind.SPOT,
    maker_rate=atoms("0.0010"),
    taker_rate=atoms("0.0010"),
    default_self_trade=SelfTradePrevention.EXPIRE_MAKER,
)
USDM = Market(
    name="usdm",
    kind=MarketKind.LINEAR_PERPETUAL,
    maker_rate=atoms("0.0002"),
    taker_rate=atoms("0.0005"),
    unfillable_fok_is_rejected=True,
    self_trade_modes=(
        SelfTradePrevention.NONE,
        SelfTradePrevention.EXPIRE_TAKER,
        SelfTradePrevention.EXPIRE_MAKER,
        SelfTradePrevention.EXPIRE_BOTH,
    ),
    default_self_trade=SelfTradePrevention.EXPIRE_MAKER,
)


def spot_instrument(base: str, quote: str, tick: str, lot: str) -> Instrument:
    """A spot symbol with the filters Binance gives its large pairs."""
    return Instrument(
        market=SPOT.name,
        symbol=base + quote,
        base=base,
        quote=quote,
        tick=atoms(tick),
        lot=atoms(lot),
        min_price=atoms(tick),
        max_price=atoms("1000000"),
        min_quantity=atoms(lot),
        max_quantity=atoms("9000"),
        max_market_quantity=atoms("100"),
        min_notional=atoms("5"),
        max_notional=atoms("9000000"),
        bid_up=atoms("5"),
        bid_down=atoms("0.2"),
        ask_up=atoms("5"),
        ask_down=atoms("0.2"),
        max_open_orders=200,
    )


def usdm_instrument(base: str, quote: str, tick: str, lot: str, min_notional: str) -> Instrument:
    """A USD-M perpetual; its percent-price band is 5 % around the mark, one-sided as on Binance."""
    return Instrument(
        market=USDM.name,
        symbol=base + quote,
        base=base,
        quote=quote,
        tick=atoms(tick),
        lot=atoms(lot),
        min_price=atoms(tick),
        max_price=atoms("4529764"),
        min_quantity=atoms(lot),
        max_quantity=atoms("1000"),
        market_lot=atoms(lot),
        min_market_quantity=atoms(lot),
        max_market_quantity=atoms("120"),
        min_notional=atoms(min_notional),
        bid_up=atoms("1.05"),
        ask_down=atoms("0.95"),
        max_open_orders=200,
    )


def paper_instruments() -> tuple[Instrument, ...]:
    """BTCUSDT and ETHUSDT on both markets."""
    return (
        spot_instrument("BTC", "USDT", "0.01", "0.00001"),
        spot_instrument("ETH", "USDT", "0.01", "0.0001"),
        usdm_instrument("BTC", "USDT", "0.1", "0.001", "100"),
        usdm_instrument("ETH", "USDT", "0.01", "0.001", "20"),
    )
