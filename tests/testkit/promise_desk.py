"""A desk of real processes that promises are tested on: Redis, venue-sim, the OMS and the Binance gateway.

Limits of the venue and of risk are wide unless a test narrows them, so that only what is tested can say no. Each
process can be killed, stopped and started again by its name.
"""

import asyncio
import os
import signal
import tomllib
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import zmq

from crossbook.messages.base import Side
from crossbook.redis_server import server_command
from testkit.oms_desk import PERP, SPOT, limits
from testkit.oms_peers import until
from testkit.processes import Processes
from testkit.promise_trader import Trader
from testkit.shared_files import ROOT
from testkit.toml_text import toml_text
from testkit.venue_ledger import Ledger

SYMBOL = "BTCUSDT"
MARKET = {SPOT: "spot", PERP: "usdm"}
WIDE = 50_000_000
COMMANDS = {"venue-sim": "venue_sim", "oms": "oms", "gateway-binance": "gateway_binance"}


class PromiseDesk:
    """Processes `redis`, `venue-sim`, `oms` and `gateway-binance` in one directory, with traders in this process."""

    def __init__(self, run_dir: Path, processes: Processes, *, seed: int = 1, traders: int = 1) -> None:
        """Nothing runs yet. Change `venue`, `oms`, `gateway` (the configurations) before `begin`."""
        self.run_dir, self.processes = run_dir, processes
        self.names = tuple(f"trader-{number}" for number in range(traders))
        self.venue = _venue(seed)
        self.oms = _oms(run_dir, self.names)
        self.gateway = _gateway(run_dir)
        self.arguments: dict[str, list[str]] = {}
        """More of the command line, by process."""
        self.traders: list[Trader] = []
        self.kills = 0
        self._http = aiohttp.ClientSession()
        self._admin = ""

    @property
    def trader(self) -> Trader:
        """The first one."""
        return self.traders[0]

    async def begin(self) -> "PromiseDesk":
        """Start everything; returns when both instruments can be traded."""
        self.prepare()
        for name in ("redis", "venue-sim", "oms", "gateway-binance"):
            self.start(name)
        await self.venue_listens()
        self.traders = [Trader(self.run_dir / "bus", name) for name in self.names]
        await self.until_tradable()
        return self

    def prepare(self) -> None:
        """Write the configurations and make the directories."""
        config = self.run_dir / "config" / "paper"
        config.mkdir(parents=True)
        common = {"run_dir": str(self.run_dir), "telemetry": {"level": "info"}}
        tables = {"common": common, "venue-sim": self.venue, "oms": self.oms, "gateway-binance": self.gateway}
        for name, table in tables.items():
            (config / f"{name}.toml").write_text(toml_text(table))
        (self.run_dir / "bus").mkdir(mode=0o700)
        (self.run_dir / "redis").mkdir(mode=0o700)

    def start(self, name: str) -> None:
        """Start one process."""
        if name == "redis":
            self.processes.start(name, server_command(self.run_dir / "redis"))
            return
        config = self.run_dir / "config" / "paper"
        files = [str(config / f"{name}.toml")]
        if name == "venue-sim":
            more = ["--endpoints", str(self.run_dir / "venue-sim.json")]
        else:
            files, more = [str(config / "common.toml"), *files], ["--name", name, *self.arguments.get(name, [])]
        words = [word for file in files for word in ("--config", file)]
        self.processes.start(name, ["python", "-m", COMMANDS[name], *words, *more], cwd=self.run_dir)

    def kill(self, name: str) -> None:
        """`kill -9`."""
        self.processes.kill(name, signal.SIGKILL)
        self.kills += 1

    async def sweep(self) -> None:
        """Have the gateway's code cancel everything of ours by itself and end, as after the death of all."""
        config = self.run_dir / "config" / "paper"
        words = [word for name in ("common", "gateway-binance") for word in ("--config", str(config / f"{name}.toml"))]
        command = ["python", "-m", "gateway_binance", *words, "--name", "sweeper", "--sweep"]
        process = self.processes.start("sweeper", command, cwd=self.run_dir)
        await until(lambda: process.poll() is not None, "the end of the sweep", 40.0)
        assert process.returncode == 0, self.processes.log_text("sweeper")

    def freeze(self, name: str) -> None:
        """SIGSTOP: the process hangs, its sockets stay."""
        os.killpg(self.processes.started[name].pid, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """SIGCONT."""
        os.killpg(self.processes.started[name].pid, signal.SIGCONT)

    async def until_tradable(self, *instruments: str, within_s: float = 30.0) -> None:
        """Wait until an order of each instrument is accepted, acknowledged and cancelled again."""
        for instrument in instruments or (SPOT, PERP):
            await self.trader.probe(instrument, within_s)

    async def fault(self, kind: str, **fields: Any) -> None:
        """Have the venue misbehave (services/venue-sim/README.md)."""
        await self._post("/_sim/faults", {"kind": kind, **fields})

    async def heal(self) -> None:
        """Lift all faults."""
        async with self._http.delete(f"{self._admin}/_sim/faults") as answer:
            assert answer.status == 200

    async def by_hand(self, action: str, market: str, **fields: Any) -> Any:
        """Somebody acts on our account at the venue, behind our back."""
        body = {"account": "main", "market": market, "symbol": SYMBOL, "action": action}
        return await self._post("/_sim/order", body | fields)

    async def somebody_trades(self, market: str, side: str, quantity: str, price: str = "0") -> Any:
        """A stranger takes from the book: what rests of ours at the front is filled."""
        body = {"market": market, "symbol": SYMBOL, "side": side, "quantity": quantity, "price": price}
        return await self._post("/_sim/trade", body)

    async def ledger(self) -> Ledger:
        """The venue's own record of our account, with its timeline."""
        truth, timeline = await self._get("/_sim/truth"), await self._get("/_sim/timeline")
        return Ledger(truth["main"], [event for event in timeline if event["account"] == "main"])

    async def settled(self, within_s: float = 20.0) -> Ledger:
        """Wait until the OMS's live orders are the venue's open ones, none in doubt; the ledger then."""
        deadline = asyncio.get_running_loop().time() + within_s
        while difference := await self.unsettled():
            assert asyncio.get_running_loop().time() < deadline, f"after {within_s} s: {difference}"
            await asyncio.sleep(0.1)
        return await self.ledger()

    async def unsettled(self) -> str:
        """How the OMS's live orders differ from the venue's open ones; empty when they do not and none is in doubt."""
        snapshot, ledger = await self.trader.snapshot(""), await self.ledger()
        live = {order.order_id for order in snapshot.orders if not order.state.is_terminal}
        doubts = {str(order.order_id): order.state for order in snapshot.orders if order.unknown_operation is not None}
        there = ledger.open_ids()
        differences = {"in doubt": doubts, "live here only": live - there, "open there only": there - live}
        return ", ".join(f"{len(ids)} {what} {list(ids)[:3]}" for what, ids in differences.items() if ids)

    async def stand(self, count: int) -> None:
        """Fill up to so many orders of the first trader that rest on both markets."""
        for number in range(count - len(self.trader.live())):
            instrument = SPOT if number % 2 else PERP
            lots = 200 if instrument == SPOT else 4
            self.trader.place(instrument, Side.BUY, self.trader.ticks(instrument, 300.0 + number), lots)
        await until(lambda: len(self.trader.live()) >= count, f"{count} orders that stand")

    async def seconds_until(self, look: Callable[[], Awaitable[object]], at_most_s: float) -> float:
        """How long it takes until `look` is true, looking 20 times a second; not longer than `at_most_s`."""
        clock = asyncio.get_running_loop()
        started_at = clock.time()
        while not await look() and clock.time() < started_at + at_most_s:  # noqa: ASYNC110  another process's doing
            await asyncio.sleep(0.05)
        return clock.time() - started_at

    async def open_after(self, seconds: float) -> list[str]:
        """Client ids of orders that are open at the venue after so long."""
        await asyncio.sleep(seconds)
        return [order["client_order_id"] for order in (await self.ledger()).open()]

    async def positions_differ(self) -> dict[str, tuple[Decimal, Decimal]]:
        """Instrument -> (ours, the venue's) where they are not the same; ours is the OMS's own answer."""
        snapshot, ledger = await self.trader.snapshot(""), await self.ledger()
        pairs = {
            instrument: (snapshot.positions.get(instrument, Decimal(0)), ledger.position(MARKET[instrument]))
            for instrument in (SPOT, PERP)
        }
        return {instrument: pair for instrument, pair in pairs.items() if pair[0] != pair[1]}

    def listen_to_everything(self) -> Callable[[], list[bytes]]:
        """Keep all that is published from now on; call the result for the frames so far, which ends the listening."""
        socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.SUB)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.SUBSCRIBE, b"")
        for name in ("md-binance", "events"):
            socket.connect(f"ipc://{self.run_dir}/bus/{name}.ipc")

        def frames() -> list[bytes]:
            found: list[bytes] = []
            while socket.poll(0):
                found += socket.recv_multipart()
            socket.close()
            return found

        return frames

    async def close(self) -> None:
        """Vanish: every process at once."""
        for name, process in self.processes.started.items():
            if process.poll() is None:
                self.processes.kill(name, signal.SIGKILL)
        for trader in self.traders:
            await trader.close()
        await self._http.close()

    async def venue_listens(self) -> None:
        """Wait for its endpoints."""
        file = self.run_dir / "venue-sim.json"
        await until(file.exists, "the venue", 30.0)
        self._admin = msgspec.json.decode(file.read_bytes())["admin"]

    async def _get(self, path: str) -> Any:
        async with self._http.get(self._admin + path) as answer:
            return msgspec.json.decode(await answer.read())

    async def _post(self, path: str, body: Any) -> Any:
        async with self._http.post(self._admin + path, json=body) as answer:
            text = await answer.text()
            assert answer.status == 200, f"{path} {body}: {text}"
        return msgspec.json.decode(text)


