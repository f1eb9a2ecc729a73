"""The base of every configuration model."""

from typing import TypeAlias

from pydantic import BaseModel, ConfigDict, SecretStr

Secret: TypeAlias = SecretStr
"""A value that is never shown: read it with `.get_secret_value()`; it appears as stars everywhere else."""


class Section(BaseModel):
    """A table of the configuration: frozen, no key but the declared ones, no NaN and no infinity.

    Fields carry their unit in the name and a docstring below them, which also becomes their description.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, validate_default=True, use_attribute_docstrings=True
    )
