"""Binance's own spot SDK trades on venue-sim, and its models take every reply.

The clients are `Any` here: the types they declare for lists and unions of models are not what they return.
"""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from binance_common.configuration import (
    ConfigurationRestAPI,
    ConfigurationWebSocketAPI,
    ConfigurationWebSocketStreams,
)
from binance_common.errors import BadRequestError, ClientError, UnauthorizedError
from binance_sdk_spot.rest_api import SpotRestAPI
from binance_sdk_spot.rest_api.models import (
    NewOrderNewOrderRespTypeEnum,
    NewOrderSideEnum,
    NewOrderTimeInForceEnum,
    NewOrderTypeEnum,
    OrderCancelReplaceCancelReplaceModeEnum,
    OrderCancelReplaceSideEnum,
    OrderCancelReplaceTimeInForceEnum,
    OrderCancelReplaceTypeEnum,
    OrderTestSideEnum,
    OrderTestTypeEnum,
)
from binance_sdk_spot.websocket_api import SpotWebSocketAPI
from binance_sdk_spot.websocket_api.models import OrderPlaceSideEnum, OrderPlaceTimeInForceEnum, OrderPlaceTypeEnum
from binance_sdk_spot.websocket_streams import SpotWebSocketStreams
from binance_sdk_spot.websocket_streams.models import DiffBookDepthUpdateSpeedEnum, PartialBookDepthLevelsEnum

from testkit.heard import Heard
from testkit.venue_peer import ED25519_KEY, ED25519_PEM, HMAC_KEY, HMAC_SECRET, VenuePeer

SYMBOL = "BTCUSDT"
FAR_BELOW = 0.9
SPEED: Any = DiffBookDepthUpdateSpeedEnum.UPDATE_SPEED_100ms.value  # the SDK puts it into the stream's name as it is
LEVELS: Any = PartialBookDepthLevelsEnum.LEVELS_5.value


@pytest.fixture
def rest(venue: VenuePeer) -> Any:
    return SpotRestAPI(ConfigurationRestAPI(HMAC_KEY, HMAC_SECRET, venue.spot["rest"], timeout=5000, retries=0))


@pytest.fixture
def far_bid(venue: VenuePeer) -> float:
    """A price no seller will come down to."""
    return round(venue.best("spot", SYMBOL)[0] * FAR_BELOW, 2)


@pytest.fixture
async def ws_api(venue: VenuePeer) -> AsyncIterator[Any]:
    configuration = ConfigurationWebSocketAPI(HMAC_KEY, HMAC_SECRET, stream_url=venue.spot["ws_api"])
    client: Any = SpotWebSocketAPI(configuration)
    await client.create_connection()
    yield client
    await client.close_connection()


@pytest.fixture
async def streams(venue: VenuePeer) -> AsyncIterator[Any]:
    client: Any = SpotWebSocketStreams(ConfigurationWebSocketStreams(stream_url=venue.spot["stream"] + "/stream"))
    await client.create_connection()
    yield client
    await client.close_connection()


def place(rest: Any, price: float, quantity: float = 0.01, **more: Any) -> Any:
    return rest.new_order(
        SYMBOL,
        NewOrderSideEnum["BUY"],
        NewOrderTypeEnum["LIMIT"],
        time_in_force=NewOrderTimeInForceEnum["GTC"],
        price=price,
        quantity=quantity,
        **more,
    ).data()


def execution(kind: str, order_id: int) -> Callable[[Any], bool]:
    return lambda message: getattr(message, "x", None) == kind and message.i == order_id


