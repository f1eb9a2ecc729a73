"""The OMS process: sockets, journal, Redis and timers wired to the core. Nothing is decided here."""

import asyncio
from typing import Any

import msgspec

from crossbook.config import config_hash
from crossbook.messages.base import Message
from crossbook.messages.health import Alert
from crossbook.messages.market import BookInvalid, BookProved, BookTop, InstrumentDefinition, Mark, VenueHealth
from crossbook.messages.orders import AmendIntent, Denied, Fill, PlaceIntent, StateSnapshot
from crossbook.service import ServiceContext
from crossbook.service.build import build
from crossbook.telemetry import get_logger
from oms.core import OmsCore, settings_json
from oms.gateway_desk import GatewayDesk
from oms.inputs import FromStrategy, MarketLink, RedisState, Started, Stopping, Tick
from oms.outputs import Publish
from oms.shell.config import OmsConfig
from oms.shell.executor import Executor
from oms.shell.inventory_store import InventoryStore
from oms.shell.journal_files import lock_directory, mend_tail, recover
from oms.shell.journal_writer import MB, JournalWriter, free_bytes
from oms.shell.market_intake import MarketIntake

TICK_MS = 100
_TOPICS = ["top.", "proof.", "mark.", "instrument.", "health."]
_MARKET_TYPES = (BookTop, BookInvalid, BookProved, Mark, InstrumentDefinition, VenueHealth)
_log = get_logger()


