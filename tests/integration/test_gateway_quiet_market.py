"""A market where nobody trades: quoting must stay possible, and nothing may be torn down for want of news."""

from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from crossbook.messages.market import BookInvalid, BookProved, BookTop
from testkit.market_rig import BTC, MarketRig
from testkit.processes import Processes
from testkit.raw_binance import RawBinance
from testkit.run_dirs import make_run_dir
from testkit.shared_files import ROOT
from testkit.venue_peer import VenuePeer
from testkit.venue_sim_process import start_venue_sim

ORDERS = {
    "spot": ("/api/v3/order", "61000.00", "63000.00"),
    "usdm": ("/fapi/v1/order", "61000.0", "63000.0"),
}


@pytest.fixture(scope="module")
def quiet_venue() -> Iterator[VenuePeer]:
    run_dir = make_run_dir()
    quiet = Path(run_dir / "quiet.toml")
    quiet.write_text('[background]\nkind = "quiet"\n')
    group = Processes(run_dir, cwd=ROOT)
    try:
        yield start_venue_sim(group, run_dir, quiet)
    finally:
        group.stop_all()


async def rest(venue: VenuePeer, market: str, side: str, price: str, quantity: str = "0.01") -> None:
    """Let an order of the account rest, which is all that there is in this market."""
    async with aiohttp.ClientSession() as http:
        raw = RawBinance(venue, http)
        wanted = {"symbol": "BTCUSDT", "side": side, "type": "LIMIT", "timeInForce": "GTC", "price": price}
        await raw.rest(market, "POST", ORDERS[market][0], **wanted, quantity=quantity)


@pytest.mark.parametrize("market", ["spot", "usdm"])
async def test_a_quiet_book_is_proved_again_and_again_and_never_torn_down(quiet_venue: VenuePeer, market: str) -> None:
    _, bid, ask = ORDERS[market]
    await rest(quiet_venue, market, "BUY", bid)
    await rest(quiet_venue, market, "SELL", ask)
    settings = {
        "probe_after_ms": 150,
        "audit_every_ms": 500,
        "snapshot_levels": 20,
        "first_data_ms": 500,
        "stall_ms": 60_000,
    }
    async with MarketRig(quiet_venue, market, settings, {}).running() as rig:
        (line, *_) = rig.shell.lines
        connection = line.session.connection
        top = await rig.top_of(BTC[market])
        assert (top.bid, top.ask) == (float(bid), float(ask))
        await rig.until(lambda: len(rig.got(BookProved, BTC[market])) >= 10)
        proofs = [proof.proved_ns for proof in rig.got(BookProved, BTC[market])]
        assert proofs == sorted(proofs)
        await rig.audited(2)
        assert rig.got(BookInvalid) == []
        assert len(rig.got(BookTop, BTC[market])) == 1
        assert line.session.connection is connection
        await rest(quiet_venue, market, "BUY", bid.replace("61", "62"))
        await rig.until(lambda: len(rig.got(BookTop, BTC[market])) == 2)
        assert rig.got(BookTop, BTC[market])[-1].bid == float(bid.replace("61", "62"))
        assert rig.got(BookInvalid) == []
