"""What the processes of a bench run have in common: instruments, names, and the configuration files of both stacks.

Limits are wide and times patient, so that neither stack is stopped by a rule while it is measured: a slow stack shows
late orders, not refused ones. What each process does for an order is what it does in production.
"""

from pathlib import Path
from typing import NamedTuple

SYMBOLS = tuple(f"{base}USDT" for base in ("BTC", "ETH", "BNB", "SOL", "XRP", "ADA", "DOGE", "LTC", "LINK", "DOT"))
INSTRUMENTS = tuple(f"{symbol.removesuffix('USDT')}-USDT-PERP@binance" for symbol in SYMBOLS)
STRATEGY = "bench-mm"
HALF_SPREAD_BPS = 5.0
OFFSET_TICKS = -5
"""Where the strategy's bid then stands, counted from the best bid: bid + ½ − 5 bps of about 1000.0, down to a tick."""

_COMMON = """
run_dir = "{run_dir}"
[telemetry]
level = "info"
[watchdog]
stall_ms = 20000
"""

_GATEWAY = """
account = "main"
environment = "custom"
endpoints_file = "{run_dir}/venue.json"
allow_unknown_permissions = true
[credentials]
api_key = "benchKey"
secret = "a-secret-of-the-bench"
[usdm]
enabled = true
symbols = {symbols}
trades = "none"
[orders]
request_timeout_ms = 10000
canary_ms = 60000
oms_lost_cancel_ms = 60000
oms_progress_ms = 60000
[market_data]
depth_owed_ms = 60000
probe_after_ms = 60000
audit_every_ms = 0
late_ms = 0
stall_ms = 60000
"""

_OMS = """
venues = ["binance"]
[journal]
reserve_mb = 0
[orders]
strategy_silent_ms = 10000
gateway_silent_ms = 10000
answer_timeout_ms = 20000
reconcile_ms = 60000
[risk]
reporting_currency = "USDT"
total.max_gross_notional = 1000000000
venues.binance.max_gross_notional = 1000000000
strategies.{strategy}.max_gross_notional = 1000000000
strategies.{strategy}.max_open_orders = 10000000
drawdown = {{ soft = 1000000, hard = 2000000 }}
velocity = {{ max_loss_10s = 1000000, max_loss_60s = 2000000 }}
conduct = {{ duplicates = 1000000, runaway_orders = 2000000 }}
staleness = {{ making_ms = 60000, arbitrage_ms = 60000 }}
volatility = {{ max_ratio = 1e9, max_sigma_bps = 1e9, max_jump_bps = 10000 }}
rejects = {{ instrument_per_min = 1000000, venue_per_min = 1000000 }}
[risk.rates]
strategy = {{ per_s = 1000000, burst = 1000000 }}
instrument = {{ per_s = 1000000, burst = 1000000 }}
venue = {{ per_s = 1000000, burst = 1000000 }}
"""

_OMS_INSTRUMENT = """
[risk.assets.{base}]
max_net_base = 1000000
[risk.instruments."{instrument}"]
max_position_base = 1000000
max_order_qty_base = 1000
max_order_notional = 10000000
maker_collar_bps = 1000
taker_collar_bps = 1000
max_open_orders = 10000000
"""

_STRATEGY_INSTRUMENT = """
[[quoting]]
instrument = "{instrument}"
fair_price = {{ method = "mid" }}
spread = {{ base_half_bps = {half}, volatility_multiplier = 0.0, max_half_bps = 5000.0 }}
inventory = {{ target = 1.0, max_deviation = 1.0, skew_bps = 0.0 }}
size = {{ base = 0.1 }}
requote = {{ away_fraction = 0.0, toward_ticks = 1, toward_fraction = 0.0, toward_min_age_ms = 0.0 }}
guards = {{ max_data_age_ms = 60000.0, order_valid_ms = 60000.0 }}
"""
"""A position of nothing against a target of 1 leaves the bid alone: one quote, so one order for a price that moves."""


class Process(NamedTuple):
    """One process of the desk: what runs, under which name."""

    name: str
    module: str


CROSSBOOK = (
    Process("oms", "oms"),
    Process("gateway-binance", "gateway_binance"),
    Process(STRATEGY, "strategy_mm"),
)
PLAIN = (
    Process("oms", "bench.plain.oms"),
    Process("gateway-binance", "bench.plain.gateway"),
    Process(STRATEGY, "bench.plain.strategy"),
)
STACKS = {"crossbook": CROSSBOOK, "plain": PLAIN}


def write_configuration(run_dir: Path) -> None:
    """`common.toml` and one file a process, for a run in `run_dir`."""
    symbols = "[" + ", ".join(f'"{symbol}"' for symbol in SYMBOLS) + "]"
    pairs = list(zip(SYMBOLS, INSTRUMENTS, strict=True))
    oms = [_OMS.format(strategy=STRATEGY)]
    oms += [_OMS_INSTRUMENT.format(base=symbol.removesuffix("USDT"), instrument=name) for symbol, name in pairs]
    quoting = [_STRATEGY_INSTRUMENT.format(instrument=name, half=HALF_SPREAD_BPS) for name in INSTRUMENTS]
    texts = {
        "common": _COMMON.format(run_dir=run_dir),
        "gateway-binance": _GATEWAY.format(run_dir=run_dir, symbols=symbols),
        "oms": "".join(oms),
        STRATEGY: 'account = "main"\n' + "".join(quoting),
    }
    for name, text in texts.items():
        (run_dir / f"{name}.toml").write_text(text)


def command(process: Process, run_dir: Path) -> list[str]:
    """Words after the interpreter."""
    files = [str(run_dir / "common.toml"), str(run_dir / f"{process.name}.toml")]
    return ["-m", process.module, "--config", files[0], "--config", files[1], "--name", process.name]
