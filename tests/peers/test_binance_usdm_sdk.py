"""Binance's own USD-M futures SDK trades on venue-sim, and its models take every reply.

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
from binance_common.errors import BadRequestError, UnauthorizedError
from binance_sdk_derivatives_trading_usds_futures.rest_api import DerivativesTradingUsdsFuturesRestAPI as RestAPI
from binance_sdk_derivatives_trading_usds_futures.rest_api.models import (
    ChangeMarginTypeMarginTypeEnum,
    ModifyOrderSideEnum,
    NewOrderNewOrderRespTypeEnum,
    NewOrderReduceOnlyEnum,
    NewOrderSideEnum,
    NewOrderTimeInForceEnum,
    NewOrderTypeEnum,
    PlaceMultipleOrdersBatchOrdersParameterInner,
)
from binance_sdk_derivatives_trading_usds_futures.websocket_api import (
    DerivativesTradingUsdsFuturesWebSocketAPI as WebSocketAPI,
)
from binance_sdk_derivatives_trading_usds_futures.websocket_api import models as ws_models
from binance_sdk_derivatives_trading_usds_futures.websocket_streams import (
    DerivativesTradingUsdsFuturesWebSocketStreams as Streams,
)
from binance_sdk_derivatives_trading_usds_futures.websocket_streams.models import (
    DiffBookDepthStreamsUpdateSpeedEnum,
    MarkPriceStreamUpdateSpeedEnum,
    PartialBookDepthStreamsLevelsEnum,
)

from testkit.heard import Heard
from testkit.venue_peer import ED25519_KEY, ED25519_PEM, HMAC_KEY, HMAC_SECRET, VenuePeer
from testkit.waiting import eventually

SYMBOL = "BTCUSDT"
FAR_BELOW = 0.97
RESULT: dict[str, Any] = {"new_order_resp_type": NewOrderNewOrderRespTypeEnum["RESULT"]}
SPEED: Any = DiffBookDepthStreamsUpdateSpeedEnum.UPDATE_SPEED_100ms.value  # put into the stream's name as it is
LEVELS: Any = PartialBookDepthStreamsLevelsEnum.LEVELS_5.value
EACH_SECOND: Any = MarkPriceStreamUpdateSpeedEnum.UPDATE_SPEED_1s.value


@pytest.fixture
def rest(venue: VenuePeer) -> Any:
    return RestAPI(ConfigurationRestAPI(HMAC_KEY, HMAC_SECRET, venue.usdm["rest"], timeout=5000, retries=0))


@pytest.fixture
def far_bid(venue: VenuePeer) -> float:
    """A price no seller will come down to, within the venue's band."""
    return round(venue.best("usdm", SYMBOL)[0] * FAR_BELOW, 1)


@pytest.fixture
async def ws_api(venue: VenuePeer) -> AsyncIterator[Any]:
    client: Any = WebSocketAPI(ConfigurationWebSocketAPI(HMAC_KEY, HMAC_SECRET, stream_url=venue.usdm["ws_api"]))
    await client.create_connection()
    yield client
    await client.close_connection()


@pytest.fixture
async def streams(venue: VenuePeer) -> AsyncIterator[Any]:
    client: Any = Streams(ConfigurationWebSocketStreams(stream_url=venue.usdm["stream"] + "/stream"))
    await client.create_connection()
    yield client
    await client.close_connection()


def place(rest: Any, price: float, quantity: float = 0.01, tif: str = "GTC", **more: Any) -> Any:
    return rest.new_order(
        SYMBOL,
        NewOrderSideEnum["BUY"],
        NewOrderTypeEnum["LIMIT"],
        time_in_force=NewOrderTimeInForceEnum[tif],
        price=price,
        quantity=quantity,
        **more,
    ).data()


def trade_at_market(rest: Any, side: str, quantity: float, **more: Any) -> Any:
    return rest.new_order(
        SYMBOL, NewOrderSideEnum[side], NewOrderTypeEnum["MARKET"], quantity=quantity, **RESULT, **more
    ).data()


