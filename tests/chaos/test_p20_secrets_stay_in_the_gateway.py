"""Promise P20: secrets never leave the gateway process.

The account's key and secret come from a secrets directory. Everything else that the desk writes, publishes or keeps is
searched for them after a life with refusals, outages and kills; so are the arguments and environments of all processes.
A key that may withdraw is refused at start.
"""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from crossbook.messages.base import Side
from testkit.evidence import Evidence, Form
from testkit.oms_desk import PERP, SPOT
from testkit.oms_peers import until
from testkit.promise_desk import PromiseDesk
from testkit.venue_peer import HMAC_KEY, HMAC_SECRET

OWN_FOLDER = "secrets"
"""Where the secrets are meant to be; the venue's own configuration has them too, being the venue."""


def hide_secrets(desk: PromiseDesk) -> None:
    """Take the credentials out of the configuration and into files of their own."""
    folder = desk.run_dir / OWN_FOLDER
    folder.mkdir(mode=0o700)
    for name, value in desk.gateway.pop("credentials").items():
        file = folder / f"credentials__{name}"
        file.write_text(value)
        file.chmod(0o400)
    desk.arguments["gateway-binance"] = ["--secrets-dir", str(folder)]


def searched(desk: PromiseDesk) -> Iterator[tuple[str, bytes]]:
    """(where, what) of everything that is written or can be read from outside the gateway's memory."""
    for path in desk.run_dir.rglob("*"):
        if path.is_file() and OWN_FOLDER not in path.parts and path.name != "venue-sim.toml":
            yield str(path.relative_to(desk.run_dir)), path.read_bytes()
    client = redis.Redis(unix_socket_path=str(desk.run_dir / "redis" / "redis.sock"))
    for key in client.scan_iter():
        yield f"redis {key!r}", bytes(client.dump(key) or b"")
    client.close()
    for process in desk.processes.alive():
        for name in ("cmdline", "environ"):
            yield f"{name} of {process.pid}", Path(f"/proc/{process.pid}/{name}").read_bytes()


@pytest.mark.timeout(120)
async def test_no_secret_is_found_anywhere_else(
    make_desk: Callable[..., PromiseDesk], form: Form, evidence: Evidence
) -> None:
    desk = make_desk()
    hide_secrets(desk)
    await desk.begin()
    heard = desk.listen_to_everything()
    await desk.stand(6)
    faults: list[dict[str, Any]] = [
        {"kind": "reject", "code": -1022, "message": "Signature for this request is not valid."},
        {"kind": "http", "status": 503},
        {"kind": "status_unknown"},
        {"kind": "drop_ack"},
    ]
    for fault in faults:
        for market in ("spot", "usdm"):
            await desk.fault(market=market, endpoint="order.place", count=1, **fault)
            desk.trader.place(SPOT, Side.BUY, desk.trader.ticks(SPOT, 350.0), 300)
            desk.trader.place(PERP, Side.BUY, desk.trader.ticks(PERP, 350.0), 5)
            await asyncio.sleep(0.2)
    await desk.fault("listen_key_expire", market="usdm", account="main")
    await desk.fault("close", market="spot")
    desk.kill("oms")
    desk.start("oms")
    await desk.until_tradable()
    found = [(where, what) for where, what in searched(desk)] + [("bus", frame) for frame in heard()]
    canaries = {"secret": HMAC_SECRET.encode(), "key": HMAC_KEY.encode()}
    evidence.tried(len(found))
    evidence.figure("mb_searched", sum(len(what) for _, what in found) / 1e6)
    for name, canary in canaries.items():
        evidence.broken(*(f"{name} in {where}" for where, what in found if canary in what))
    assert any(where.startswith("journal") for where, _ in found)
    assert (desk.run_dir / "journal").stat().st_mode & 0o077 == 0
    evidence.judge()


@pytest.mark.timeout(60)
async def test_a_key_that_may_withdraw_is_refused(make_desk: Callable[..., PromiseDesk], evidence: Evidence) -> None:
    desk = make_desk()
    for key in desk.venue["accounts"][0]["keys"]:
        key["may_withdraw"] = True
    desk.prepare()
    desk.start("venue-sim")
    await desk.venue_listens()
    desk.start("gateway-binance")
    gateway = desk.processes.started["gateway-binance"]
    await until(lambda: gateway.poll() is not None, "the gateway's refusal", 30.0)
    evidence.tried(1)
    if gateway.returncode == 0 or "withdraw" not in desk.processes.log_text("gateway-binance"):
        evidence.broken(f"ended with {gateway.returncode} without a word about withdrawing")
    evidence.judge()
