"""What a fill costs its account, and in which asset."""

from venue_sim.exchange.accounts import Account
from venue_sim.exchange.amounts import Atoms, divide, times
from venue_sim.exchange.clearing import Share
from venue_sim.exchange.instruments import Instrument, Market, MarketKind
from venue_sim.exchange.snapshots import FeeRates
from venue_sim.exchange.terms import Side


def fee_rates(account: Account, market: Market) -> FeeRates:
    """The account's own rates, else the market's; nothing for the house."""
    if account.house:
        return FeeRates(0, 0)
    return account.rates.get(market.name) or FeeRates(market.maker_rate, market.taker_rate)


def fee_of(account: Account, market: Market, instrument: Instrument, share: Share) -> tuple[str, Atoms]:
    """(asset, fee): the received asset on spot, the margin asset on perpetuals, or the account's fee asset.

    A fee asset that does not suffice falls back to the usual one, as on Binance with BNB.
    """
    rates = fee_rates(account, market)
    rate = (rates.maker if share.maker else rates.taker) if share.charged else 0
    other = account.fee_assets.get(market.name)
    if other is not None and rate:
        fee = divide(times(share.quote, rate), other.price)
        if account.holding(market.name, other.asset).free >= fee:
            return other.asset, fee
    if market.kind is MarketKind.LINEAR_PERPETUAL:
        return market.margin_asset, times(share.quote, rate)
    if share.side is Side.BUY:
        return instrument.base, times(share.quantity, rate)
    return instrument.quote, times(share.quote, rate)
