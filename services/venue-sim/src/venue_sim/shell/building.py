"""The venue built from its configuration: exchange, symbols, accounts, keys, and one desk a product."""

from __future__ import annotations

from decimal import Decimal

import msgspec
from msgspec.structs import replace

from venue_sim.background.scripted import ScriptedSettings
from venue_sim.background.settings import SyntheticSettings, SyntheticSymbol
from venue_sim.binance.admission import KeyRing, Product
from venue_sim.binance.desk import Desk, Digits, IdMaker, usual_digits
from venue_sim.binance.limits import Interval, OrderCounter, WeightLimiter
from venue_sim.binance.outbox import Outbox
from venue_sim.binance.signing import ApiKey
from venue_sim.binance.tape import Tape
from venue_sim.binance.usdm.listen_keys import ListenKeys
from venue_sim.exchange.api import Exchange, Instrument, Market, atoms
from venue_sim.exchange.presets import SPOT, USDM
from venue_sim.shell.config import (
    AccountSection,
    ConfigError,
    KeySection,
    LimitSection,
    ProductSection,
    SymbolSection,
    UsdmSection,
    VenueSimConfig,
)


def build_exchange(config: VenueSimConfig, first_id: int, with_symbols: bool) -> Exchange:
    """Markets, accounts and, unless a replay is to list its own, symbols; ids count from `first_id`."""
    exchange = Exchange(first_id, first_id, first_id)
    for name, section in sections(config):
        exchange.add_market(_market(name, section))
        for symbol in section.symbols if with_symbols else ():
            exchange.add_instrument(instrument(name, symbol))
    for account in config.accounts:
        exchange.add_account(account.name, _balances(config, account))
    return exchange


def sections(config: VenueSimConfig) -> list[tuple[Product, ProductSection]]:
    """The products that are switched on."""
    both: list[tuple[Product, ProductSection]] = [("spot", config.spot), ("usdm", config.usdm)]
    return [(name, section) for name, section in both if section.enabled]


def build_desk(name: Product, section: ProductSection, config: VenueSimConfig, outbox: Outbox) -> Desk:
    """The desk of a product."""
    limits = section.limits
    life_s = section.listen_key_life_s if isinstance(section, UsdmSection) else 3_600.0
    return Desk(
        product=name,
        exchange=outbox.exchange,
        outbox=outbox,
        keys=build_keys(config),
        weights=_weights(limits),
        orders=OrderCounter(_order_intervals(limits), limits.maker_credit, limits.taker_credit),
        raw_requests=Interval("MINUTE", 5, 300_000) if name == "spot" else None,
        tape=Tape(),
        ids=IdMaker(f"{config.run.seed}:{name}"),
        listen_keys=ListenKeys(int(life_s * 1000)),
        digits={each.symbol: usual_digits(each) for each in outbox.exchange.instruments(name)}
        | {each.symbol: _given_digits(usual_digits(instrument(name, each)), each) for each in section.symbols},
    )


def build_keys(config: VenueSimConfig) -> KeyRing:
    """All keys of all accounts; ConfigError for one that cannot be used."""
    keys: dict[str, ApiKey] = {}
    for account in config.accounts:
        for key in account.keys:
            if key.api_key in keys:
                raise ConfigError(f"accounts: the API key {key.api_key} is given twice")
            keys[key.api_key] = _key(account, key)
    return KeyRing(keys)


def synthetic_settings(config: VenueSimConfig) -> SyntheticSettings:
    """The background of all symbols that have a start price."""
    symbols: list[SyntheticSymbol] = []
    for name, section in sections(config):
        for symbol in section.symbols:
            if not symbol.synthetic:
                continue
            wanted = {"market": name, "symbol": symbol.symbol, **symbol.synthetic}
            unknown = set(wanted) - set(SyntheticSymbol.__struct_fields__)
            if unknown:
                raise ConfigError(f"{name}.symbols.{symbol.symbol}.synthetic: unknown {', '.join(sorted(unknown))}")
            try:
                symbols.append(msgspec.convert(wanted, SyntheticSymbol))
            except msgspec.ValidationError as error:
                raise ConfigError(f"{name}.symbols.{symbol.symbol}.synthetic: {error}") from error
    return SyntheticSettings(tuple(symbols), sigma_bps=config.background.sigma_bps)


