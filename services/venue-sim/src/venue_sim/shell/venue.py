"""The whole simulated venue, wired: exchange, background, products, faults, ports and the loop that moves them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from venue_sim.binance.outbox import Outbox
from venue_sim.binance.service import Service
from venue_sim.binance.spot import operations as spot_operations
from venue_sim.binance.spot.events import user_events as spot_user_events
from venue_sim.binance.spot.frames import SpotFrames
from venue_sim.binance.tape import Tape
from venue_sim.binance.usdm import operations as usdm_operations
from venue_sim.binance.usdm.events import user_events as usdm_user_events
from venue_sim.binance.usdm.frames import UsdmFrames
from venue_sim.binance.usdm.income import IncomeBook
from venue_sim.exchange.api import (
    AccountChanged,
    BalanceTransferred,
    InstrumentChanged,
    LeverageChanged,
    OrderChanged,
    PrivateEvent,
)
from venue_sim.faults.plan import FaultPlan
from venue_sim.shell.backgrounds import build_background
from venue_sim.shell.building import build_desk, build_exchange, sections
from venue_sim.shell.clock import VenueClock
from venue_sim.shell.config import ProductSection, VenueSimConfig
from venue_sim.shell.ports import Ports
from venue_sim.shell.product import Product

_IDS_SINCE_MS: Final = 1_700_000_000_000
_PRIVATE: Final = (OrderChanged, AccountChanged, BalanceTransferred, LeverageChanged)


class Venue:
    """Binance, simulated."""

    def __init__(self, config: VenueSimConfig, replay: Sequence[Path] = ()) -> None:
        self.config = config
        self.clock = VenueClock()
        self.plan = FaultPlan(config.run.seed)
        first_id = config.run.first_id or self.clock.trading_ms() - _IDS_SINCE_MS
        self.exchange = build_exchange(config, first_id, with_symbols=not replay)
        self.outbox = Outbox(self.exchange)
        self.income = IncomeBook("usdm")
        self.background = build_background(config, self.exchange, replay)
        self.ports: dict[str, Ports] = {name: self._open(name, section) for name, section in sections(config)}
        self.steps = 0

    def deliver(self) -> None:
        """Send everything that has happened to whoever is to know."""
        events = self.outbox.take()
        now_ms = self.clock.trading_ms() if events else 0
        for event in events:
            kind = type(event)
            if kind in IncomeBook.KINDS:
                self.income.note(event)
            if isinstance(event, _PRIVATE):
                ports = self.ports.get(_market_of(event))
                if ports is not None:
                    ports.product.deliver_private(event, now_ms)
            elif (ports := self.ports.get(event.market)) is not None:
                if isinstance(event, InstrumentChanged):
                    ports.product.service.desk.learn_rules(event.instrument)
                if kind in Tape.KINDS:
                    ports.product.service.desk.tape.note(event)
                ports.product.deliver_public(event, now_ms, now_ms + self.clock.skew_ms)

    def step(self) -> None:
        """Let the market and the clock move on."""
        now_ns = self.clock.trading_ns()
        now_ms = now_ns // 1_000_000
        self.background.advance(now_ns)
        self.exchange.tick(now_ms)
        self.deliver()
        for ports in self.ports.values():
            ports.product.deliver_due(now_ms, now_ms + self.clock.skew_ms)
            for key in ports.product.service.desk.listen_keys.take_expired(now_ms):
                ports.streams.expire(key)
        self.steps += 1

    async def start(self) -> None:
        """Open all ports."""
        for ports in self.ports.values():
            await ports.start(self.config.run.host)

    async def run(self) -> None:
        """Step for ever."""
        pause_s = self.config.run.step_ms / 1000
        while True:
            self.step()
            await asyncio.sleep(pause_s)

    async def stop(self) -> None:
        """Close all ports."""
        for ports in self.ports.values():
            await ports.stop()

    def endpoints(self) -> dict[str, Any]:
        """Base addresses of all products."""
        host = self.config.run.reachable_host
        return {name: ports.endpoints(host) for name, ports in self.ports.items()}

    def _open(self, name: str, section: ProductSection) -> Ports:
        if name == "spot":
            desk = build_desk("spot", section, self.config, self.outbox)
            service = Service(desk, spot_operations.OPERATIONS)
            product = Product(section, service, SpotFrames(), spot_user_events, self.plan)
            routes, methods = spot_operations.REST_ROUTES, spot_operations.WS_METHODS
        else:
            desk = build_desk("usdm", section, self.config, self.outbox)
            service = Service(desk, usdm_operations.operations(self.income))
            render = partial(_usdm_events, desk.digits_of)
            product = Product(section, service, UsdmFrames(), render, self.plan)
            routes, methods = usdm_operations.REST_ROUTES, usdm_operations.WS_METHODS
        return Ports(product, routes, methods, self.clock, self.deliver)


def _market_of(event: PrivateEvent) -> str:
    return event.order.market if isinstance(event, OrderChanged) else event.market


def _usdm_events(digits_of: Any, event: PrivateEvent) -> list[dict[str, Any]]:
    return usdm_user_events(event, digits_of)