class TestRest:
    def test_public_endpoints(self, rest: Any) -> None:
        rest.ping()
        assert (rest.time().data().server_time or 0) > 1_700_000_000_000
        info = rest.exchange_info().data()
        assert [each.symbol for each in info.symbols or []] == ["BTCUSDT", "ETHUSDT"]
        book = rest.depth(SYMBOL, limit=5).data()
        assert len(book.bids or []) == 5 and float((book.bids or [])[0][0]) < float((book.asks or [])[0][0])
        ticker = rest.ticker_book_ticker(symbol=SYMBOL).data().actual_instance
        assert float(ticker.bid_price) < float(ticker.ask_price)
        assert rest.ticker_price(symbol=SYMBOL).data().actual_instance.symbol == SYMBOL
        assert rest.avg_price(SYMBOL).data().mins == 5
        rest.get_trades(SYMBOL).data()
        rest.agg_trades(SYMBOL).data()

    def test_reply_headers_tell_the_weight(self, rest: Any) -> None:
        reply = rest.depth(SYMBOL, limit=5)
        weights = [each for each in reply.rate_limits or [] if each.rateLimitType == "REQUEST_WEIGHT"]
        assert [each.intervalNum for each in weights] == [1] and weights[0].count >= 5

    def test_place_query_and_cancel(self, rest: Any, far_bid: float) -> None:
        placed = place(rest, far_bid, new_client_order_id="peer-rest-1")
        assert (placed.status, placed.client_order_id, placed.fills) == ("NEW", "peer-rest-1", [])
        assert float(placed.price) == far_bid
        assert rest.get_order(SYMBOL, order_id=placed.order_id).data().status == "NEW"
        assert placed.order_id in [each.order_id for each in rest.get_open_orders(SYMBOL).data()]
        cancelled = rest.delete_order(SYMBOL, orig_client_order_id="peer-rest-1").data()
        assert (cancelled.status, cancelled.orig_client_order_id) == ("CANCELED", "peer-rest-1")
        assert cancelled.client_order_id != "peer-rest-1"
        assert rest.get_order(SYMBOL, order_id=placed.order_id).data().status == "CANCELED"
        assert placed.order_id in [each.order_id for each in rest.all_orders(SYMBOL).data()]

    def test_order_count_header(self, rest: Any, far_bid: float) -> None:
        reply = rest.new_order(
            SYMBOL,
            NewOrderSideEnum["BUY"],
            NewOrderTypeEnum["LIMIT_MAKER"],
            price=far_bid,
            quantity=0.01,
        )
        counted = {each.interval for each in reply.rate_limits or [] if each.rateLimitType == "ORDERS"}
        assert counted == {"SECOND", "DAY"}
        rest.delete_open_orders(SYMBOL).data()
        assert rest.get_open_orders(SYMBOL).data() == []

    @pytest.mark.parametrize("kind", ["ACK", "RESULT", "FULL"])
    def test_response_types(self, rest: Any, far_bid: float, kind: str) -> None:
        placed = place(rest, far_bid, new_order_resp_type=NewOrderNewOrderRespTypeEnum[kind])
        assert (placed.status is None) == (kind == "ACK")
        assert (placed.fills is None) == (kind != "FULL")
        rest.delete_order(SYMBOL, order_id=placed.order_id)

    def test_amend_keeping_priority(self, rest: Any, far_bid: float) -> None:
        placed = place(rest, far_bid, 0.02)
        amended = rest.order_amend_keep_priority(SYMBOL, 0.015, order_id=placed.order_id).data().amended_order
        assert amended is not None
        assert float(amended.qty or 0) == 0.015
        assert amended.orig_client_order_id == placed.client_order_id != amended.client_order_id
        with pytest.raises(BadRequestError) as refused:
            rest.order_amend_keep_priority(SYMBOL, 0.5, order_id=placed.order_id)
        assert refused.value.status_code == -2038
        rest.delete_order(SYMBOL, order_id=placed.order_id)

    def test_cancel_replace(self, rest: Any, far_bid: float) -> None:
        placed = place(rest, far_bid)
        replaced = self._replace(rest, placed.order_id, round(far_bid - 1, 2)).data()
        assert (replaced.cancel_result, replaced.new_order_result) == ("SUCCESS", "SUCCESS")
        new_id = replaced.new_order_response.order_id
        assert float(rest.get_order(SYMBOL, order_id=new_id).data().price or 0) == round(far_bid - 1, 2)
        rest.delete_order(SYMBOL, order_id=new_id)
        with pytest.raises(BadRequestError) as refused:
            self._replace(rest, placed.order_id, far_bid)
        assert refused.value.status_code == -2022

    def test_cancel_replace_that_half_works(self, rest: Any, far_bid: float) -> None:
        placed = place(rest, far_bid)
        with pytest.raises(ClientError, match="partially failed"):
            self._replace(rest, placed.order_id, 0.01)
        assert rest.get_order(SYMBOL, order_id=placed.order_id).data().status == "CANCELED"

    @staticmethod
    def _replace(rest: Any, order_id: int, price: float) -> Any:
        return rest.order_cancel_replace(
            SYMBOL,
            OrderCancelReplaceSideEnum["BUY"],
            OrderCancelReplaceTypeEnum["LIMIT"],
            OrderCancelReplaceCancelReplaceModeEnum["STOP_ON_FAILURE"],
            time_in_force=OrderCancelReplaceTimeInForceEnum["GTC"],
            quantity=0.01,
            price=price,
            cancel_order_id=order_id,
        )

    def test_a_market_order_fills_and_moves_balances(self, rest: Any) -> None:
        before = {each.asset: float(each.free or 0) for each in rest.get_account().data().balances or []}
        bought = rest.new_order(SYMBOL, NewOrderSideEnum["BUY"], NewOrderTypeEnum["MARKET"], quantity=0.01).data()
        assert bought.status == "FILLED"
        fills = bought.fills or []
        assert sum(float(fill.qty or 0) for fill in fills) == pytest.approx(0.01)
        fee = sum(float(fill.commission or 0) for fill in fills)
        assert {fill.commission_asset for fill in fills} == {"BTC"} and fee == pytest.approx(0.01 * 0.001)
        after = {each.asset: float(each.free or 0) for each in rest.get_account().data().balances or []}
        assert after["BTC"] - before["BTC"] == pytest.approx(0.01 - fee)
        assert before["USDT"] - after["USDT"] == pytest.approx(float(bought.cummulative_quote_qty or 0))
        trades = rest.my_trades(SYMBOL, order_id=bought.order_id).data()
        assert [trade.id for trade in trades] == [fill.trade_id for fill in fills]

    def test_account_endpoints(self, rest: Any) -> None:
        commission = rest.account_commission(SYMBOL).data().standard_commission
        assert commission is not None and (commission.maker, commission.taker) == ("0.00100000", "0.00100000")
        limits = rest.rate_limit_order().data()
        assert [each.limit for each in limits] == [100, 200_000]
        rest.order_test(
            SYMBOL, OrderTestSideEnum["BUY"], OrderTestTypeEnum["MARKET"], quantity=0.01, compute_commission_rates=True
        ).data()

    def test_filter_violations(self, rest: Any, far_bid: float) -> None:
        wrong = {
            "Filter failure: PRICE_FILTER": (round(far_bid + 0.001, 3), 0.01),
            "Filter failure: LOT_SIZE": (far_bid, 0.010001),
            "Filter failure: NOTIONAL": (13_000.0, 0.0002),
            "Filter failure: PERCENT_PRICE_BY_SIDE": (1.0, 10.0),
        }
        for message, (price, quantity) in wrong.items():
            with pytest.raises(BadRequestError) as refused:
                place(rest, price, quantity)
            assert (refused.value.status_code, refused.value.error_message) == (-1013, message)

    def test_business_rejects(self, rest: Any, far_bid: float) -> None:
        with pytest.raises(BadRequestError) as refused:
            place(rest, far_bid, 100.0)
        assert refused.value.status_code == -2010
        assert refused.value.error_message == "Account has insufficient balance for requested action."
        with pytest.raises(BadRequestError) as unknown:
            rest.delete_order(SYMBOL, order_id=1)
        assert (unknown.value.status_code, unknown.value.error_message) == (-2011, "Unknown order sent.")
        with pytest.raises(BadRequestError) as absent:
            rest.get_order(SYMBOL, order_id=1)
        assert absent.value.status_code == -2013
        with pytest.raises(BadRequestError) as symbol:
            rest.depth("NOSUCH")
        assert symbol.value.status_code == -1121

    def test_a_wrong_secret_and_an_unknown_key(self, venue: VenuePeer) -> None:
        wrong = SpotRestAPI(ConfigurationRestAPI(HMAC_KEY, "no such secret", venue.spot["rest"], timeout=5000))
        with pytest.raises(BadRequestError) as refused:
            wrong.get_account()
        assert refused.value.status_code == -1022
        unknown = SpotRestAPI(ConfigurationRestAPI("k" * 64, HMAC_SECRET, venue.spot["rest"], timeout=5000))
        with pytest.raises(UnauthorizedError) as stranger:
            unknown.get_account()
        assert stranger.value.status_code == -2015

    def test_an_ed25519_key(self, venue: VenuePeer, far_bid: float, tmp_path: Path) -> None:
        pem = tmp_path / "key.pem"
        pem.write_text(ED25519_PEM)
        configuration = ConfigurationRestAPI(
            ED25519_KEY, base_path=venue.spot["rest"], timeout=5000, private_key=str(pem)
        )
        rest = SpotRestAPI(configuration)
        placed = place(rest, far_bid)
        assert rest.delete_order(SYMBOL, order_id=placed.order_id).data().status == "CANCELED"