def scripted_settings(config: VenueSimConfig) -> ScriptedSettings:
    """The exact ticker of a bench."""
    background = config.background
    return ScriptedSettings(background.scripted_market, background.scripted_symbol, background.ticks_per_s)


def instrument(market: str, symbol: SymbolSection) -> Instrument:
    """A symbol's rules."""
    return Instrument(
        market=market,
        symbol=symbol.symbol,
        base=symbol.base,
        quote=symbol.quote,
        tick=atoms(symbol.tick),
        lot=atoms(symbol.lot),
        min_price=atoms(symbol.min_price),
        max_price=atoms(symbol.max_price),
        min_quantity=atoms(symbol.min_quantity),
        max_quantity=atoms(symbol.max_quantity),
        market_lot=atoms(symbol.market_lot),
        min_market_quantity=atoms(symbol.min_market_quantity),
        max_market_quantity=atoms(symbol.max_market_quantity),
        min_notional=atoms(symbol.min_notional),
        max_notional=atoms(symbol.max_notional),
        bid_up=atoms(symbol.bid_up),
        bid_down=atoms(symbol.bid_down),
        ask_up=atoms(symbol.ask_up),
        ask_down=atoms(symbol.ask_down),
        max_open_orders=symbol.max_open_orders,
        max_leverage=symbol.max_leverage,
    )


def _market(name: Product, section: ProductSection) -> Market:
    fees = {"maker_rate": atoms(section.maker_fee), "taker_rate": atoms(section.taker_fee)}
    if isinstance(section, UsdmSection):
        return replace(USDM, **fees, default_leverage=section.default_leverage)
    return replace(SPOT, **fees)


def _balances(config: VenueSimConfig, account: AccountSection) -> dict[str, dict[str, int]]:
    given: dict[str, dict[str, Decimal]] = {"spot": account.spot, "usdm": account.usdm}
    return {name: {asset: atoms(amount) for asset, amount in given[name].items()} for name, _ in sections(config)}


def _given_digits(usual: Digits, symbol: SymbolSection) -> Digits:
    return Digits(
        usual.price if symbol.price_decimals is None else symbol.price_decimals,
        usual.quantity if symbol.quantity_decimals is None else symbol.quantity_decimals,
    )


def _weights(limits: LimitSection) -> WeightLimiter:
    interval = Interval("MINUTE", 1, limits.weight_per_minute)
    return WeightLimiter(interval, limits.refusals_before_ban, int(limits.first_ban_s * 1000))


def _order_intervals(limits: LimitSection) -> tuple[Interval, ...]:
    wanted = (
        Interval("SECOND", 10, limits.orders_per_10s),
        Interval("MINUTE", 1, limits.orders_per_minute),
        Interval("DAY", 1, limits.orders_per_day),
    )
    return tuple(interval for interval in wanted if interval.limit)


def _key(account: AccountSection, key: KeySection) -> ApiKey:
    material = key.secret if key.kind == "hmac" else key.public_key
    if not material:
        wanted = "secret" if key.kind == "hmac" else "public_key (PEM)"
        raise ConfigError(f"accounts.{account.name}: the {key.kind} key {key.api_key} needs a {wanted}")
    try:
        return ApiKey(
            key.api_key,
            account.name,
            key.kind,
            material,
            key.may_read,
            key.may_trade_spot,
            key.may_trade_futures,
            key.may_withdraw,
        )
    except ValueError as error:
        raise ConfigError(f"accounts.{account.name}: the key {key.api_key} is no PEM public key: {error}") from error