class OmsProcess:
    """Everything that lives as long as the process."""

    def __init__(self, ctx: ServiceContext[OmsConfig]) -> None:
        """Recover from the journal; raises HumanNeeded where it is damaged or another OMS writes it."""
        self._ctx = ctx
        config = ctx.config
        self._sequences: dict[str, int] = {}
        self._lock = lock_directory(config.journal_dir)
        mend_tail(config.journal_dir, ctx.clock.time_ns())
        end = recover(config.journal_dir)
        self._epoch = end.recovered.epoch + 1
        self._core = OmsCore(config.settings, config.risk, end.recovered.state, end.recovered.last_seq)
        self._journal = JournalWriter(
            config.journal_dir,
            desk=config.desk,
            number=end.last_number,
            chain=end.chain,
            file_mb=config.journal.file_mb,
            reserve_mb=config.journal.reserve_mb,
        )
        self._executor = Executor(self._core, self._journal, self, ctx.clock, ctx.metrics, self._fatal)
        self._intake = MarketIntake(self._executor.run, config.orders.min_top_interval_ms, config.orders.top_moved_bps)
        self._store = InventoryStore(
            config.redis_url,
            prefix=config.redis.prefix,
            timeout_ms=config.redis.timeout_ms,
            clock=ctx.clock,
            sync_histogram=ctx.metrics.histogram("inventory_sync_ns"),
            on_state=lambda reachable, why: self._executor.run(RedisState(reachable, why)),
        )
        self._low_disk = False
        self._denials, self._fills = ctx.metrics.counter("denials"), ctx.metrics.counter("fills")
        _log.info("journal_read", records=end.recovered.records, last_seq=end.recovered.last_seq, epoch=self._epoch)

    def start(self) -> None:
        """Begin a new epoch, durably, then open the doors."""
        ctx, config = self._ctx, self._ctx.config
        self._events = ctx.publisher(config.bus.events, role="events")
        self._journal.keep_reserve()
        self._journal.open(self._core.seq + 1, ctx.clock.time_ns())
        started = Started(
            self._epoch,
            config.desk,
            build(),
            settings_json(config.settings),
            config.risk.model_dump_json(),
        )
        self._intents = ctx.router(
            config.bus.intents, self._on_intent, types=msgspec_types(FromStrategy), role="intents"
        )
        self._orders = ctx.router(config.bus.orders, self._on_gateway, types=GatewayDesk.TAKES, role="orders")
        self._executor.run(started)
        self._executor.want_snapshot()
        self._journal.sync_now()
        self._store.put_meta(self._meta(), self._core.seq)
        self._market = ctx.subscriber(
            [config.bus.md_of(venue) for venue in config.venues],
            _TOPICS,
            self._on_market,
            self._on_gap,
            types=_MARKET_TYPES,
            newest_only=True,
            on_link=lambda endpoint, up: self._executor.run(MarketLink(endpoint, up)),
        )
        ctx.every(TICK_MS, self._tick)
        ctx.every(10_000, self._watch_disk)
        ctx.task(self._sync_forever(), name="journal_sync")
        ctx.task(self._store.run(config.redis.flush_ms), name="redis")
        ctx.on_stop(self._stop)
        ctx.ready()

    # Wires, for the executor

    def to_peer(self, peer: bytes, message: Message) -> None:
        """Answer on `intents`."""
        if type(message) is StateSnapshot:
            message = self._with_sequences(message)
        elif type(message) is Denied and message.intent_id:
            self._denials.add()
        self._intents.send(peer, message)

    def to_gateway(self, peer: bytes, message: Message) -> None:
        """Command on `orders`."""
        self._orders.send(peer, message)

    def publish(self, output: Publish, seq: int) -> None:
        """Publish on `events`, mirror to Redis, log alerts."""
        message = output.message
        self._sequences[output.topic] = self._events.publish(output.topic, message, retain=output.retain)
        self._store.put(message, seq, output.caused_ns)
        if type(message) is Fill:
            self._fills.add()
        elif type(message) is Alert:
            log = _log.warning if message.severity in ("page", "warn") and not message.cleared else _log.info
            log("alert", kind=message.kind, subject=message.subject, text=message.text, context=message.context,
                severity=message.severity, cleared=message.cleared)  # fmt: skip

    # Inputs

    def _on_intent(self, peer: bytes, message: Any) -> None:
        if type(message) is PlaceIntent:
            self._intake.before_intent(message.instrument, self._ctx.clock.monotonic_ns())
        elif type(message) is AmendIntent:
            order = self._core.state.orders.get(message.order_id)
            if order is not None:
                self._intake.before_intent(order.instrument, self._ctx.clock.monotonic_ns())
        self._executor.run(message, peer)
        self._ctx.progress()

    def _on_gateway(self, peer: bytes, message: Any) -> None:
        self._executor.run(message, peer)
        self._ctx.progress()

    def _on_market(self, topic: str, seq: int, message: Any) -> None:
        if isinstance(message, BookTop | BookInvalid | BookProved):
            self._intake.take(message, self._ctx.clock.monotonic_ns())
        else:
            self._executor.run(message)

    def _on_gap(self, topic: str, expected: int, got: int) -> None:
        """Only the newest of each topic counts here, and the bus asks for it anew by itself."""
        self._ctx.metrics.counter("market_gaps").add()

    def _tick(self) -> None:
        self._intake.on_tick(self._ctx.clock.monotonic_ns())
        self._executor.run(Tick())
        self._executor.snapshot_step()
        self._store.put_meta(self._meta(), self._core.seq)
        gauges = self._ctx.metrics
        gauges.gauge("live_orders").set(len(self._core.state.live))
        gauges.gauge("redis_backlog").set(self._store.backlog)
        gauges.gauge("journal_mb").set(self._journal.bytes_written / MB)

    async def _sync_forever(self) -> None:
        pause_s = self._ctx.config.journal.sync_ms / 1_000
        while True:
            await asyncio.sleep(pause_s)
            await self._journal.sync_behind()

    def _watch_disk(self) -> None:
        self._journal.keep_reserve()
        free_mb = free_bytes(self._ctx.config.journal_dir) // MB
        low = free_mb < self._ctx.config.journal.warn_free_mb
        if low != self._low_disk:
            self._low_disk = low
            text = f"{free_mb} MB are free where the journal is"
            alert = Alert("warn", "disk_low", "journal", text, "", self._ctx.clock.time_ns(), cleared=not low)
            self.publish(Publish("alert", alert, retain=False), self._core.seq)

    async def _stop(self) -> None:
        """Cancel everything, and wait for the venue's word on it for as long as the stop may take."""
        self._executor.run(Stopping("SIGTERM"))
        deadline_ns = self._ctx.clock.monotonic_ns() + (self._ctx.config.stop_ms - 500) * 1_000_000
        while self._live_orders() and self._ctx.clock.monotonic_ns() < deadline_ns:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        left = self._live_orders()
        (_log.warning if left else _log.info)("oms_stopping", orders_left=left)
        await self._store.drain()
        await self._store.close()
        self._journal.close()

    def _live_orders(self) -> int:
        return sum(not order.state.is_terminal for order in self._core.state.live.values())

    def _with_sequences(self, snapshot: StateSnapshot) -> StateSnapshot:
        wanted = {
            topic: sequence
            for topic, sequence in self._sequences.items()
            if not snapshot.strategy or topic.endswith("." + snapshot.strategy) or topic.startswith("position.")
        }
        return msgspec.structs.replace(snapshot, sequences=wanted)

    def _meta(self) -> str:
        config = self._ctx.config
        now_ns = self._ctx.clock.time_ns()
        facts = {"desk": config.desk, "epoch": self._epoch, "journal_seq": self._core.seq, "time_ns": now_ns,
                 "config_hash": self._config_hash(), "writer": self._ctx.instance}  # fmt: skip
        return msgspec.json.encode(facts).decode()

    def _config_hash(self) -> str:
        if not hasattr(self, "_hash"):
            self._hash = config_hash(self._ctx.config)
        return self._hash

    def _fatal(self, error: BaseException) -> None:
        """Let the loop's own handler end the process with the whole trace."""

        def fail() -> None:
            raise error

        self._ctx.loop.call_soon(fail)


def msgspec_types(union: Any) -> tuple[type, ...]:
    """The members of a union type."""
    members: tuple[type, ...] = union.__args__
    return members


async def main(ctx: ServiceContext[OmsConfig]) -> None:
    """Run until told to stop."""
    process = OmsProcess(ctx)
    process.start()
    await ctx.stopping.wait()