class TestWebSocketApi:
    async def test_trading_and_the_user_stream(self, ws_api: Any, venue: VenuePeer, far_bid: float) -> None:
        subscribed = await ws_api.user_data_stream_subscribe_signature()
        heard = Heard()
        subscribed.stream.on("message", heard)
        placed = (await self._place(ws_api, far_bid)).data().result
        new = await heard.until(execution("NEW", placed.order_id))
        assert (new.X, float(new.p), new.w) == ("NEW", far_bid, True)
        venue.fill("spot", SYMBOL, placed.order_id, "0.004")
        trade = await heard.until(execution("TRADE", placed.order_id))
        assert (trade.X, trade.l, trade.m, trade.N) == ("PARTIALLY_FILLED", "0.00400000", True, "BTC")
        position = await heard.until(lambda message: bool(getattr(message, "B", None)) and hasattr(message, "u"))
        assert {each.a for each in position.B} <= {"BTC", "USDT"}
        queried = (await ws_api.order_status(SYMBOL, order_id=placed.order_id)).data().result
        assert queried.status == "PARTIALLY_FILLED"
        amended = await ws_api.order_amend_keep_priority(SYMBOL, 0.008, order_id=placed.order_id)
        assert amended.data().result.amended_order.qty == "0.00800000"
        replaced = await heard.until(execution("REPLACED", placed.order_id))
        assert (replaced.C, replaced.q) == (placed.client_order_id, "0.00800000")
        cancelled = (await ws_api.order_cancel(SYMBOL, order_id=placed.order_id)).data().result
        assert cancelled.status == "CANCELED"
        ended = await heard.until(execution("CANCELED", placed.order_id))
        assert (replaced.c, "CANCELED") == (ended.C, ended.X)

    async def test_queries(self, ws_api: Any) -> None:
        assert (await ws_api.time()).data().result.server_time > 0
        assert (await ws_api.ping()).data().status == 200
        assert len((await ws_api.depth(SYMBOL, limit=5)).data().result.bids) == 5
        assert (await ws_api.ticker_book(symbol=SYMBOL)).data() is not None
        assert (await ws_api.exchange_info()).rate_limits[-1].count >= 20
        assert (await ws_api.account_status()).data().result.account_type == "SPOT"
        assert (await ws_api.account_commission(SYMBOL)).data().result.symbol == SYMBOL
        assert len((await ws_api.account_rate_limits_orders()).data().result) == 2
        assert (await ws_api.all_orders(SYMBOL)).data().status == 200
        assert (await ws_api.my_trades(SYMBOL)).data().status == 200
        assert (await ws_api.open_orders_status(SYMBOL)).data().status == 200

    async def test_rate_limits_come_with_each_reply(self, ws_api: Any, far_bid: float) -> None:
        reply = await self._place(ws_api, far_bid)
        assert [each.rateLimitType for each in reply.rate_limits] == ["ORDERS", "ORDERS", "REQUEST_WEIGHT"]
        await ws_api.open_orders_cancel_all(SYMBOL)

    async def test_refusals(self, ws_api: Any, far_bid: float) -> None:
        refused = (await self._place(ws_api, 13_000.0, 0.0002)).data()
        assert refused["error"]["code"] == -1013
        refused = (await ws_api.order_cancel(SYMBOL, order_id=1)).data()
        assert refused["error"] == {"code": -2011, "msg": "Unknown order sent."}

    async def test_only_ed25519_keys_log_on(self, ws_api: Any) -> None:
        assert (await ws_api.session_logon()).data()["error"]["code"] == -4056

    async def test_a_session_of_an_ed25519_key(self, venue: VenuePeer, far_bid: float, tmp_path: Path) -> None:
        pem = tmp_path / "key.pem"
        pem.write_text(ED25519_PEM)
        client: Any = SpotWebSocketAPI(
            ConfigurationWebSocketAPI(ED25519_KEY, private_key=str(pem), stream_url=venue.spot["ws_api"])
        )
        await client.create_connection()
        try:
            assert (await client.session_logon()).data().result.api_key == ED25519_KEY
            subscribed = await client.user_data_stream_subscribe()
            heard = Heard()
            subscribed.stream.on("message", heard)
            placed = (await self._place(client, far_bid)).data().result
            await heard.until(execution("NEW", placed.order_id))
            await client.order_cancel(SYMBOL, order_id=placed.order_id)
            assert (await client.session_status()).data().result.user_data_stream is True
            assert (await client.session_logout()).data().result.api_key is None
            ended = await heard.until(lambda message: type(message).__name__ == "EventStreamTerminated")
            assert ended.E > 0
        finally:
            await client.close_connection()

    @staticmethod
    async def _place(client: Any, price: float, quantity: float = 0.01) -> Any:
        return await client.order_place(
            SYMBOL,
            OrderPlaceSideEnum["BUY"],
            OrderPlaceTypeEnum["LIMIT"],
            time_in_force=OrderPlaceTimeInForceEnum["GTC"],
            price=price,
            quantity=quantity,
        )


