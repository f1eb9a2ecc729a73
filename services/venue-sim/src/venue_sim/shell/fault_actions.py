"""Faults that are done at once: closing connections, changing rules, halting, moving money, an outage."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from venue_sim.exchange.api import Atoms, Exchange, InstrumentStatus, atoms
from venue_sim.faults.fault import Fault, FaultKind
from venue_sim.shell.connections import VenueConnection
from venue_sim.shell.ports import Ports
from venue_sim.shell.venue import Venue

Action = Callable[[Fault], Awaitable[None]]


class FaultActions:
    """Carries out immediate faults on a venue."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self._tasks: set[asyncio.Task[None]] = set()
        self._actions: dict[FaultKind, Action] = {
            FaultKind.CLOSE: self._close,
            FaultKind.TICK_CHANGE: self._tick_change,
            FaultKind.HALT: self._halt,
            FaultKind.DELIST: self._delist,
            FaultKind.ADL: self._adl,
            FaultKind.LIQUIDATION: self._liquidation,
            FaultKind.FEE_ASSET: self._fee_asset,
            FaultKind.TRANSFER: self._transfer,
            FaultKind.FUNDING: self._funding,
            FaultKind.SKEW: self._skew,
            FaultKind.LISTEN_KEY_EXPIRE: self._listen_key_expire,
            FaultKind.OUTAGE: self._outage,
            FaultKind.SERVER_SHUTDOWN: self._server_shutdown,
        }

    async def do(self, fault: Fault) -> None:
        """Do it; raises `Rejected`, ValueError or LookupError when it cannot be done."""
        await self._actions[fault.kind](fault)
        self._venue.deliver()

    def freeze(self, fault: Fault) -> None:
        """A freeze with `pong` off also stops reading from the product's stream connections for its time."""
        if fault.pong:
            return
        frozen = [
            each
            for ports in self._ports(fault)
            for each in ports.stream_listener.connections
            if isinstance(each, VenueConnection)
        ]
        for connection in frozen:
            connection.freeze(True)
        if fault.duration_ms:
            self._after(fault.duration_ms, lambda: _thaw(frozen))

    def thaw_all(self) -> None:
        """Read again from everybody."""
        for ports in self._venue.ports.values():
            _thaw([each for each in ports.stream_listener.connections if isinstance(each, VenueConnection)])

    async def _close(self, fault: Fault) -> None:
        for ports in self._ports(fault):
            if fault.channel in ("", "stream"):
                ports.stream_listener.cut()
            if fault.channel in ("", "ws_api"):
                ports.ws_api_listener.cut()

    async def _tick_change(self, fault: Fault) -> None:
        given = {"tick": fault.tick, "lot": fault.lot, "min_notional": fault.min_notional}
        changes: dict[str, Any] = {name: atoms(value) for name, value in given.items() if value}
        if not changes:
            raise ValueError("tick_change needs tick, lot or min_notional")
        self._exchange.change_rules(fault.market, fault.symbol, self._now_ms, **changes)

    async def _halt(self, fault: Fault) -> None:
        self._exchange.set_status(fault.market, fault.symbol, InstrumentStatus.HALTED, self._now_ms)
        if fault.duration_ms:
            self._after(fault.duration_ms, lambda: self._resume(fault))

    def _resume(self, fault: Fault) -> None:
        self._exchange.set_status(fault.market, fault.symbol, InstrumentStatus.TRADING, self._now_ms)

    async def _delist(self, fault: Fault) -> None:
        self._exchange.set_status(fault.market, fault.symbol, InstrumentStatus.DELISTED, self._now_ms)

    async def _adl(self, fault: Fault) -> None:
        quantity, price = _amount(fault.quantity, "adl"), atoms(fault.price or "0")
        account = self._account(fault)
        market = fault.market or "usdm"
        self._exchange.deleverage(account, market, fault.symbol, quantity, self._now_ms, price, "adl_autoclose")

    async def _liquidation(self, fault: Fault) -> None:
        account, market = self._account(fault), fault.market or "usdm"
        self._exchange.expire_all(account, market, fault.symbol, self._now_ms)
        quantity, price = _amount(fault.quantity, "liquidation"), atoms(fault.price or "0")
        self._exchange.deleverage(account, market, fault.symbol, quantity, self._now_ms, price, "autoclose-")

    async def _fee_asset(self, fault: Fault) -> None:
        price = atoms(fault.price or "0")
        self._exchange.set_fee_asset(self._account(fault), fault.market, fault.asset or None, price)

    async def _transfer(self, fault: Fault) -> None:
        change = atoms(fault.quantity)
        if not change or not fault.asset:
            raise ValueError("transfer needs asset and a quantity that is not 0")
        self._exchange.transfer(self._account(fault), fault.market or "spot", fault.asset, change, self._now_ms)

    async def _funding(self, fault: Fault) -> None:
        self._exchange.apply_funding(fault.market or "usdm", fault.symbol, atoms(fault.rate), self._now_ms)

    async def _skew(self, fault: Fault) -> None:
        self._venue.clock.skew_ms = fault.offset_ms
        if fault.duration_ms:
            self._after(fault.duration_ms, lambda: setattr(self._venue.clock, "skew_ms", 0))

    async def _listen_key_expire(self, fault: Fault) -> None:
        ports = self._venue.ports["usdm"]
        key = ports.product.service.desk.listen_keys.expire(self._account(fault))
        if key is None:
            raise LookupError(f"account {fault.account} has no listen key")
        if not fault.executed:  # `executed` true: silently, without the event
            ports.streams.expire(key)

    async def _outage(self, fault: Fault) -> None:
        if not fault.duration_ms:
            raise ValueError("outage needs duration_ms")
        chosen = self._ports(fault)
        for ports in chosen:
            await ports.stop()
        task = asyncio.create_task(self._return(chosen, fault.duration_ms))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _return(self, chosen: list[Ports], after_ms: int) -> None:
        await asyncio.sleep(after_ms / 1000)
        for ports in chosen:
            await ports.start(self._venue.config.run.host)

    async def _server_shutdown(self, fault: Fault) -> None:
        for ports in self._ports(fault):
            ports.streams.say_shutdown()
            ports.ws_api.say_shutdown()
        if fault.duration_ms:
            self._after(fault.duration_ms, lambda: self._cut(fault))

    def _cut(self, fault: Fault) -> None:
        for ports in self._ports(fault):
            ports.stream_listener.cut()
            ports.ws_api_listener.cut()

    def _ports(self, fault: Fault) -> list[Ports]:
        if fault.market and fault.market not in self._venue.ports:
            raise LookupError(f"no market {fault.market}")
        return [ports for name, ports in self._venue.ports.items() if fault.market in ("", name)]

    def _account(self, fault: Fault) -> str:
        accounts = self._exchange.accounts()
        account = fault.account or (accounts[0] if accounts else "")
        if account not in accounts:
            raise LookupError(f"no account {account!r}; there are {accounts}")
        return account

    def _after(self, delay_ms: int, action: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(delay_ms / 1000, action)

    @property
    def _exchange(self) -> Exchange:
        return self._venue.exchange

    @property
    def _now_ms(self) -> int:
        return self._venue.clock.trading_ms()


def _amount(value: str, kind: str) -> Atoms:
    amount = atoms(value or "0")
    if amount <= 0:
        raise ValueError(f"{kind} needs a quantity above 0")
    return amount


def _thaw(connections: list[VenueConnection]) -> None:
    for connection in connections:
        connection.freeze(False)
