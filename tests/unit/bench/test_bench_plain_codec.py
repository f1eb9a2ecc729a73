"""The plain stack's wire carries the same messages: money stays exact, enums and parts come back as they were."""

from decimal import Decimal

import msgpack
import pytest
from bench.layout import INSTRUMENTS, SYMBOLS
from bench.peers import definition
from bench.plain.codec import pack, unpacker
from msgspec import Struct

from crossbook.messages.base import SCHEMA_VERSION, OrderState, Side
from crossbook.messages.gateway import AssetBalance, BalanceReport, GatewayHello, OrderReport, VenueFill
from crossbook.messages.market import BookTop

MESSAGES = (
    BookTop("BTC-USDT-PERP@binance", 7, 1000.0, 5.0, 1000.1, 5.5, 1, 2, 3),
    GatewayHello("g", 1, 1, "binance", "main", ("usdm",), (definition(SYMBOLS[0], INSTRUMENTS[0]),),
                 SCHEMA_VERSION, "b", 9),
    BalanceReport("binance", "main", "usdm", (AssetBalance("USDT", Decimal("1.10"), Decimal(0)),), True, "query", 1, 2),
    OrderReport(5, "v5", OrderState.EXPIRED, 1, 2, 0, "", 1, 2, "stream", INSTRUMENTS[0]),
    VenueFill(5, "binance", "main", INSTRUMENTS[0], "9", "v5", Side.SELL, Decimal("1000.1"), Decimal("0.001"),
              Decimal("-0.01"), "USDT", True, 1, 2, "stream"),
)  # fmt: skip


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_what_is_packed_comes_back_equal(message: Struct) -> None:
    unpack = unpacker((type(message),))
    assert unpack(pack(message)) == (message, {})
    assert unpack(pack(message, seq=3)) == (message, {"seq": 3})


def test_the_wire_has_field_names() -> None:
    fields = msgpack.unpackb(pack(MESSAGES[0]))
    assert fields["type"] == "BookTop"
    assert fields["bid"] == 1000.0
