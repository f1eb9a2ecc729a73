"""CURVE on tcp: who has no key, a wrong key, or a key for another role stays outside."""

from pathlib import Path

import pytest
import zmq
import zmq.auth

from crossbook.bus import Dealer, KeyPair, Publisher, Router, Security, load_security
from crossbook.bus.sockets import new_socket
from crossbook.clock import ManualClock
from crossbook.config import BusConfig, CurveConfig
from crossbook.errors import ConfigError
from crossbook.messages.market import BookTop
from testkit.bus import Inbox, comes_true, joined, subscriber, top


def key_pair() -> KeyPair:
    return KeyPair(*zmq.curve_keypair())


SERVER, STRATEGY, CONSOLE, STRANGER = key_pair(), key_pair(), key_pair(), key_pair()
OMS = Security(
    own=SERVER,
    allowed={"intents": frozenset({STRATEGY.public}), "events": frozenset({STRATEGY.public, CONSOLE.public})},
)


def client(keys: KeyPair, endpoint: str, server: bytes = SERVER.public) -> Security:
    return Security(own=keys, servers={endpoint: server})


class Oms:
    """A router that lets only the strategy in, and everything about it that a test looks at."""

    def __init__(self) -> None:
        self.inbox = Inbox()
        self.router = Router("tcp://127.0.0.1:*", self.inbox.on_request, types=(BookTop,), role="intents", security=OMS)
        self.endpoint = self.router.endpoint

    def dealer(self, security: Security, name: bytes) -> Dealer:
        return Dealer(self.endpoint, name, self.inbox.on_reply, types=(BookTop,), security=security)

    async def refused(self, count: int = 1) -> None:
        await comes_true(lambda: self.router.stats.refused_clients >= count)

    async def hears(self, asking: Dealer) -> None:
        await comes_true(lambda: asking.send(top(1)))
        await self.inbox.until(lambda: len(self.inbox.requests) > 0)


async def test_a_client_on_the_allow_list_comes_in_and_is_answered() -> None:
    oms = Oms()
    asking = oms.dealer(client(STRATEGY, oms.endpoint), b"mm.1")
    await oms.hears(asking)
    oms.router.send(b"mm.1", top(2))
    await oms.inbox.until(lambda: oms.inbox.replies == [top(2)])
    assert oms.router.stats.refused_clients == 0
    asking.close()
    oms.router.close()


@pytest.mark.parametrize("keys", [STRANGER, CONSOLE], ids=["an unknown key", "a known key of another role"])
async def test_a_key_that_is_not_for_this_role_is_refused(keys: KeyPair) -> None:
    """CURVE by itself lets any key in (FAILURES H3)."""
    oms = Oms()
    outside, inside = (
        oms.dealer(client(keys, oms.endpoint), b"evil.1"),
        oms.dealer(client(STRATEGY, oms.endpoint), b"mm.1"),
    )
    await oms.refused()
    assert not outside.send(top(666))
    await oms.hears(inside)
    assert [identity for identity, _ in oms.inbox.requests] == [b"mm.1"]
    for each in (outside, inside):
        each.close()
    oms.router.close()


async def test_the_key_of_another_role_is_good_for_its_own() -> None:
    inbox, publishing = Inbox(), publisher_of_events()
    reading = subscriber(inbox, publishing.endpoint, security=client(CONSOLE, publishing.endpoint))
    await joined(inbox, publishing)
    publishing.publish("top.A", top(1))
    await inbox.until(lambda: inbox.ids == [1])
    reading.close()
    publishing.close()


async def test_plain_text_is_refused() -> None:
    oms = Oms()
    plain = new_socket(zmq.DEALER, hwm=10)
    plain.setsockopt(zmq.IMMEDIATE, 1)
    plain.setsockopt(zmq.IDENTITY, b"evil.1")
    plain.connect(oms.endpoint)
    inside = oms.dealer(client(STRATEGY, oms.endpoint), b"mm.1")
    await oms.hears(inside)
    with pytest.raises(zmq.Again):
        plain.send(b"let me in", zmq.NOBLOCK)
    assert [identity for identity, _ in oms.inbox.requests] == [b"mm.1"]
    plain.close()
    inside.close()
    oms.router.close()


