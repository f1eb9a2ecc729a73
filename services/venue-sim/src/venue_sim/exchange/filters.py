"""The instrument's rules as checks: each passes or raises `Rejected` with the numbers."""

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
    """Price, quantity, notional and percent-price rules, in this order. `reference` 0 leaves out what needs one."""
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
    detail = f"price={plain(price)} tick={plain(instrument.tick)}"
    if price <= 0 or price < instrument.min_price or 0 < instrument.max_price < price:
        raise Rejected(RejectReason.BAD_PRICE, detail)
    if instrument.tick and (price - instrument.min_price) % instrument.tick:
        raise Rejected(RejectReason.PRICE_OFF_TICK, detail)


def check_quantity(instrument: Instrument, quantity: Atoms) -> None:
    """Bounds and grid of a quantity."""
    detail = f"quantity={plain(quantity)} lot={plain(instrument.lot)} min={plain(instrument.min_quantity)}"
    if quantity <= 0:
        raise Rejected(RejectReason.BAD_QUANTITY, detail)
    if quantity < instrument.min_quantity:
        raise Rejected(RejectReason.QUANTITY_TOO_SMALL, detail)
    if 0 < instrument.max_quantity < quantity:
        raise Rejected(RejectReason.QUANTITY_TOO_LARGE, f"{detail} max={plain(instrument.max_quantity)}")
    if instrument.lot and (quantity - instrument.min_quantity) % instrument.lot:
        raise Rejected(RejectReason.QUANTITY_OFF_LOT, detail)


def _check_market_quantity(instrument: Instrument, quantity: Atoms) -> None:
    detail = f"quantity={plain(quantity)} market_lot={plain(instrument.market_lot)}"
    if quantity < instrument.min_market_quantity:
        raise Rejected(RejectReason.MARKET_QUANTITY_TOO_SMALL, detail)
    if 0 < instrument.max_market_quantity < quantity:
        raise Rejected(RejectReason.MARKET_QUANTITY_TOO_LARGE, detail)
    if instrument.market_lot and (quantity - instrument.min_market_quantity) % instrument.market_lot:
        raise Rejected(RejectReason.MARKET_QUANTITY_OFF_LOT, detail)


def _notional(request: PlaceOrder, reference: Atoms) -> Atoms:
    if request.order_type is OrderType.MARKET:
        return request.quote_quantity or times(reference, request.quantity)
    return times(request.price, request.quantity)


def _check_notional(instrument: Instrument, notional: Atoms) -> None:
    detail = f"notional={plain(notional)} min={plain(instrument.min_notional)} max={plain(instrument.max_notional)}"
    if 0 < notional < instrument.min_notional:
        raise Rejected(RejectReason.NOTIONAL_TOO_SMALL, detail)
    if 0 < instrument.max_notional < notional:
        raise Rejected(RejectReason.NOTIONAL_TOO_LARGE, detail)


def _check_band(instrument: Instrument, side: Side, price: Atoms, reference: Atoms) -> None:
    is_buy = side is Side.BUY
    up, down = (instrument.bid_up, instrument.bid_down) if is_buy else (instrument.ask_up, instrument.ask_down)
    if not reference:
        return
    detail = f"price={plain(price)} reference={plain(reference)} up={plain(up)} down={plain(down)}"
    if up and price > times(reference, up):
        raise Rejected(RejectReason.PRICE_TOO_HIGH, detail)
    if down and price < times(reference, down):
        raise Rejected(RejectReason.PRICE_TOO_LOW, detail)
