"""Dealer and Router: what is not delivered is known not to be."""

import asyncio
from pathlib import Path

import msgspec
import pytest
import zmq

from crossbook.bus import Dealer, PeerAbsent, Router
from crossbook.bus.sockets import new_socket
from crossbook.messages.market import BookInvalid, BookTop
from testkit.bus import Inbox, comes_true, top


@pytest.fixture
def endpoint(run_dir: Path) -> str:
    return f"ipc://{run_dir}/bus/orders.ipc"


def router(inbox: Inbox, endpoint: str, hwm: int = 1_000) -> Router:
    return Router(endpoint, inbox.on_request, types=(BookTop, BookInvalid), role="orders", hwm=hwm)


def dealer(inbox: Inbox, endpoint: str, identity: bytes = b"gateway.1") -> Dealer:
    return Dealer(endpoint, identity, inbox.on_reply, types=(BookTop, BookInvalid))


async def connected(asking: Dealer, inbox: Inbox) -> None:
    """Send until the first message goes out, and wait for its arrival."""
    await comes_true(lambda: asking.send(top(0)))
    await inbox.until(lambda: len(inbox.requests) > 0)


async def test_both_ways_in_order_and_by_type(endpoint: str) -> None:
    inbox = Inbox()
    serving, asking = router(inbox, endpoint), dealer(inbox, endpoint)
    await connected(asking, inbox)
    invalid = BookInvalid("BTC-USDT@binance", "gap", 1, 2)
    assert all(asking.send(top(number)) for number in range(1, 200))
    assert asking.send(invalid)
    await inbox.until(lambda: len(inbox.requests) == 201)
    assert inbox.requests == [(b"gateway.1", top(number)) for number in range(200)] + [(b"gateway.1", invalid)]
    for number in range(200):
        serving.send(b"gateway.1", top(number))
    await inbox.until(lambda: len(inbox.replies) == 200)
    assert inbox.replies == [top(number) for number in range(200)]
    asking.close()
    serving.close()


async def test_a_message_to_an_absent_peer_is_an_error_at_once(endpoint: str) -> None:
    """FAILURES G5: a cancel-all must not vanish."""
    serving = router(Inbox(), endpoint)
    with pytest.raises(PeerAbsent, match=r"no peer b'gateway\.1': not sent"):
        serving.send(b"gateway.1", top(1))
    assert (serving.stats.not_sent, serving.stats.sent) == (1, 0)
    serving.close()


async def test_a_peer_that_has_gone_is_absent(endpoint: str) -> None:
    inbox = Inbox()
    serving, asking = router(inbox, endpoint), dealer(inbox, endpoint)
    await connected(asking, inbox)
    serving.send(b"gateway.1", top(1))
    asking.close()
    with pytest.raises(PeerAbsent):
        async with asyncio.timeout(10):
            while True:
                serving.send(b"gateway.1", top(2))
                await asyncio.sleep(0.01)
    serving.close()


async def test_a_peer_that_does_not_read_is_refused_and_not_waited_for(endpoint: str) -> None:
    inbox = Inbox()
    serving = router(inbox, endpoint, hwm=5)
    silent = new_socket(zmq.DEALER, hwm=5)
    silent.setsockopt(zmq.IDENTITY, b"gateway.1")
    silent.connect(endpoint)
    silent.send(msgspec.msgpack.encode(top(0)))
    await inbox.until(lambda: len(inbox.requests) == 1)
    big = BookInvalid("x" * 50_000, "", 0, 0)
    with pytest.raises(PeerAbsent, match="does not read"):
        for _ in range(1_000):
            serving.send(b"gateway.1", big)
    silent.close()
    serving.close()


async def test_without_a_peer_nothing_is_taken(endpoint: str) -> None:
    """FAILURES G4: what is queued for a dead gateway is delivered late to its successor."""
    inbox = Inbox()
    asking = dealer(inbox, endpoint)
    assert [asking.send(top(number)) for number in range(5)] == [False] * 5
    assert (asking.stats.not_sent, asking.stats.sent) == (5, 0)
    serving = router(inbox, endpoint)
    await connected(asking, inbox)
    assert asking.send(top(6))
    await inbox.until(lambda: len(inbox.requests) == 2)
    assert [message.update_id for _, message in inbox.requests] == [0, 6]
    asking.close()
    serving.close()


async def test_a_restarted_router_gets_none_of_the_messages_of_its_absence(endpoint: str) -> None:
    inbox, later = Inbox(), Inbox()
    first, asking = router(inbox, endpoint), dealer(inbox, endpoint)
    await connected(asking, inbox)
    first.close()
    await comes_true(lambda: not (asking.send(top(1))))
    refused = [asking.send(top(number)) for number in range(100, 200)]
    second = router(later, endpoint)
    await connected(asking, later)
    assert asking.send(top(7))
    await later.until(lambda: later.requests[-1][1] == top(7))
    assert not any(refused)
    assert {message.update_id for _, message in later.requests} <= {0, 7}
    asking.close()
    second.close()


async def test_the_newest_connection_of_an_identity_is_the_one_that_is_talked_to(endpoint: str) -> None:
    """A peer that connects anew is heard at once, also while the end of its old connection has not been noticed."""
    old, new = Inbox(), Inbox()
    serving, asking = router(old, endpoint), dealer(old, endpoint)
    await connected(asking, old)
    again = dealer(new, endpoint)
    await comes_true(lambda: again.send(top(66)))
    await old.until(lambda: (b"gateway.1", top(66)) in old.requests)
    serving.send(b"gateway.1", top(1))
    await new.until(lambda: new.replies == [top(1)])
    assert old.replies == []
    for each in (asking, again):
        each.close()
    serving.close()


async def test_what_cannot_be_read_is_counted_and_the_conversation_goes_on(endpoint: str) -> None:
    inbox = Inbox()
    serving = router(inbox, endpoint)
    strange = new_socket(zmq.DEALER, hwm=100)
    strange.setsockopt(zmq.IDENTITY, b"strange.1")
    strange.connect(endpoint)
    strange.send(b"\xc1")
    strange.send(msgspec.msgpack.encode([999_999, "a message of a later version"]))
    strange.send_multipart([b"", b"two parts"])
    strange.send(msgspec.msgpack.encode(top(5)))
    await inbox.until(lambda: len(inbox.requests) == 1)
    assert inbox.requests == [(b"strange.1", top(5))]
    assert serving.stats.undecodable == 3
    strange.close()
    serving.close()


async def test_a_handler_that_raises_is_counted_and_the_next_message_is_handled(endpoint: str) -> None:
    inbox = Inbox()

    def handle(identity: bytes, message: BookTop) -> None:
        inbox.on_request(identity, message)
        if message.update_id == 1:
            raise RuntimeError("a bug of the service")

    serving = Router(endpoint, handle, types=(BookTop,), role="orders")
    asking = dealer(inbox, endpoint)
    await connected(asking, inbox)
    for number in (1, 2):
        asking.send(top(number))
    await inbox.until(lambda: len(inbox.requests) == 3)
    assert serving.stats.handler_errors == 1
    asking.close()
    serving.close()