def update(kind: str, order_id: int) -> Callable[[Any], bool]:
    return lambda message: getattr(getattr(message, "o", None), "i", None) == order_id and message.o.x == kind


class TestRest:
    def test_public_endpoints(self, rest: Any) -> None:
        rest.test_connectivity()
        assert (rest.check_server_time().data().server_time or 0) > 1_700_000_000_000
        symbols = {each.symbol: each for each in rest.exchange_information().data().symbols or []}
        assert sorted(name or "" for name in symbols) == ["BTCUSDT", "ETHUSDT"]
        book = rest.order_book(SYMBOL, limit=5).data()
        assert float((book.bids or [])[0][0]) < float((book.asks or [])[0][0])
        assert rest.symbol_order_book_ticker(symbol=SYMBOL).data().actual_instance.symbol == SYMBOL
        assert len(rest.symbol_order_book_ticker().data().actual_instance) == 2
        assert rest.symbol_price_ticker_v2(symbol=SYMBOL).data().actual_instance.symbol == SYMBOL
        assert float(rest.mark_price(symbol=SYMBOL).data().actual_instance.mark_price) > 0
        assert [each.funding_interval_hours for each in rest.get_funding_rate_info().data()] == [8, 8]
        rest.get_funding_rate_history(symbol=SYMBOL).data()
        rest.recent_trades_list(SYMBOL).data()
        rest.compressed_aggregate_trades_list(SYMBOL).data()

    def test_place_modify_query_and_cancel(self, rest: Any, far_bid: float) -> None:
        placed = place(rest, far_bid, new_client_order_id="peer-usdm-1")
        assert (placed.status, placed.client_order_id, placed.executed_qty) == ("NEW", "peer-usdm-1", "0.000")
        modified = self._modify(rest, placed.order_id, 0.02, far_bid - 1).data()
        assert (modified.order_id, modified.orig_qty) == (placed.order_id, "0.020")
        with pytest.raises(BadRequestError) as unchanged:
            self._modify(rest, placed.order_id, 0.02, far_bid - 1)
        assert unchanged.value.status_code == -5027
        queried = rest.query_order(SYMBOL, orig_client_order_id="peer-usdm-1").data()
        assert (queried.status, queried.avg_price, float(queried.price or 0)) == ("NEW", "0.00", far_bid - 1)
        assert rest.query_current_open_order(SYMBOL, order_id=placed.order_id).data().status == "NEW"
        assert placed.order_id in [each.order_id for each in rest.current_all_open_orders(symbol=SYMBOL).data()]
        assert rest.cancel_order(SYMBOL, order_id=placed.order_id).data().status == "CANCELED"
        assert rest.query_order(SYMBOL, order_id=placed.order_id).data().status == "CANCELED"
        assert placed.order_id in [each.order_id for each in rest.all_orders(SYMBOL).data()]

    @staticmethod
    def _modify(rest: Any, order_id: int, quantity: float, price: float) -> Any:
        return rest.modify_order(SYMBOL, ModifyOrderSideEnum["BUY"], quantity, price, order_id=order_id)

    def test_batches_and_cancel_all(self, rest: Any, far_bid: float) -> None:
        entry = {"symbol": SYMBOL, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "price": far_bid}
        entry |= {"reduceOnly": "false"}
        wanted = [
            PlaceMultipleOrdersBatchOrdersParameterInner.from_dict(entry | {"quantity": quantity})
            for quantity in (0.01, 0.02, 0.001)
        ]
        replies = rest.place_multiple_orders(wanted).data()
        assert [each.orig_qty for each in replies] == ["0.010", "0.020", None]
        assert replies[2].code == -4164
        cancelled = rest.cancel_multiple_orders(SYMBOL, order_id_list=[replies[0].order_id, 1]).data()
        assert [each.status for each in cancelled] == ["CANCELED", None] and cancelled[1].code == -2011
        assert rest.cancel_all_open_orders(SYMBOL).data().code == 200
        assert rest.current_all_open_orders(symbol=SYMBOL).data() == []

    def test_the_dead_man_switch(self, rest: Any, far_bid: float) -> None:
        placed = place(rest, far_bid)
        armed = rest.auto_cancel_all_open_orders(SYMBOL, 50).data()
        assert (armed.symbol, armed.countdown_time) == (SYMBOL, "50")
        eventually(lambda: rest.query_order(SYMBOL, order_id=placed.order_id).data().status == "CANCELED")

    def test_a_position_opens_and_closes(self, rest: Any) -> None:
        opened = trade_at_market(rest, "BUY", 0.01)
        assert (opened.status, opened.executed_qty) == ("FILLED", "0.010")
        position = rest.position_information_v3(symbol=SYMBOL).data()[0]
        assert position.position_amt == "0.010" and float(position.entry_price or 0) > 0
        assert rest.position_information_v2(symbol=SYMBOL).data()[0].leverage == "20"
        trades = [each for each in rest.account_trade_list(SYMBOL).data() if each.order_id == opened.order_id]
        paid = sum(float(each.commission or 0) for each in trades)
        assert paid == pytest.approx(sum(float(each.quote_qty or 0) for each in trades) * 0.0005)
        trade_at_market(rest, "SELL", 0.01, reduce_only=NewOrderReduceOnlyEnum["TRUE"])
        assert [each for each in rest.position_information_v3().data() if each.position_amt != "0.000"] == []
        kinds = {each.income_type for each in rest.get_income_history(symbol=SYMBOL).data()}
        assert kinds == {"COMMISSION", "REALIZED_PNL"}

    def test_account_endpoints(self, rest: Any) -> None:
        assert rest.futures_account_balance_v3().data()[0].asset == "USDT"
        assert rest.futures_account_balance_v2().data()[0].asset == "USDT"
        assert float(rest.account_information_v3().data().total_wallet_balance or 0) > 900_000
        assert len(rest.account_information_v2().data().positions or []) == 2
        assert rest.get_current_position_mode().data().dual_side_position is False
        assert rest.get_current_multi_assets_mode().data().multi_assets_margin is False
        assert rest.futures_account_configuration().data().dual_side_position is False
        assert rest.user_commission_rate(SYMBOL).data().maker_commission_rate == "0.000200"
        assert rest.symbol_configuration(symbol=SYMBOL).data()[0].margin_type == "CROSSED"
        assert rest.change_initial_leverage(SYMBOL, 10).data().leverage == 10
        assert rest.symbol_configuration(symbol=SYMBOL).data()[0].leverage == 10
        rest.change_initial_leverage(SYMBOL, 20)
        assert [each.limit for each in rest.query_user_rate_limit().data()] == [300, 1200]

    def test_refusals(self, rest: Any, venue: VenuePeer, far_bid: float) -> None:
        ask = venue.best("usdm", SYMBOL)[1]
        wrong: list[tuple[int, Callable[[], Any]]] = [
            (-4014, lambda: place(rest, round(far_bid + 0.05, 2))),
            (-1111, lambda: place(rest, far_bid, 0.0105)),
            (-4164, lambda: place(rest, far_bid, 0.001)),
            (-4016, lambda: place(rest, round(ask * 1.1, 1))),
            (-5022, lambda: place(rest, round(ask * 1.01, 1), tif="GTX")),
            (-5021, lambda: place(rest, far_bid, tif="FOK")),
            (-2019, lambda: place(rest, far_bid, 900.0)),
            (-2022, lambda: place(rest, far_bid, reduce_only=NewOrderReduceOnlyEnum["TRUE"])),
            (-2011, lambda: rest.cancel_order(SYMBOL, order_id=1)),
            (-2013, lambda: rest.query_order(SYMBOL, order_id=1)),
            (-1121, lambda: rest.order_book("NOSUCH")),
            (-4046, lambda: rest.change_margin_type(SYMBOL, ChangeMarginTypeMarginTypeEnum["CROSSED"])),
        ]
        for code, attempt in wrong:
            with pytest.raises(BadRequestError) as refused:
                attempt()
            assert refused.value.status_code == code

    def test_duplicate_client_ids(self, rest: Any, far_bid: float) -> None:
        place(rest, far_bid, new_client_order_id="peer-twice")
        with pytest.raises(BadRequestError) as refused:
            place(rest, far_bid, new_client_order_id="peer-twice")
        assert refused.value.status_code == -4116
        rest.cancel_all_open_orders(SYMBOL)

    def test_a_wrong_secret_and_an_unknown_key(self, venue: VenuePeer) -> None:
        wrong = RestAPI(ConfigurationRestAPI(HMAC_KEY, "no such secret", venue.usdm["rest"], timeout=5000))
        with pytest.raises(BadRequestError) as refused:
            wrong.account_information_v3()
        assert refused.value.status_code == -1022
        unknown = RestAPI(ConfigurationRestAPI("k" * 64, HMAC_SECRET, venue.usdm["rest"], timeout=5000))
        with pytest.raises(UnauthorizedError) as stranger:
            unknown.account_information_v3()
        assert stranger.value.status_code == -2015

    def test_an_ed25519_key(self, venue: VenuePeer, far_bid: float, tmp_path: Path) -> None:
        pem = tmp_path / "key.pem"
        pem.write_text(ED25519_PEM)
        configuration = ConfigurationRestAPI(
            ED25519_KEY, base_path=venue.usdm["rest"], timeout=5000, private_key=str(pem)
        )
        rest = RestAPI(configuration)
        placed = place(rest, far_bid)
        assert rest.cancel_order(SYMBOL, order_id=placed.order_id).data().status == "CANCELED"


