"""Who is let in: keys, permissions, timestamps, in the venue's words."""

import pytest

from venue_sim.binance.admission import KeyRing, check_permission, check_signature, check_time
from venue_sim.binance.errors import VenueError
from venue_sim.binance.params import Params
from venue_sim.binance.signing import ApiKey

SERVER_MS = 1_700_000_000_000
KEY = ApiKey("k" * 64, "ann", "hmac", "secret")


def timed(stamp: object, window: str = "") -> Params:
    return Params({"timestamp": str(stamp), "recvWindow": window})


@pytest.mark.parametrize("stamp", [SERVER_MS, SERVER_MS + 999, SERVER_MS - 5_000, SERVER_MS * 1000 - 4_999_999])
def test_in_time(stamp: int) -> None:
    check_time(timed(stamp), SERVER_MS)


@pytest.mark.parametrize(
    ("stamp", "window", "message"),
    [
        (SERVER_MS + 1_000, "", "Timestamp for this request was 1000ms ahead of the server's time."),
        (SERVER_MS - 5_001, "", "Timestamp for this request is outside of the recvWindow."),
        (SERVER_MS - 11, "10.5", "Timestamp for this request is outside of the recvWindow."),
        (SERVER_MS * 1000 - 5_000_001, "", "Timestamp for this request is outside of the recvWindow."),
    ],
)
def test_out_of_time(stamp: int, window: str, message: str) -> None:
    with pytest.raises(VenueError) as refused:
        check_time(timed(stamp, window), SERVER_MS)
    assert (refused.value.code, refused.value.message, refused.value.status) == (-1021, message, 400)


def test_a_receive_window_stretches_the_past_only_and_ends_at_a_minute() -> None:
    check_time(timed(SERVER_MS - 60_000, "60000"), SERVER_MS)
    with pytest.raises(VenueError) as ahead:
        check_time(timed(SERVER_MS + 1_000, "60000"), SERVER_MS)
    assert ahead.value.code == -1021
    with pytest.raises(VenueError) as wide:
        check_time(timed(SERVER_MS, "60001"), SERVER_MS)
    assert wide.value.code == -1131


@pytest.mark.parametrize(("stamp", "code"), [("", -1102), ("soon", -1100)])
def test_a_timestamp_must_be_there_and_be_a_number(stamp: str, code: int) -> None:
    with pytest.raises(VenueError) as refused:
        check_time(timed(stamp), SERVER_MS)
    assert refused.value.code == code


def test_keys() -> None:
    ring = KeyRing({KEY.api_key: KEY})
    assert ring.key(KEY.api_key) is KEY
    for name, code in (("", -2014), ("short", -2014), ("no spaces allowed here", -2014), ("x" * 64, -2015)):
        with pytest.raises(VenueError) as refused:
            ring.key(name)
        assert (refused.value.code, refused.value.status) == (code, 401)


def test_permissions() -> None:
    reader = ApiKey("r" * 64, "ann", "hmac", "s", may_trade_spot=False)
    check_permission(reader, "USER_DATA", "spot")
    check_permission(reader, "TRADE", "usdm")
    with pytest.raises(VenueError) as refused:
        check_permission(reader, "TRADE", "spot")
    assert refused.value.code == -2015


def test_signatures() -> None:
    with pytest.raises(VenueError) as absent:
        check_signature(KEY, "a=1", "")
    assert absent.value.code == -1102
    with pytest.raises(VenueError) as wrong:
        check_signature(KEY, "a=1", "00")
    assert wrong.value.code == -1022
