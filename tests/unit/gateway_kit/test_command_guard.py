"""Operators' commands are obeyed once and in time, and a kill outlives the process."""

import msgspec

from crossbook.messages.control import Command
from gateway_kit.command_guard import CommandGuard
from gateway_kit.command_scope import symbols_in_scope

NOW = 1_000_000_000


def command(counter: int, sender: str = "console", deadline_ns: int = NOW) -> Command:
    return Command(sender, counter, deadline_ns, "test")


def test_a_command_is_obeyed_once_per_sender() -> None:
    guard = CommandGuard()
    assert guard.refuse(command(1), NOW) == ""
    assert guard.refuse(command(1), NOW) == "counter 1 of console was seen before (last 1)"
    assert guard.refuse(command(0), NOW) != ""
    assert guard.refuse(command(1, "guardian"), NOW) == ""
    assert guard.refuse(command(2), NOW) == ""


def test_a_late_command_is_refused_and_does_not_use_up_its_counter() -> None:
    guard = CommandGuard()
    assert guard.refuse(command(1), NOW + 5_000_000) == "late by 5 ms"
    assert guard.refuse(command(1, deadline_ns=NOW * 2), NOW) == ""


def test_counters_and_kills_survive_and_rubbish_is_a_fresh_start() -> None:
    guard = CommandGuard()
    guard.refuse(command(7), NOW)
    guard.kills["all"] = "wrong prices"
    again = CommandGuard.loaded(msgspec.json.encode(guard.state()))
    assert (again.kills, again.refuse(command(7), NOW) != "") == ({"all": "wrong prices"}, True)
    assert CommandGuard.loaded(b"{torn").kills == {}


def test_a_scope_means_the_symbols_it_names() -> None:
    symbols = {"BTC-USDT@binance": "BTCUSDT", "ETH-USDT@binance": "ETHUSDT"}
    assert symbols_in_scope("all", symbols) == ("BTCUSDT", "ETHUSDT")
    assert symbols_in_scope("asset:ETH", symbols) == ("ETHUSDT",)
    assert symbols_in_scope("instrument:BTC-USDT@binance", symbols) == ("BTCUSDT",)
    assert symbols_in_scope("venue:okx", symbols) == ()
    assert symbols_in_scope("strategy:mm", symbols) is None
