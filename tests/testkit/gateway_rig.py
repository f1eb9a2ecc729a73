"""A real gateway process against a real venue-sim process, with a scripted OMS on the bus."""

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import msgspec

from crossbook.bus import Dealer, Router
from crossbook.clock import SystemClock
from crossbook.messages import control
from crossbook.messages import gateway as g
from crossbook.messages.base import Message, Operation, OrderState, OrderType, Side, Tif
from crossbook.messages.market import InstrumentDefinition
from crossbook.order_ids import pack
from gateway_kit.client_ids import render
from testkit.oms_peers import until
from testkit.processes import Processes
from testkit.run_dirs import make_run_dir
from testkit.shared_files import ROOT

SPOT, PERP = "BTC-USDT@binance", "BTC-USDT-PERP@binance"
SYMBOL = "BTCUSDT"
MARKET = {SPOT: "spot", PERP: "usdm"}
Kind = TypeVar("Kind", bound=Message)
FROM_GATEWAY = (
    g.GatewayHello, g.GatewayBeat, g.OrderAcked, g.OrderRejected, g.OrderNotSent, g.OrderUnknown, g.OrderReport,
    g.OrderAbsent, g.VenueFill, g.ForeignOrder, g.BalanceReport, g.PositionReport, g.BalanceMoved, g.ReconcileReport,
    g.CancelAllDone, g.FeeReport,
)  # fmt: skip
GATEWAY_TOML = """
run_dir = "{run_dir}"
name = "gateway-binance"
account = "main"
desk = 1
environment = "custom"
endpoints_file = "{run_dir}/venue-sim.json"
stop_ms = 10000
{extra}
[credentials]
{key}
[spot]
enabled = true
symbols = ["BTCUSDT"]
[usdm]
enabled = true
symbols = ["BTCUSDT"]
"""
HMAC = """api_key = "paperHmacKey00000000000000000000000000000000000000000000000main"
secret = "paper-secret-not-a-real-one-main"
"""
ED25519_KEY = "paperEd25519Key000000000000000000000000000000000000000000000main"
ED25519_PEM = """-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIG4IIxr7uZtrciOV5HHWsQ1d3WXrbbALKrrgkCYU4eP7
-----END PRIVATE KEY-----
"""


class ScriptedOms:
    """Welcomes the gateway, beats while `beats` is true, keeps everything it hears."""

    def __init__(self, run_dir: Path, epoch: int = 1) -> None:
        """Bind in the running loop."""
        self.clock = SystemClock()
        self.epoch = epoch
        self.beats = True
        self.stuck = False
        """Beats come and show no progress."""
        self.heard: list[Message] = []
        self.peer = b""
        self.definitions: dict[str, InstrumentDefinition] = {}
        self.ready: dict[str, bool] = {}
        self.reasons: dict[str, str] = {}
        self._sequence = 0
        self._progress = 0
        self.router = Router(f"ipc://{run_dir}/bus/orders.ipc", self._on_message, types=FROM_GATEWAY, role="orders")
        self._beating = asyncio.get_running_loop().create_task(self._beat())

    def got(self, kind: type[Kind], order_id: int = 0) -> list[Kind]:
        """What came of that kind (about that order)."""
        found = [message for message in self.heard if isinstance(message, kind)]
        return [m for m in found if getattr(m, "order_id", 0) == order_id] if order_id else found

    async def wait(self, kind: type[Kind], order_id: int = 0, where: Callable[[Kind], bool] = bool) -> Kind:
        """The first message of a kind, about an order, that fits."""
        look = lambda: next((m for m in self.got(kind, order_id) if where is bool or where(m)), None)  # noqa: E731
        found: Kind = await until(look, f"{kind.__name__} about {order_id}")
        return found

    async def state(self, order_id: int, state: OrderState) -> g.OrderReport:
        """The report that an order is in a state."""
        return await self.wait(g.OrderReport, order_id, lambda report: report.state is state)

    def send(self, message: Message) -> None:
        """To the gateway."""
        self.router.send(self.peer, message)

    def place(self, instrument: str, side: Side, price: float, qty: float, **changes: Any) -> int:
        """Send a post-only order (unless `changes` say otherwise) and return its id."""
        self._sequence += 1
        order_id = pack(1, self.epoch, self._sequence)
        definition, now_ns = self.definitions[instrument], self.clock.monotonic_ns()
        fields: dict[str, Any] = {
            "order_id": order_id, "oms_epoch": self.epoch, "instrument": instrument, "revision": definition.revision,
            "side": side, "order_type": OrderType.LIMIT, "tif": Tif.GTC,
            "price_ticks": round(price / float(definition.tick_size)),
            "qty_lots": round(qty / float(definition.lot_size)), "post_only": True, "reduce_only": False,
            "valid_until_ns": now_ns + 2_000_000_000, "tick_received_ns": now_ns, "decided_ns": now_ns,
            "oms_received_ns": now_ns, "oms_sent_ns": now_ns,
        }  # fmt: skip
        self.send(g.PlaceOrder(**(fields | changes)))
        return int((fields | changes)["order_id"])

    def take(self, instrument: str, side: Side, qty: float, **changes: Any) -> int:
        """Send a market order."""
        given = {"order_type": OrderType.MARKET, "post_only": False, "price_ticks": 0} | changes
        return self.place(instrument, side, 0.0, qty, **given)

    def cancel(self, instrument: str, order_id: int) -> None:
        """Send a cancel."""
        self.send(g.CancelOrder(order_id, self.epoch, instrument, "", 0, 0, self.clock.monotonic_ns()))

    def amend(
        self, instrument: str, order_id: int, side: Side, old: tuple[float, float], new: tuple[float, float]
    ) -> None:
        """Send an amend; `old` and `new` are price and total quantity."""
        definition, now_ns = self.definitions[instrument], self.clock.monotonic_ns()
        tick, lot = float(definition.tick_size), float(definition.lot_size)
        self.send(
            g.AmendOrder(
                order_id=order_id, oms_epoch=self.epoch, instrument=instrument, revision=definition.revision,
                venue_order_id="", side=side, price_ticks=round(new[0] / tick), qty_lots=round(new[1] / lot),
                old_price_ticks=round(old[0] / tick), old_qty_lots=round(old[1] / lot), post_only=True,
                reduce_only=False, valid_until_ns=now_ns + 2_000_000_000, tick_received_ns=0, decided_ns=now_ns,
                oms_received_ns=now_ns, oms_sent_ns=now_ns,
            )
        )  # fmt: skip

    def query(self, instrument: str, order_id: int, operation: Operation = Operation.PLACE) -> None:
        """Ask what became of an order."""
        created_ns = self.clock.time_ns() - 1_000_000_000
        self.send(g.QueryOrder(order_id, self.epoch, instrument, "", operation, created_ns))

    async def close(self) -> None:
        """Stop beating and unbind."""
        self._beating.cancel()
        await asyncio.gather(self._beating, return_exceptions=True)
        self.router.close()

    def _on_message(self, peer: bytes, message: Message) -> None:
        self.heard.append(message)
        if isinstance(message, g.GatewayHello):
            self.peer = peer
            self.definitions = {definition.instrument: definition for definition in message.instruments}
            granted = tuple(self.definitions)
            self.send(g.OmsWelcome(self.epoch, 1, granted, "", self.clock.monotonic_ns()))
        elif isinstance(message, g.GatewayBeat):
            self.ready, self.reasons = message.ready, message.reasons

    async def _beat(self) -> None:
        while True:
            if self.beats and self.peer:
                self._progress += not self.stuck
                self.send(g.OmsBeat(self.epoch, self._progress, self.clock.monotonic_ns()))
            await asyncio.sleep(0.1)


