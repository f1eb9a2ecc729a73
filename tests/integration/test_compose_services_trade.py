"""Services started as docker-compose.yml declares them trade, restart one by one, and leave nothing open."""

import json
import signal
import urllib.request
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from testkit.compose import active, read_compose, read_env_file
from testkit.compose_host import ComposeHost
from testkit.processes import Processes
from testkit.waiting import eventually

TRADERS = ("gateway-binance", "oms", "mm-spot", "mm-usdm")
OPEN = {"NEW", "PARTIALLY_FILLED"}


@pytest.fixture
def host(repo_root: Path, run_dir: Path, processes: Processes) -> Iterator[ComposeHost]:
    variables = read_env_file(repo_root / ".env")
    declared = read_compose(repo_root / "docker-compose.yml", variables)
    yield ComposeHost(active(declared, variables["COMPOSE_PROFILES"]), repo_root, run_dir, processes)


def orders(host: ComposeHost) -> list[dict[str, Any]]:
    """Every order of ours at the simulated venue, by the venue's own word."""
    admin = json.loads((host.folder / "run" / "venue-sim.json").read_text())["admin"]
    with urllib.request.urlopen(f"{admin}/_sim/truth", timeout=5) as answer:
        truth = json.load(answer)
    return [order for account in truth.values() for order in account["orders"]]


def markets_quoted(host: ComposeHost) -> set[str]:
    return {order["market"] for order in orders(host) if order["status"] in OPEN}


def filled(host: ComposeHost) -> list[dict[str, Any]]:
    return [order for order in orders(host) if Decimal(order["filled"]) > 0]


@pytest.mark.timeout(300)
def test_declared_services_trade_restart_alone_and_end_clean(host: ComposeHost) -> None:
    host.up()
    lasting = [name for name, service in host.services.items() if service.healthcheck]
    for name in lasting:
        host.await_health(name)
    eventually(lambda: markets_quoted(host) == {"spot", "usdm"}, within_s=45, every_s=0.5, what="quotes on both")
    eventually(lambda: filled(host), within_s=60, every_s=0.5, what="a fill")

    assert host.stop("oms") == {"oms": 0}
    known = {order["venue_order_id"] for order in orders(host)}
    assert not host.is_healthy("oms")
    host.start("oms")
    host.await_health("oms")
    eventually(lambda: {order["venue_order_id"] for order in orders(host)} - known, within_s=30, what="new orders")
    assert [name for name in lasting if not host.running(name)] == []

    assert host.stop(*TRADERS) == dict.fromkeys(TRADERS, 0)
    assert markets_quoted(host) == set()


@pytest.mark.timeout(60)
def test_healthcheck_sees_a_hung_service(host: ComposeHost) -> None:
    """SIGSTOP leaves the process there, doing nothing: to exist is not enough."""
    for name in ("run-dir", "venue-sim"):
        host.start(name)
    host.await_health("venue-sim")
    host.processes.started["venue-sim"].send_signal(signal.SIGSTOP)
    try:
        assert not host.is_healthy("venue-sim")
    finally:
        host.processes.started["venue-sim"].send_signal(signal.SIGCONT)
    host.await_health("venue-sim")
