"""Publishing and subscribing over real sockets: topics, late joiners, losses, restarts, liveness."""

import asyncio
from pathlib import Path

import msgspec
import pytest
import zmq

from crossbook.bus import sockets
from crossbook.clock import ManualClock
from crossbook.messages.base import Side
from crossbook.messages.market import BookTop, MarketBeat, Trade
from testkit.bus import Inbox, comes_true, joined, publisher, subscriber, top


@pytest.fixture
def endpoint(run_dir: Path) -> str:
    return f"ipc://{run_dir}/bus/md.ipc"


async def test_messages_arrive_whole_and_in_order_with_rising_sequences(endpoint: str) -> None:
    inbox, publishing = Inbox(), publisher(endpoint, clock=ManualClock(time_ns=5_000_000))
    reading = subscriber(inbox, endpoint)
    await joined(inbox, publishing)
    for update_id in range(100):
        publishing.publish("top.BTC-USDT@binance", top(update_id))
    await inbox.until(lambda: len(inbox.messages) == 100)
    assert inbox.messages == [("top.BTC-USDT@binance", 5_000 + each, top(each)) for each in range(100)]
    assert inbox.gaps == []
    reading.close()
    publishing.close()


async def test_an_exact_topic_is_not_given_a_longer_one_and_a_prefix_is_given_all(endpoint: str) -> None:
    exact, prefix, publishing = Inbox(), Inbox(), publisher(endpoint)
    readings = [
        subscriber(exact, endpoint, topics=["top.BTC-USDT@binance", "trade.X"]),
        subscriber(prefix, endpoint, topics=["top."]),
    ]
    await joined(exact, publishing)
    await joined(prefix, publishing)
    trade = Trade("X", 1, 5.0, 1.0, Side.SELL, 0, 0, 0)
    publishing.publish("top.BTC-USDT@binance-testnet", top(1))
    publishing.publish("top.BTC-USDT@binance", top(2))
    publishing.publish("trade.X", trade)
    await exact.until(lambda: len(exact.messages) == 2)
    await prefix.until(lambda: len(prefix.messages) == 2)
    assert [message for _, _, message in exact.messages] == [top(2), trade]
    assert prefix.ids == [1, 2]
    for reading in readings:
        reading.close()
    publishing.close()


async def test_a_topic_can_be_asked_for_and_left_later(endpoint: str) -> None:
    inbox, publishing = Inbox(), publisher(endpoint)
    reading = subscriber(inbox, endpoint, topics=[])
    publishing.publish("top.A", top(1), retain=True)
    await joined(inbox, publishing)
    assert inbox.messages == []
    reading.subscribe("top.A")
    await inbox.until(lambda: inbox.ids == [1])
    reading.unsubscribe("top.A")
    with pytest.raises(ValueError):
        reading.unsubscribe("top.A")
    reading.close()
    publishing.close()


async def test_a_late_joiner_gets_the_present_state_fifty_times_of_fifty(endpoint: str) -> None:
    publishing = publisher(endpoint)
    for instrument in range(20):
        publishing.publish(f"top.{instrument}", top(1), retain=True)
        publishing.publish(f"top.{instrument}", top(instrument), retain=True)
    publishing.publish("trade.X", Trade("X", 1, 5.0, 1.0, Side.BUY, 0, 0, 0))
    publishing.publish("top.gone", top(99), retain=True)
    publishing.forget("top.gone")
    for _ in range(50):
        inbox = Inbox()
        reading = subscriber(inbox, endpoint, topics=[""])
        await inbox.until(lambda inbox=inbox: len(inbox.ids) == 20)  # type: ignore[misc]
        assert sorted(inbox.ids) == list(range(20))
        assert inbox.gaps == []
        reading.close()
    publishing.close()


