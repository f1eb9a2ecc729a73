"""The plan of a local run and the supervisor's configuration made from it."""

import configparser
from pathlib import Path

import pytest

from console.plan import command_of, read_plan, supervisor_config
from crossbook.errors import ConfigError
from crossbook.service.exit_codes import EXIT_CONFIG, EXIT_HUMAN

FILE = Path("config/paper/run.toml")


def test_configs_default_to_the_common_and_the_own_file_beside_the_plan() -> None:
    plan = read_plan({"process": [{"name": "oms", "module": "oms"}]}, FILE)
    assert plan.process("oms").configs == (Path("config/paper/common.toml"), Path("config/paper/oms.toml"))
    assert command_of(plan.process("oms"), "python", ()) == [
        *("python", "-m", "oms", "--config", "config/paper/common.toml", "--config", "config/paper/oms.toml"),
        *("--name", "oms"),
    ]


def test_captures_go_to_the_simulated_venue_alone() -> None:
    plan = read_plan(
        {"process": [{"name": "sim", "module": "venue_sim", "configs": ["s.toml"]}, {"name": "oms", "module": "oms"}]},
        FILE,
    )
    assert plan.simulated
    words = command_of(plan.process("sim"), "python", (Path("a.xz"), Path("b.xz")))
    assert words[3:] == [
        *("--config", "config/paper/s.toml", "--endpoints", "run/venue-sim.json"),
        *("--replay", "a.xz", "--replay", "b.xz"),
    ]
    assert "--replay" not in command_of(plan.process("oms"), "python", (Path("a.xz"),))


def test_gateways_and_strategies_are_known_by_their_modules() -> None:
    plan = read_plan(
        {"process": [{"name": "g", "module": "gateway_binance"}, {"name": "m", "module": "strategy_mm"}]}, FILE
    )
    assert (plan.gateways, plan.strategies, plan.simulated) == (("binance",), ("m",), False)


@pytest.mark.parametrize(
    "data",
    [{}, {"process": []}, {"process": [{"module": "oms"}]}, {"process": [{"name": "a", "modul": "oms"}]}, {"x": 1}],
)
def test_a_wrong_plan_is_refused_with_its_file(data: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=r"run\.toml"):
        read_plan(data, FILE)


def test_an_unknown_process_is_answered_with_the_names_there_are() -> None:
    plan = read_plan({"process": [{"name": "oms", "module": "oms"}]}, FILE)
    with pytest.raises(ConfigError, match="no process 'omz'; there are oms"):
        plan.process("omz")


def test_the_supervisor_reads_what_we_write_and_keeps_the_order() -> None:
    text = supervisor_config({"redis": ["redis-server", "--save", ""], "oms": ["a b/python", "-m", "oms", "50%"]})
    parsed = configparser.RawConfigParser()
    parsed.read_string(text)
    assert parsed["program:redis"]["command"] == 'redis-server --save ""'
    assert parsed["program:oms"]["command"] == '"a b/python" -m oms 50%%'
    assert [int(parsed[f"program:{name}"]["priority"]) for name in ("redis", "oms")] == [1, 2]
    assert parsed["unix_http_server"]["chmod"] == "0700"
    assert parsed["program:oms"]["autorestart"] == "unexpected"
    assert parsed["program:oms"]["exitcodes"] == f"{EXIT_HUMAN},{EXIT_CONFIG}"


def test_a_program_on_demand_is_known_but_neither_started_nor_taken_for_a_gateway() -> None:
    plan = read_plan(
        {
            "process": [
                {"name": "gateway-binance", "module": "gateway_binance"},
                {
                    "name": "sweeper-binance",
                    "module": "gateway_binance",
                    "configs": ["common.toml", "gateway-binance.toml"],
                    "arguments": ["--sweep"],
                    "on_demand": True,
                },
                {"name": "guardian", "module": "risk"},
            ]
        },
        FILE,
    )
    assert (plan.gateways, plan.on_demand, plan.guarded) == (("binance",), frozenset({"sweeper-binance"}), True)
    sweeper = plan.process("sweeper-binance")
    words = command_of(sweeper, "python", ())
    assert words[3:] == [
        *("--config", "config/paper/common.toml", "--config", "config/paper/gateway-binance.toml"),
        *("--name", "sweeper-binance", "--sweep"),
    ]
    parsed = configparser.RawConfigParser()
    parsed.read_string(supervisor_config({"sweeper-binance": words, "guardian": ["x"]}, plan.on_demand))
    program = parsed["program:sweeper-binance"]
    assert (program["autostart"], program["autorestart"], program["startsecs"]) == ("false", "false", "0")
    assert "autostart" not in parsed["program:guardian"]
