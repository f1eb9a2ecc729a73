"""Configuration of one market-making process."""

from typing import Annotated

from pydantic import Field, model_validator

from crossbook.config import ServiceConfig
from crossbook.instruments import parse_instrument_id
from strategy_mm.parameters import QuotingParameters

RELOADABLE = frozenset({"quoting"})
"""What SIGHUP may change while running; everything else needs a restart."""


class MarketMakerConfig(ServiceConfig):
    """`python -m strategy_mm`: one strategy, quoting any number of instruments of one account."""

    account: str = "main"
    quoting: Annotated[tuple[QuotingParameters, ...], Field(min_length=1)]
    timer_ms: Annotated[int, Field(ge=5, le=1000)] = 50
    """How often everything is looked at although nothing has come in: ages, pauses, the end of cool-downs."""

    @model_validator(mode="after")
    def _names_fit(self) -> "MarketMakerConfig":
        names = [parameters.instrument for parameters in self.quoting]
        if len(set(names)) != len(names):
            raise ValueError("quoting: an instrument is listed twice")
        for parameters in self.quoting:
            parse_instrument_id(parameters.instrument)
            if parameters.fair_price.reference is not None:
                parse_instrument_id(parameters.fair_price.reference)
        return self