async def test_a_greeting_is_a_duplicate_for_those_who_had_it_and_verbatim_for_the_newcomer(endpoint: str) -> None:
    first, second, publishing = Inbox(), Inbox(), publisher(endpoint)
    early = subscriber(first, endpoint)
    await joined(first, publishing)
    sequence = publishing.publish("top.A", top(1), retain=True)
    await first.until(lambda: first.ids == [1])
    late = subscriber(second, endpoint)
    await second.until(lambda: second.ids == [1])
    publishing.publish("top.A", top(2), retain=True)
    await first.until(lambda: first.ids[-1] == 2)
    await second.until(lambda: second.ids[-1] == 2)
    assert first.ids == second.ids == [1, 2]
    assert second.messages[0] == ("top.A", sequence, top(1))
    assert early.stats.duplicates == 1
    assert first.gaps == second.gaps == []
    for reading in (early, late):
        reading.close()
    publishing.close()


async def test_a_publisher_that_restarts_is_a_gap_and_gives_its_state_again(endpoint: str) -> None:
    inbox, first = Inbox(), publisher(endpoint, clock=ManualClock(time_ns=1_000_000_000))
    reading = subscriber(inbox, endpoint)
    await joined(inbox, first)
    first.publish("top.A", top(1), retain=True)
    await inbox.until(lambda: inbox.ids == [1])
    first.close()
    second = publisher(endpoint, clock=ManualClock(time_ns=2_000_000_000))
    second.publish("top.A", top(2), retain=True)
    await inbox.until(lambda: inbox.ids == [1, 2])
    assert inbox.gaps == [("top.A", 1_000_001, 2_000_000)]
    reading.close()
    second.close()


async def test_a_restart_with_the_wall_clock_set_back_is_seen_by_the_beat(endpoint: str) -> None:
    inbox, first = Inbox(), publisher(endpoint, clock=ManualClock(time_ns=2_000_000_000))
    reading = subscriber(inbox, endpoint)
    await joined(inbox, first)
    first.publish("top.A", top(1), retain=True)
    await inbox.until(lambda: inbox.ids == [1])
    first.close()
    second = publisher(endpoint, clock=ManualClock(time_ns=1_000_000_000))
    second.publish("top.A", top(2), retain=True)

    def told() -> bool:
        second.beat()
        return inbox.ids == [1, 2]

    await comes_true(told)
    assert inbox.gaps == [("top.A", 2_000_001, 1_000_000)]
    reading.close()
    second.close()


async def test_a_reader_that_does_not_read_sees_the_gap_at_the_next_message(endpoint: str) -> None:
    """FAILURES G2: a stalled reader loses messages in silence. What it does not lose is the knowledge of it."""
    inbox, publishing = Inbox(), publisher(endpoint, hwm=10)
    reading = subscriber(inbox, endpoint, hwm=10)
    await joined(inbox, publishing)
    sent = 20_000
    body = ["x" * 4_000]  # more than the socket's own buffers hold
    for update_id in range(sent):  # in one turn of the loop: the reader has no chance to read
        publishing.publish("top.A", BookTop(body[0], update_id, 1.0, 1.0, 2.0, 1.0, 0, 0, 0))
    await inbox.until(lambda: len(inbox.ids) > 0)
    await comes_true(lambda: publishing.publish("top.A", top(sent)) and inbox.gaps)
    lost = sum(got - expected for _, expected, got in inbox.gaps)
    first, last = inbox.messages[0][1], inbox.messages[-1][1]
    assert lost > 0
    assert len(inbox.messages) + lost == last - first + 1
    reading.close()
    publishing.close()