class TestWebSocketApi:
    async def test_trading(self, ws_api: Any, far_bid: float) -> None:
        placed = (await self._place(ws_api, far_bid)).data().result
        assert placed.status == "NEW"
        modified = await ws_api.modify_order(
            SYMBOL, ws_models.ModifyOrderSideEnum["BUY"], 0.02, far_bid - 1, order_id=placed.order_id
        )
        assert modified.data().result.orig_qty == "0.020"
        assert [each.rateLimitType for each in modified.rate_limits] == ["ORDERS", "ORDERS", "REQUEST_WEIGHT"]
        queried = (await ws_api.query_order(SYMBOL, order_id=placed.order_id)).data().result
        assert (queried.status, queried.orig_qty) == ("NEW", "0.020")
        cancelled = (await ws_api.cancel_order(SYMBOL, order_id=placed.order_id)).data().result
        assert cancelled.status == "CANCELED"
        refused = (await ws_api.cancel_order(SYMBOL, order_id=placed.order_id)).data()
        assert refused["error"] == {"code": -2011, "msg": "Unknown order sent."}

    async def test_account_and_market(self, ws_api: Any) -> None:
        assert (await ws_api.futures_account_balance_v2()).data().result[0].asset == "USDT"
        assert float((await ws_api.account_information_v2()).data().result.total_wallet_balance) > 900_000
        assert (await ws_api.account_information()).data().result.can_trade is True
        assert (await ws_api.position_information_v2()).data().status == 200
        assert (await ws_api.position_information()).data().status == 200
        assert (await ws_api.order_book(SYMBOL, limit=5)).data().result.last_update_id > 0
        ticker = (await ws_api.symbol_order_book_ticker(symbol=SYMBOL)).data().actual_instance
        assert ticker.result.symbol == SYMBOL

    async def test_the_listen_key(self, ws_api: Any) -> None:
        key = (await ws_api.start_user_data_stream()).data().result.listen_key
        assert (await ws_api.keepalive_user_data_stream()).data().result.listen_key == key
        assert (await ws_api.close_user_data_stream()).data().status == 200
        assert (await ws_api.keepalive_user_data_stream()).data()["error"]["code"] == -1125

    @staticmethod
    async def _place(client: Any, price: float) -> Any:
        return await client.new_order(
            SYMBOL,
            ws_models.NewOrderSideEnum["BUY"],
            ws_models.NewOrderTypeEnum["LIMIT"],
            time_in_force=ws_models.NewOrderTimeInForceEnum["GTC"],
            price=price,
            quantity=0.01,
        )


