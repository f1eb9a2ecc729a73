"""Hot reload is all or nothing."""

import pytest

from crossbook.config import Change, Reloader, Section
from crossbook.errors import ConfigError


class Quote(Section):
    """May change while running."""

    spread_bps: float = 5.0
    levels: int = 3


class Config(Section):
    """One section that may change, one key that may, one that may not."""

    quote: Quote = Quote()
    tolerance_bps: float = 1.0
    instrument: str = "BTC-USDT@binance"


RELOADABLE = frozenset({"quote", "tolerance_bps"})


def reloader(new: Config) -> Reloader[Config]:
    return Reloader(lambda: new, Config(), RELOADABLE)


def test_what_changed_is_told_with_old_and_new_and_is_in_force() -> None:
    new = Config(quote=Quote(spread_bps=7.0, levels=4), tolerance_bps=2.0)
    holder = reloader(new)
    assert holder.reload() == [
        Change("quote.levels", 3, 4),
        Change("quote.spread_bps", 5.0, 7.0),
        Change("tolerance_bps", 1.0, 2.0),
    ]
    assert holder.current is new


def test_a_key_that_needs_a_restart_refuses_the_whole_reload() -> None:
    holder = reloader(Config(quote=Quote(levels=9), instrument="ETH-USDT@binance"))
    with pytest.raises(ConfigError, match="instrument can only change with a restart"):
        holder.reload()
    assert holder.current == Config()


def test_a_configuration_that_is_wrong_leaves_the_old_one_in_force() -> None:
    def broken() -> Config:
        raise ConfigError("own.toml: not valid TOML")

    holder = Reloader(broken, Config(), RELOADABLE)
    with pytest.raises(ConfigError, match="not valid TOML"):
        holder.reload()
    assert holder.current == Config()


def test_nothing_changed_is_no_change() -> None:
    assert reloader(Config()).reload() == []


def test_a_change_knows_the_sections_it_lies_in() -> None:
    change = Change("quote.spread_bps", 1, 2)
    assert change.is_in(frozenset({"quote"}))
    assert change.is_in(frozenset({"quote.spread_bps"}))
    assert not change.is_in(frozenset({"quote.spread", "quot", "spread_bps"}))