async def test_a_lost_last_message_shows_by_the_beat_and_is_asked_for_again(endpoint: str) -> None:
    """A plain socket plays the publisher, so that it can keep a message to itself."""
    inbox = Inbox()
    reading = subscriber(inbox, endpoint)
    Path(endpoint.removeprefix("ipc://")).parent.mkdir(mode=0o700, exist_ok=True)
    socket = sockets.new_socket(zmq.XPUB, hwm=100)
    socket.setsockopt(zmq.XPUB_VERBOSE, 1)
    socket.bind(endpoint)
    subscriptions: list[bytes] = []

    def subscribed(*wanted: bytes) -> bool:
        subscriptions.extend(_waiting(socket))
        return set(wanted) <= set(subscriptions)

    await comes_true(lambda: subscribed(b"\1top.", b"\1beat\0"))
    socket.send(_frame("top.A", 10, top(1)))
    await inbox.until(lambda: inbox.ids == [1])
    socket.send(_frame("beat", 1, MarketBeat("gw", 7, {"top.A": 12, "top.unseen": 5, "mark.A": 9}, 0)))
    await comes_true(lambda: subscribed(b"\1top.A\0"))
    socket.send(_frame("top.A", 12, top(3)))
    await inbox.until(lambda: inbox.ids == [1, 3])
    assert inbox.gaps == [("top.A", 11, 12)]
    assert b"\1top.unseen\0" in subscriptions
    assert b"\1mark.A\0" not in subscriptions
    reading.close()
    socket.close()


async def test_newest_only_delivers_the_newest_of_each_topic_and_no_gap_for_what_it_passed_over(endpoint: str) -> None:
    """ZMQ_CONFLATE would keep one message of both topics together (MEASURED, trap 4)."""
    inbox, publishing = Inbox(), publisher(endpoint)
    reading = subscriber(inbox, endpoint, newest_only=True)
    await joined(inbox, publishing)
    for update_id in range(500):
        publishing.publish("top.A", top(update_id))
        publishing.publish("top.B", top(1_000 + update_id))
    await inbox.until(lambda: {499, 1_499} <= set(inbox.ids))
    assert len(inbox.messages) < 1_000
    assert inbox.gaps == []
    assert reading.stats.received >= 1_000
    for topic in ("top.A", "top.B"):
        ids = [message.update_id for name, _, message in inbox.messages if name == topic]
        assert ids == sorted(set(ids))
    reading.close()
    publishing.close()


async def test_newest_only_still_tells_what_was_lost(endpoint: str) -> None:
    inbox, first = Inbox(), publisher(endpoint, clock=ManualClock(time_ns=1_000_000))
    reading = subscriber(inbox, endpoint, newest_only=True)
    await joined(inbox, first)
    first.publish("top.A", top(1), retain=True)
    await inbox.until(lambda: inbox.ids == [1])
    first.close()
    second = publisher(endpoint, clock=ManualClock(time_ns=9_000_000))
    second.publish("top.A", top(2), retain=True)
    await inbox.until(lambda: inbox.ids == [1, 2])
    assert inbox.gaps == [("top.A", 1_001, 9_000)]
    reading.close()
    second.close()


async def test_a_link_is_up_with_its_first_beat_and_down_after_three_missed(endpoint: str) -> None:
    clock, inbox, publishing = ManualClock(monotonic_ns=1), Inbox(), publisher(endpoint)
    reading = subscriber(inbox, endpoint, clock=clock)
    assert (reading.is_up(endpoint), reading.last_beat_ns(endpoint)) == (False, 0)
    await joined(inbox, publishing)
    assert reading.is_up(endpoint)
    assert inbox.links == [(endpoint, True)]
    clock.advance_ms(749)
    await asyncio.sleep(0.3)  # longer than the interval at which links are judged
    assert reading.is_up(endpoint)
    clock.advance_ms(2)
    await inbox.until(lambda: inbox.links == [(endpoint, True), (endpoint, False)])
    publishing.beat()
    await inbox.until(lambda: len(inbox.links) == 3)
    assert inbox.links[-1] == (endpoint, True)
    assert reading.last_beat_ns(endpoint) == clock.monotonic_ns()
    reading.close()
    publishing.close()


