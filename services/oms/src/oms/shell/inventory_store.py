"""The shared present in Redis: single writer, absolute values, applied only if newer, written behind, never waited for.

redis-py repeats commands by itself unless told not to, and a repeated or timed-out write may be applied later
(MEASURED, FAILURES G8). Hence no retries, short timeouts, no counters, and a sequence beside every value: whatever
becomes of a write, writing the newest value again is right. After a loss everything is written anew, and what no longer
exists is removed: an old backup that came up instead of the true server is overwritten as well.
"""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

import msgspec
import redis.asyncio as aioredis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from crossbook.clock import Clock
from crossbook.messages.base import Message
from crossbook.telemetry import Histogram, get_logger
from oms.redis_keys import TABLES, RedisField, field_of

_log = get_logger()

IF_NEWER = """
local applied = 0
local hash, seqs = KEYS[1], KEYS[2]
for i = 1, #ARGV, 3 do
  local known = redis.call('HGET', seqs, ARGV[i])
  if not known or tonumber(known) < tonumber(ARGV[i + 1]) then
    if ARGV[i + 2] == '' then
      redis.call('HDEL', hash, ARGV[i])
      redis.call('HDEL', seqs, ARGV[i])
    else
      redis.call('HSET', hash, ARGV[i], ARGV[i + 2])
      redis.call('HSET', seqs, ARGV[i], ARGV[i + 1])
    end
    applied = applied + 1
  end
end
return applied
"""
"""Fields, sequences and values of one hash; an empty value removes the field."""

REPLACE = """
redis.call('DEL', KEYS[1], KEYS[2])
for i = 1, #ARGV, 3 do
  redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 2])
  redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1])
end
return #ARGV / 3
"""
"""The whole of one hash: what is not named is gone."""


class _Value(NamedTuple):
    seq: int
    data: bytes
    caused_ns: int


class InventoryStore:
    """Mirrors published state to Redis. `on_state(reachable, why)` hears when the server goes and comes."""

    def __init__(
        self,
        url: str,
        *,
        prefix: str,
        timeout_ms: int,
        clock: Clock,
        sync_histogram: Histogram,
        on_state: Callable[[bool, str], None],
    ) -> None:
        """Nothing is connected before `run`."""
        timeout_s = timeout_ms / 1_000
        self._redis: aioredis.Redis = aioredis.Redis.from_url(
            url,
            socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s,
            retry=Retry(NoBackoff(), 0),
            retry_on_timeout=False,
        )
        self._prefix = prefix
        self._clock = clock
        self._sync_histogram = sync_histogram
        self._on_state = on_state
        self._present: dict[tuple[str, str], _Value] = {}
        self._waiting: dict[tuple[str, str], _Value] = {}
        self._reachable: bool | None = None
        self._changed = asyncio.Event()

    @property
    def reachable(self) -> bool:
        """Whether the last write came through."""
        return bool(self._reachable)

    @property
    def backlog(self) -> int:
        """Fields that wait to be written."""
        return len(self._waiting)

    def put(self, message: Message, seq: int, caused_ns: int = 0) -> None:
        """Remember a published message for the next write; what Redis does not hold is ignored."""
        place = field_of(message)
        if place is not None:
            self._put(place, _Value(seq, b"" if place.gone else msgspec.json.encode(message), caused_ns))

    def put_meta(self, text: str, seq: int) -> None:
        """Who writes here: desk, epoch, sequence, configuration."""
        self._put(RedisField("meta", "oms"), _Value(seq, text.encode(), 0))

    async def run(self, flush_ms: int) -> None:
        """Write behind until cancelled; while the server is gone, try to write everything anew."""
        while True:
            if self._reachable:
                await self._changed.wait()
                self._changed.clear()
                await self._flush()
                await asyncio.sleep(flush_ms / 1_000)
            elif not await self._write_all():
                await asyncio.sleep(0.2)

    async def drain(self) -> None:
        """Write what waits, once; for an orderly stop."""
        if self._reachable:
            await self._flush()

    async def close(self) -> None:
        """Let go of the connection."""
        await self._redis.aclose()

    def _put(self, place: RedisField, value: _Value) -> None:
        key = (place.table, place.field)
        before = self._waiting.get(key)
        if before is not None and before.caused_ns and not value.caused_ns:
            value = value._replace(caused_ns=before.caused_ns)
        if place.gone:
            self._present.pop(key, None)
        else:
            self._present[key] = value
        self._waiting[key] = value
        self._changed.set()

    async def _flush(self) -> None:
        batch, self._waiting = self._waiting, {}
        if not batch:
            return
        try:
            await self._apply(batch, IF_NEWER)
        except (RedisError, OSError, TimeoutError) as error:
            self._waiting = {**batch, **self._waiting}  # what came meanwhile is newer
            self._became(False, f"{type(error).__name__}: {error}")
            return
        self._measure(batch)

    async def _write_all(self) -> bool:
        """Everything anew: the server may be another one, an empty one, or one with an old backup."""
        present, self._waiting = dict(self._present), {}
        try:
            await self._check_server()
            await self._apply(present, REPLACE, tables=TABLES)
        except (RedisError, OSError, TimeoutError) as error:
            self._became(False, f"{type(error).__name__}: {error}")
            return False
        self._measure(present)
        self._present = {
            key: value._replace(caused_ns=0) if value is present.get(key) else value
            for key, value in self._present.items()
        }
        self._became(True, "")
        self._changed.set()
        return True

    async def _apply(self, batch: dict[tuple[str, str], _Value], script: str, tables: tuple[str, ...] = ()) -> None:
        arguments: dict[str, list[bytes | str | int]] = {table: [] for table in tables}
        for (table, field), value in batch.items():
            arguments.setdefault(table, []).extend((field, value.seq, value.data))
        async with self._redis.pipeline(transaction=False) as pipeline:
            for table, values in arguments.items():
                key = f"{self._prefix}:{table}"
                pipeline.eval(script, 2, key, f"{key}:seq", *values)
            await pipeline.execute()

    async def _check_server(self) -> None:
        """A server that drops keys to make room is none of ours."""
        policy = (await self._redis.config_get("maxmemory-policy")).get("maxmemory-policy", "noeviction")
        if policy != "noeviction":
            raise RedisError(f"maxmemory-policy is {policy}: set it to noeviction, it may not drop our state")

    def _measure(self, batch: dict[tuple[str, str], _Value]) -> None:
        now_ns = self._clock.monotonic_ns()
        for value in batch.values():
            if value.caused_ns:
                self._sync_histogram.record(max(0, now_ns - value.caused_ns))

    def _became(self, reachable: bool, why: str) -> None:
        if self._reachable is not reachable:
            self._reachable = reachable
            if reachable:
                _log.info("redis_reachable", fields=len(self._present))
            else:
                _log.warning("redis_unreachable", why=why)
            self._on_state(reachable, why)
