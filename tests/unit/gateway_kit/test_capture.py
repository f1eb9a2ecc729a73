import pytest

from gateway_kit.capture import Captured, read_line
from gateway_kit.market_dialect import FrameError


@pytest.mark.parametrize(
    ("line", "captured"),
    [
        (b'1723161253937085768 {"u":1}\n', Captured(1723161253937085768, b'{"u":1}', "")),
        (b'  17 \t{"u":1}\r\n', Captured(17, b'{"u":1}', "")),
        (
            b'{"recv_ts":1633998512.0633569,"stream":"a@trade","data":{}}',
            Captured(1633998512063356900, b'{"recv_ts":1633998512.0633569,"stream":"a@trade","data":{}}', ""),
        ),
        (
            b'{"url":"https://x/depth?symbol=NKNUSDT&limit=5","recv_ts":1.5,"body":{"lastUpdateId":1}}',
            Captured(1_500_000_000, b'{"lastUpdateId":1}', "https://x/depth?symbol=NKNUSDT&limit=5"),
        ),
        (b'{"url":"wss://x","recv":{"u":1}}', Captured(0, b'{"u":1}', "wss://x")),
        (b'{"src":"a.json","msg":{"u":1}}', Captured(0, b'{"u":1}', "")),
        (b'{"recv_ts":2,"frame":{"u":1}}', Captured(2_000_000_000, b'{"u":1}', "")),
        (b'{"url":"wss://x","sent":{"method":"SUBSCRIBE"}}', None),
        (b"\n", None),
        (b"", None),
    ],
)
def test_each_form_of_line_gives_its_frame_and_time(line: bytes, captured: Captured | None) -> None:
    assert read_line(line) == captured


def test_a_url_may_name_the_symbol() -> None:
    assert Captured(0, b"", "https://x/depth?limit=5&symbol=NKNUSDT").symbol == "NKNUSDT"
    assert Captured(0, b"", "wss://x/stream").symbol == ""


@pytest.mark.parametrize(
    "line",
    [
        b"hello",
        b"1723161253937085768",
        b"1723161253937085768   ",
        b"-5 {}",
        b"99999999999999999999999 {}",
        b'{"recv_ts":1633998512.06',
        b'{"recv_ts":"soon","stream":"a","data":{}}',
        b'{"recv_ts":1e40,"stream":"a","data":{}}',
        b'{"recv_ts":-1,"stream":"a","data":{}}',
        b"\xff\xfe\x00",
    ],
)
def test_other_lines_are_refused_with_a_reason(line: bytes) -> None:
    with pytest.raises(FrameError, match=r"."):
        read_line(line)
