"""The instrument's rules as checks: each passes or raises `Rejected` with the numbers."""

from typing import NoReturn

from venue_sim.exchange.amounts import Atoms, plain, times
from venue_sim.exchange.instruments import Instrument
from venue_sim.exchange.orders import PlaceOrder
from venue_sim.exchange.terms import InstrumentStatus, OrderType, Rejected, RejectReason, Side


def check_status(instrument: Instrument) -> None:
    """New and amended orders only while trading."""
    if instrument.status is InstrumentStatus.CANCEL_ONLY:
        raise Rejected(RejectReason.CANCEL_ONLY, f"symbol={instrument.symbol}")
    if instrument.status is not InstrumentStatus.TRADING:
        raise Rejected(RejectReason.MARKET_CLOSED, f"symbol={instrument.symbol} status={instrument.status}")


def check_request(instrument: Instrument, request: PlaceOrder, reference: Atoms, notional_exempt: bool) -> None:
    """Price, quantity, percent-price and notional rules, in this order. `reference` 0 leaves out what needs one."""
    if request.order_type is OrderType.LIMIT:
        check_price(instrument, request.price)
        check_quantity(instrument, request.quantity)
        _check_band(instrument, request.side, request.price, reference)
    elif not request.quote_quantity:
        check_quantity(instrument, request.quantity)
        _check_market_quantity(instrument, request.quantity)
    if not notional_exempt:
        _check_notional(instrument, _notional(request, reference))


def check_price(instrument: Instrument, price: Atoms) -> None:
    """Bounds and grid of a limit price."""
    if price <= 0 or price < instrument.min_price or 0 < instrument.max_price < price:
        _refuse(RejectReason.BAD_PRICE, price=price, least=instrument.min_price, most=instrument.max_price)
    if instrument.tick and (price - instrument.min_price) % instrument.tick:
        _refuse(RejectReason.PRICE_OFF_TICK, price=price, tick=instrument.tick)


def check_quantity(instrument: Instrument, quantity: Atoms) -> None:
    """Bounds and grid of a quantity."""
    if quantity <= 0:
        _refuse(RejectReason.BAD_QUANTITY, quantity=quantity)
    if quantity < instrument.min_quantity:
        _refuse(RejectReason.QUANTITY_TOO_SMALL, quantity=quantity, least=instrument.min_quantity)
    if 0 < instrument.max_quantity < quantity:
        _refuse(RejectReason.QUANTITY_TOO_LARGE, quantity=quantity, most=instrument.max_quantity)
    if instrument.lot and (quantity - instrument.min_quantity) % instrument.lot:
        _refuse(RejectReason.QUANTITY_OFF_LOT, quantity=quantity, lot=instrument.lot)


def _check_market_quantity(instrument: Instrument, quantity: Atoms) -> None:
    if quantity < instrument.min_market_quantity:
        _refuse(RejectReason.MARKET_QUANTITY_TOO_SMALL, quantity=quantity, least=instrument.min_market_quantity)
    if 0 < instrument.max_market_quantity < quantity:
        _refuse(RejectReason.MARKET_QUANTITY_TOO_LARGE, quantity=quantity, most=instrument.max_market_quantity)
    if instrument.market_lot and (quantity - instrument.min_market_quantity) % instrument.market_lot:
        _refuse(RejectReason.MARKET_QUANTITY_OFF_LOT, quantity=quantity, lot=instrument.market_lot)


def _notional(request: PlaceOrder, reference: Atoms) -> Atoms:
    if request.order_type is OrderType.MARKET:
        return request.quote_quantity or times(reference, request.quantity)
    return times(request.price, request.quantity)


def _check_notional(instrument: Instrument, notional: Atoms) -> None:
    if 0 < notional < instrument.min_notional:
        _refuse(RejectReason.NOTIONAL_TOO_SMALL, notional=notional, least=instrument.min_notional)
    if 0 < instrument.max_notional < notional:
        _refuse(RejectReason.NOTIONAL_TOO_LARGE, notional=notional, most=instrument.max_notional)


def _check_band(instrument: Instrument, side: Side, price: Atoms, reference: Atoms) -> None:
    is_buy = side is Side.BUY
    up, down = (instrument.bid_up, instrument.bid_down) if is_buy else (instrument.ask_up, instrument.ask_down)
    if reference and up and price > times(reference, up):
        _refuse(RejectReason.PRICE_TOO_HIGH, price=price, reference=reference, up=up)
    if reference and down and price < times(reference, down):
        _refuse(RejectReason.PRICE_TOO_LOW, price=price, reference=reference, down=down)


def _refuse(reason: RejectReason, **numbers: Atoms) -> NoReturn:
    raise Rejected(reason, " ".join(f"{name}={plain(value)}" for name, value in numbers.items()))