class Rig:
    """The three of them."""

    def __init__(self, run_dir: Path, processes: Processes) -> None:
        """Nothing runs yet."""
        self.run_dir, self.processes = run_dir, processes
        self.oms: ScriptedOms
        self._http = aiohttp.ClientSession()
        self._admin = ""
        self._counter = 0
        (run_dir / "bus").mkdir(mode=0o700)

    async def begin(self, *, extra: str = "", key: str = HMAC) -> "Rig":
        """Start all and wait until both markets are ready."""
        self.start_venue()
        await self.venue_listens()
        self.configure(extra=extra, key=key)
        self.oms = ScriptedOms(self.run_dir)
        self.start_gateway()
        await self.until_ready()
        return self

    def configure(self, *, extra: str = "", key: str = HMAC) -> None:
        """Write the gateway's configuration; `extra` comes before its first section."""
        self.config.write_text(GATEWAY_TOML.format(run_dir=self.run_dir, extra=extra, key=key))

    @property
    def config(self) -> Path:
        """The gateway's TOML file."""
        return self.run_dir / "gateway.toml"

    def start_venue(self) -> None:
        """The simulated exchange of the paper run."""
        paper = str(ROOT / "config" / "paper" / "venue-sim.toml")
        endpoints = str(self.run_dir / "venue-sim.json")
        self.processes.start("venue-sim", ["python", "-m", "venue_sim", "--config", paper, "--endpoints", endpoints])

    async def venue_listens(self) -> dict[str, Any]:
        """Its endpoints, once it has written them."""
        file = self.run_dir / "venue-sim.json"
        await until(file.exists, "the endpoints file", 30.0)
        endpoints: dict[str, Any] = msgspec.json.decode(file.read_bytes())
        self._admin = endpoints["admin"]
        return endpoints

    def start_gateway(self) -> None:
        """The gateway process."""
        self.processes.start("gateway", ["python", "-m", "gateway_binance", "--config", str(self.config)])

    def stop_gateway(self, with_signal: int = signal.SIGTERM) -> None:
        """End it."""
        self.processes.kill("gateway", with_signal)

    async def until_ready(self, *markets: str) -> None:
        """Wait until the gateway says that it may trade."""
        wanted = markets or ("spot", "usdm")
        await until(lambda: self._may_trade(wanted), "a ready gateway", 30.0)

    def _may_trade(self, markets: tuple[str, ...]) -> bool:
        # The account's own fees raise the revision of a definition once, shortly after the start.
        definitions = self.oms.definitions.values()
        settled = bool(definitions) and all(definition.fees_known for definition in definitions)
        return settled and all(self.oms.ready.get(market, False) for market in markets)

    async def fault(self, kind: str, **fields: Any) -> None:
        """Have the venue misbehave."""
        await self._post("/_sim/faults", {"kind": kind, **fields})

    async def heal(self) -> None:
        """Lift all faults."""
        async with self._http.delete(f"{self._admin}/_sim/faults") as answer:
            assert answer.status == 200

    async def by_hand(self, **fields: Any) -> Any:
        """Somebody trades at the venue, behind the gateway's back."""
        return await self._post("/_sim/order", fields)

    async def truth(self) -> dict[str, Any]:
        """The venue's ledger of our account."""
        async with self._http.get(f"{self._admin}/_sim/truth") as answer:
            ledger: dict[str, Any] = await answer.json()
        return dict(ledger["main"])

    async def orders(self, order_id: int) -> list[dict[str, Any]]:
        """The venue's records of an order of ours, every leg of it."""
        name = render(order_id)
        return [o for o in (await self.truth())["orders"] if o["client_order_id"].startswith(name)]

    async def open_orders(self) -> list[str]:
        """Client ids of what is open at the venue."""
        return [
            o["client_order_id"] for o in (await self.truth())["orders"] if o["status"] in ("NEW", "PARTIALLY_FILLED")
        ]

    async def clean(self) -> "Rig":
        """As new for the next test: no faults, no orders, no positions, nothing heard."""
        await self.heal()
        await self.until_ready()
        for order in (await self.truth())["orders"]:
            if order["status"] in ("NEW", "PARTIALLY_FILLED"):
                await self._by_hand_on(order["market"], action="cancel", client_order_id=order["client_order_id"])
        for symbol, held in (await self.truth())["positions"].items():
            if quantity := float(held):
                side = "SELL" if quantity > 0 else "BUY"
                amount = held.removeprefix("-")
                await self.by_hand(
                    account="main", market="usdm", symbol=symbol, side=side, type="MARKET", quantity=amount,
                    client_order_id=f"flat-{self.oms.clock.monotonic_ns()}",
                )  # fmt: skip
        self.oms.heard.clear()
        return self

    async def _by_hand_on(self, market: str, **fields: Any) -> None:
        await self.by_hand(account="main", market=market, symbol=SYMBOL, **fields)

    async def price(self, instrument: str) -> float:
        """A bid far below the market, on a coarse grid."""
        base = "api/v3" if instrument == SPOT else "fapi/v1"
        endpoints = await self.venue_listens()
        rest = endpoints["binance"][MARKET[instrument]]["rest"]
        async with self._http.get(f"{rest}/{base}/ticker/bookTicker", params={"symbol": SYMBOL}) as answer:
            best = float((await answer.json())["bidPrice"])
        return float(round(best * 0.97, -1))

    def operator(self, reason: str) -> control.Command:
        """The next command of a person."""
        self._counter += 1
        return control.Command("tester", self._counter, self.oms.clock.time_ns() + 10_000_000_000, reason)

    async def command(self, message: Message) -> control.CommandDone | control.HealthReply:
        """Send an operator's command to the gateway and wait for its answer."""
        answers: list[Any] = []
        endpoint = f"ipc://{self.run_dir}/bus/control-binance.ipc"
        types = (control.CommandDone, control.HealthReply)
        dealer = Dealer(endpoint, b"test-console.1", answers.append, types=types)
        try:
            await until(lambda: dealer.send(message), "the control socket")
            await until(lambda: answers, "an answer to the command")
        finally:
            dealer.close()
        return answers[0]  # type: ignore[no-any-return]

    @classmethod
    @asynccontextmanager
    async def running(cls, *, extra: str = "") -> AsyncIterator["Rig"]:
        """One that several tests share, with its own directory and processes; `clean` it before each."""
        run_dir = make_run_dir()
        logs = run_dir / "test-logs"
        logs.mkdir()
        rig = cls(run_dir, Processes(logs, cwd=ROOT))
        try:
            yield await rig.begin(extra=extra)
        finally:
            await rig.close()
            rig.processes.stop_all()
            shutil.rmtree(run_dir, ignore_errors=True)

    async def close(self) -> None:
        """End the gateway at once, so that it does not wait for a venue that goes too; close what is ours."""
        gateway = self.processes.started.get("gateway")
        if gateway is not None and gateway.poll() is None:
            self.processes.kill("gateway", signal.SIGKILL)
        if hasattr(self, "oms"):
            await self.oms.close()
        await self._http.close()

    async def _post(self, path: str, body: Any) -> Any:
        async with self._http.post(self._admin + path, json=body) as answer:
            text = await answer.text()
            assert answer.status == 200, text
        return msgspec.json.decode(text)