def _venue(seed: int) -> dict[str, Any]:
    """The paper venue with one symbol a market, without limits that matter, in a slow market."""
    venue = tomllib.loads((ROOT / "config" / "paper" / "venue-sim.toml").read_text())
    venue["run"] |= {"seed": seed, "step_ms": 10.0}
    venue["background"] |= {"sigma_bps": 0.3}
    for market in ("spot", "usdm"):
        table = venue[market]
        table["symbols"] = [s for s in table["symbols"] if s["symbol"] == SYMBOL]
        for symbol in table["symbols"]:
            symbol["max_open_orders"] = WIDE
            symbol["synthetic"]["events_per_s"] = 60.0
        table["limits"] |= {"weight_per_minute": WIDE, "orders_per_10s": WIDE, "orders_per_minute": WIDE}
        table["limits"]["orders_per_day"] = 0
        table["sockets"] = {"inbound_messages_per_s": 10_000, "connections_per_5_minutes": 10_000}
    return venue


def _oms(run_dir: Path, strategies: tuple[str, ...]) -> dict[str, Any]:
    money: Mapping[str, Any] = {"max_gross_notional": 100_000_000, "max_open_orders": 100_000}
    risk = limits(strategies=dict.fromkeys(strategies, money), baselines={"main.binance.spot.BTC": 10})
    return {
        "venues": ["binance"],
        "stop_ms": 5_000,
        "orders": {"reconcile_ms": 2_000, "query_again_ms": 1_000, "answer_timeout_ms": 2_000},
        "journal": {"file_mb": 8},
        "risk": _plain(risk.model_dump(mode="json")),
    }


def _plain(table: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _plain(value) if isinstance(value, Mapping) else value for key, value in table.items() if value is not None
    }


def _gateway(run_dir: Path) -> dict[str, Any]:
    gateway = tomllib.loads((ROOT / "config" / "paper" / "gateway-binance.toml").read_text())
    gateway["endpoints_file"] = str(run_dir / "venue-sim.json")
    gateway["spot"]["symbols"] = gateway["usdm"]["symbols"] = [SYMBOL]
    gateway["orders"] = {"request_timeout_ms": 500, "absent_over_ms": 1_000, "query_first_ms": 50}
    return gateway