async def test_two_publishers_are_tracked_apart(run_dir: Path) -> None:
    endpoints = [f"ipc://{run_dir}/bus/{venue}.ipc" for venue in ("one", "two")]
    inbox = Inbox()
    publishers = [
        publisher(each, clock=ManualClock(time_ns=number * 10**9)) for number, each in enumerate(endpoints, 1)
    ]
    reading = subscriber(inbox, *endpoints)
    for publishing in publishers:
        publishing.publish("top.A", top(publishing.publish("top.B", top(0))), retain=True)
    await inbox.until(lambda: [name for name, _, _ in inbox.messages].count("top.A") == 2)
    assert inbox.gaps == []
    reading.close()
    for publishing in publishers:
        publishing.close()


async def test_a_beat_lists_what_moved_and_has_a_bound(endpoint: str) -> None:
    inbox, publishing = Inbox(), publisher(endpoint)
    reading = subscriber(inbox, endpoint, topics=["beat"], types=(MarketBeat,))
    await joined(inbox, publishing)
    for number in range(1_000):
        publishing.publish(f"top.{number}", top(1))
    seen: dict[str, int] = {}
    inbox.messages.clear()
    for _ in range(6):
        publishing.beat()
    await inbox.until(lambda: len(inbox.messages) == 6)
    for _, _, beat in inbox.messages:
        assert (beat.publisher, beat.nonce) == ("gateway-binance", 7)
        assert len(beat.sequences) <= 320
        seen.update(beat.sequences)
    assert len(seen) == 1_000
    assert "beat" not in seen
    reading.close()
    publishing.close()


async def test_quiet_topics_are_told_again_and_again(endpoint: str) -> None:
    inbox, publishing = Inbox(), publisher(endpoint)
    reading = subscriber(inbox, endpoint, topics=["beat"], types=(MarketBeat,))
    publishing.publish("top.A", top(1))
    await joined(inbox, publishing)
    inbox.messages.clear()
    publishing.beat()
    publishing.beat()
    await inbox.until(lambda: len(inbox.messages) == 2)
    assert all("top.A" in beat.sequences for _, _, beat in inbox.messages)
    reading.close()
    publishing.close()


async def test_a_frame_that_cannot_be_read_is_counted_and_skipped(endpoint: str) -> None:
    inbox = Inbox()
    reading = subscriber(inbox, endpoint, topics=[""])
    Path(endpoint.removeprefix("ipc://")).parent.mkdir(mode=0o700, exist_ok=True)
    socket = sockets.new_socket(zmq.XPUB, hwm=100)
    socket.bind(endpoint)
    await comes_true(lambda: _waiting(socket))
    sequence = (1).to_bytes(8, "big")
    bad = [b"", b"nothing", b"top.A\0\0", b"\xff\xfe\0" + sequence + b"\x01", b"top.A\0" + sequence + b"\xc1"]
    for frame in [*bad, _frame("top.A", 2, ["no", "struct"]), _frame("beat", 1, [1]), _frame("top.A", 3, top(3))]:
        socket.send(frame)
    await inbox.until(lambda: inbox.ids == [3])
    assert (reading.stats.undecodable, reading.stats.handler_errors) == (7, 0)
    reading.close()
    socket.close()


async def test_without_types_messages_come_as_plain_lists(endpoint: str) -> None:
    inbox, publishing = Inbox(), publisher(endpoint)
    reading = subscriber(inbox, endpoint, types=())
    publishing.publish("top.A", top(4), retain=True)
    await inbox.until(lambda: len(inbox.messages) == 1)
    assert inbox.messages[0][2][:3] == [101, "BTC-USDT@binance", 4]
    reading.close()
    publishing.close()


def _frame(topic: str, sequence: int, message: object) -> bytes:
    return topic.encode() + b"\0" + sequence.to_bytes(8, "big") + msgspec.msgpack.encode(message)


def _waiting(socket: "zmq.Socket[bytes]") -> list[bytes]:
    received = []
    while socket.poll(0):
        received.append(socket.recv(zmq.NOBLOCK))
    return received
