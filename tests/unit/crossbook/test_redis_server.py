"""Which Redis a local run starts, and how."""

import stat
from pathlib import Path

import pytest
import redis

from crossbook.errors import ConfigError
from crossbook.redis_server import find_server, server_command
from testkit.processes import Processes
from testkit.waiting import eventually


def _program(directory: Path, name: str) -> Path:
    path = directory / name
    path.write_text("#!/bin/sh\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_redis_on_the_path_is_taken_before_valkey(tmp_path: Path) -> None:
    valkey = _program(tmp_path, "valkey-server")
    assert find_server(str(tmp_path)) == valkey
    server = _program(tmp_path, "redis-server")
    assert find_server(str(tmp_path)) == server


def test_without_one_on_the_path_the_bundled_one_is_taken(tmp_path: Path) -> None:
    assert find_server(str(tmp_path)).name == "valkey-server"


def test_a_socket_path_too_long_for_the_system_is_refused_with_advice(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="set a shorter run_dir"):
        server_command(tmp_path / ("x" * 120))


def test_the_started_server_keeps_everything_and_listens_on_its_socket_only(
    run_dir: Path, processes: Processes
) -> None:
    processes.start("redis", server_command(run_dir))
    client = redis.Redis(unix_socket_path=str(run_dir / "redis.sock"))
    eventually((run_dir / "redis.sock").exists, what="the socket")
    eventually(lambda: _answers(client), what="an answer")
    told = client.config_get("appendonly", "maxmemory-policy", "port")
    client.close()
    processes.kill("redis")
    assert told == {"appendonly": "yes", "maxmemory-policy": "noeviction", "port": "0"}


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False
