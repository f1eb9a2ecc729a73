"""Which market lives behind the venue: synthetic flow, a recorded one, or none."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from venue_sim.background.replay import Replay, ReplaySettings
from venue_sim.background.scripted import ScriptedTop
from venue_sim.background.synthetic import SyntheticFlow
from venue_sim.exchange.api import Exchange
from venue_sim.shell.building import instrument, scripted_settings, sections, synthetic_settings
from venue_sim.shell.capture_files import opener
from venue_sim.shell.config import ConfigError, VenueSimConfig


class Background(Protocol):
    """Something that makes the market move as time passes."""

    def advance(self, now_time_ns: int) -> None:
        """Let everything happen that is due."""


class Quiet:
    """Nobody but the accounts themselves."""

    def advance(self, now_time_ns: int) -> None:
        """Nothing happens."""


def build_background(config: VenueSimConfig, exchange: Exchange, captures: Sequence[Path]) -> Background:
    """The background the configuration asks for; ConfigError when a capture cannot be replayed."""
    if captures:
        return _replay(config, exchange, captures)
    kind = config.background.kind
    if kind == "scripted":
        return ScriptedTop(exchange, scripted_settings(config))
    if kind == "quiet":
        return Quiet()
    return SyntheticFlow(exchange, synthetic_settings(config), random.Random(config.run.seed))


def _replay(config: VenueSimConfig, exchange: Exchange, captures: Sequence[Path]) -> Replay:
    missing = [str(capture) for capture in captures if not capture.is_file()]
    if missing:
        raise ConfigError(f"--replay: no such file: {', '.join(missing)}")
    try:
        rules = tuple(instrument(name, each) for name, section in sections(config) for each in section.symbols)
        return Replay(exchange, [opener(capture) for capture in captures], ReplaySettings(instruments=rules))
    except ValueError as error:
        raise ConfigError(f"--replay: {error}") from error
