"""The frame of a published message, byte by byte."""

import msgpack
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossbook.bus.frames import MalformedFrame, OutgoingTopic, head_of, split_frame, subscription_of
from testkit.bus import top


def test_a_frame_is_topic_nul_sequence_body_and_msgpack_alone_can_read_it() -> None:
    topic = OutgoingTopic("top.BTC-USDT@binance", 1_000)
    frame = bytes(topic.write(msgspec.msgpack.Encoder(), top(7)))
    assert frame.startswith(b"top.BTC-USDT@binance\0" + (1_000).to_bytes(8, "big"))
    name, sequence, body = split_frame(frame)
    assert (name, sequence) == (b"top.BTC-USDT@binance", 1_000)
    assert msgpack.unpackb(body)[:3] == [101, "BTC-USDT@binance", 7]


def test_each_write_replaces_the_frame_also_by_a_shorter_one() -> None:
    topic, encoder = OutgoingTopic("t", 5), msgspec.msgpack.Encoder()
    topic.write(encoder, {"long": "x" * 1_000})
    frame = bytes(topic.write(encoder, 1))
    assert frame == b"t\0" + (6).to_bytes(8, "big") + b"\x01"


def test_a_message_that_cannot_be_encoded_takes_no_sequence_and_is_not_retained() -> None:
    topic, encoder = OutgoingTopic("t", 5), msgspec.msgpack.Encoder()
    topic.write(encoder, "whole")
    topic.retained = True
    with pytest.raises(TypeError):
        topic.write(encoder, ["half", object()])
    assert (topic.sequence, topic.retained) == (5, False)


@pytest.mark.parametrize("frame", [b"", b"no end", b"short\0\1\2\3"])
def test_anything_else_is_malformed(frame: bytes) -> None:
    with pytest.raises(MalformedFrame):
        split_frame(frame)


@given(st.binary(max_size=200))
def test_splitting_never_fails_in_any_other_way(frame: bytes) -> None:
    try:
        name, sequence, body = split_frame(frame)
    except MalformedFrame:
        return
    assert name + b"\0" + sequence.to_bytes(8, "big") + body == frame


def test_a_topic_asks_for_itself_alone_unless_it_ends_with_a_dot() -> None:
    assert subscription_of("top.BTC-USDT@binance") == b"top.BTC-USDT@binance\0"
    assert subscription_of("top.") == b"top."
    assert subscription_of("") == b""


@pytest.mark.parametrize("topic", ["", "a\0b"])
def test_what_is_no_topic_cannot_be_published(topic: str) -> None:
    with pytest.raises(ValueError, match="not a topic"):
        head_of(topic)