async def test_a_client_does_not_speak_to_a_server_with_another_key() -> None:
    oms = Oms()
    deceived = oms.dealer(client(STRATEGY, oms.endpoint, server=STRANGER.public), b"mm.1")
    inside = oms.dealer(client(STRATEGY, oms.endpoint), b"mm.2")
    await oms.hears(inside)
    assert not deceived.send(top(1))
    assert [identity for identity, _ in oms.inbox.requests] == [b"mm.2"]
    for each in (deceived, inside):
        each.close()
    oms.router.close()


async def test_a_server_without_an_allow_list_for_its_role_does_not_start() -> None:
    with pytest.raises(ConfigError, match=r"bus\.curve\.allow\.control"):
        Router("tcp://127.0.0.1:*", print, types=(), role="control", security=OMS)


async def test_a_client_that_does_not_know_the_servers_key_does_not_connect() -> None:
    with pytest.raises(ConfigError, match=r"bus\.curve\.servers"):
        Dealer("tcp://10.0.0.1:5555", b"mm.1", print, types=(), security=Security(own=STRATEGY))


async def test_a_client_without_keys_does_not_connect_by_tcp() -> None:
    with pytest.raises(ConfigError, match="tcp without CURVE keys"):
        Dealer("tcp://10.0.0.1:5555", b"mm.1", print, types=())


def test_keys_are_read_from_files_by_name(run_dir: Path) -> None:
    for name in ("oms", "mm-spot", "gateway-binance"):
        zmq.auth.create_certificates(run_dir, name)
    config = curve(run_dir, servers={"tcp://10.0.0.2:5555": "gateway-binance"}, allow={"intents": ("mm-spot",)})
    (run_dir / "oms.key_secret").chmod(0o600)
    security = load_security(config, "oms")
    public, secret = zmq.auth.load_certificate(run_dir / "oms.key_secret")
    assert security.own is not None
    assert (security.own.public, security.own.secret) == (public, secret)
    assert security.servers == {"tcp://10.0.0.2:5555": zmq.auth.load_certificate(run_dir / "gateway-binance.key")[0]}
    assert security.allowed == {"intents": frozenset({zmq.auth.load_certificate(run_dir / "mm-spot.key")[0]})}
    assert secret is not None
    assert secret.decode() not in repr(security)


def test_a_secret_key_that_others_may_read_is_refused(run_dir: Path) -> None:
    zmq.auth.create_certificates(run_dir, "oms")
    (run_dir / "oms.key_secret").chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600"):
        load_security(curve(run_dir), "oms")


def test_a_missing_key_is_named_with_the_command_that_makes_it(run_dir: Path) -> None:
    with pytest.raises(ConfigError, match=r"oms\.key_secret cannot be read"):
        load_security(curve(run_dir), "oms")
    zmq.auth.create_certificates(run_dir, "oms")
    (run_dir / "oms.key_secret").chmod(0o600)
    with pytest.raises(ConfigError, match=r"mm\.key.*create_certificates"):
        load_security(curve(run_dir, allow={"intents": ("mm",)}), "oms")


def test_without_curve_only_ipc_and_what_the_configuration_opens() -> None:
    assert load_security(BusConfig(), "oms") == Security()
    assert load_security(BusConfig(insecure_loopback=True), "oms") == Security(insecure_loopback=True)


def curve(
    keys: Path, servers: dict[str, str] | None = None, allow: dict[str, tuple[str, ...]] | None = None
) -> BusConfig:
    return BusConfig(curve=CurveConfig(keys=keys, servers=servers or {}, allow=allow or {}))


def publisher_of_events() -> Publisher:
    return Publisher("tcp://127.0.0.1:*", clock=ManualClock(), role="events", security=OMS)