class TestStreams:
    async def test_market_streams(self, streams: Any, rest: Any) -> None:
        heard = {name: Heard() for name in ("best", "depth", "partial", "trade", "aggregate")}
        (await streams.book_ticker(SYMBOL)).on("message", heard["best"])
        (await streams.diff_book_depth(SYMBOL, update_speed=SPEED)).on("message", heard["depth"])
        (await streams.partial_book_depth(SYMBOL, LEVELS)).on("message", heard["partial"])
        (await streams.trade(SYMBOL)).on("message", heard["trade"])
        (await streams.agg_trade(SYMBOL)).on("message", heard["aggregate"])
        rest.new_order(SYMBOL, NewOrderSideEnum["BUY"], NewOrderTypeEnum["MARKET"], quantity=0.01)
        best = await heard["best"].until(lambda message: message.s == SYMBOL)
        assert float(best.b) < float(best.a)
        depth = await heard["depth"].until(lambda message: bool(message.b))
        following = await heard["depth"].until(lambda message: depth.u < message.U)
        assert depth.u + 1 == following.U
        partial = await heard["partial"].until(lambda message: bool(message.bids))
        assert len(partial.bids) == 5
        trade = await heard["trade"].until(lambda message: message.q == "0.01000000")
        aggregate = await heard["aggregate"].until(lambda message: message.l == trade.t)
        assert (aggregate.p, aggregate.m, aggregate.T) == (trade.p, False, trade.T)