class TestStreams:
    async def test_market_streams_on_their_routes(self, streams: Any, rest: Any) -> None:
        heard = {name: Heard() for name in ("best", "depth", "partial", "aggregate", "mark")}
        (await streams.individual_symbol_book_ticker_streams(SYMBOL)).on("message", heard["best"])
        (await streams.diff_book_depth_streams(SYMBOL, update_speed=SPEED)).on("message", heard["depth"])
        (await streams.partial_book_depth_streams(SYMBOL, LEVELS)).on("message", heard["partial"])
        (await streams.aggregate_trade_streams(SYMBOL)).on("message", heard["aggregate"])
        (await streams.mark_price_stream(SYMBOL, update_speed=EACH_SECOND)).on("message", heard["mark"])
        trade_at_market(rest, "BUY", 0.011)
        best = await heard["best"].until(lambda message: message.s == SYMBOL)
        assert float(best.b) < float(best.a) and best.st == 1
        depth = await heard["depth"].until(lambda message: bool(message.b))
        following = await heard["depth"].until(lambda message: depth.u < message.U)
        assert following.pu == depth.u
        partial = await heard["partial"].until(lambda message: bool(message.b))
        assert len(partial.b) == 5
        aggregate = await heard["aggregate"].until(lambda message: message.q == "0.011")
        assert (aggregate.m, aggregate.nq) == (False, "0.011")
        mark = await heard["mark"].until(lambda message: message.s == SYMBOL)
        assert float(mark.p) == pytest.approx(float(best.b), rel=0.01)
        trade_at_market(rest, "SELL", 0.011)

    async def test_the_user_stream(self, streams: Any, rest: Any, venue: VenuePeer, far_bid: float) -> None:
        key = rest.start_user_data_stream().data().listen_key
        assert key and rest.start_user_data_stream().data().listen_key == key
        heard = Heard()
        (await streams.user_data(key)).on("message", heard)
        eventually(lambda: venue.admin("GET", "state")["markets"]["usdm"]["private_streams"] == 1)
        placed = place(rest, far_bid)
        new = await heard.until(update("NEW", placed.order_id))
        assert (new.o.X, new.o.ps, new.o.q) == ("NEW", "BOTH", "0.010")
        venue.fill("usdm", SYMBOL, placed.order_id, "0.004")
        trade = await heard.until(update("TRADE", placed.order_id))
        assert (trade.o.X, trade.o.l, trade.o.m, trade.o.N) == ("PARTIALLY_FILLED", "0.004", True, "USDT")
        kinds = [type(message).__name__ for message in heard.messages]
        assert kinds.index("TradeLite") < heard.messages.index(trade)
        account = await heard.until(lambda message: type(message).__name__ == "AccountUpdate" and message.a.P)
        assert (account.a.m, account.a.P[0].s, account.a.B[0].a) == ("ORDER", SYMBOL, "USDT")
        rest.cancel_order(SYMBOL, order_id=placed.order_id)
        assert (await heard.until(update("CANCELED", placed.order_id))).o.X == "CANCELED"
        rest.change_initial_leverage(SYMBOL, 12)
        changed = await heard.until(lambda message: type(message).__name__ == "AccountConfigUpdate")
        assert (changed.ac.s, changed.ac.l) == (SYMBOL, 12)
        venue.admin("POST", "faults", {"kind": "listen_key_expire", "account": "main"})
        expired = await heard.until(lambda message: type(message).__name__ == "ListenKeyExpired")
        assert expired.listen_key == key
        with pytest.raises(BadRequestError) as refused:
            rest.keepalive_user_data_stream()
        assert refused.value.status_code == -1125
