"""The parameters of one request, read with the venue's own complaints when they are missing or malformed."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qsl

from venue_sim.binance import errors
from venue_sim.binance.signing import printed
from venue_sim.exchange.api import Side

_DECIMAL = re.compile(r"^([0-9]{1,20})(\.[0-9]{1,20})?$")
_INTEGER = re.compile(r"^-?[0-9]{1,19}$")


class Params:
    """Text by name, whatever the way it came: query string, form body or JSON object."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    @classmethod
    def from_query(cls, query: str, body: str = "") -> Params:
        """Read a REST request; of a name in both, the query string's counts (as the venue documents)."""
        values = dict(parse_qsl(body, keep_blank_values=True))
        values.update(parse_qsl(query, keep_blank_values=True))
        return cls(values)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Params:
        """Read the `params` object of a WebSocket-API request; lists keep their JSON text."""
        return cls({name: _as_text(value) for name, value in values.items() if value is not None})

    def __contains__(self, name: str) -> bool:
        return bool(self._values.get(name))

    def as_dict(self) -> dict[str, str]:
        """A copy of all parameters."""
        return dict(self._values)

    def text(self, name: str, default: str = "") -> str:
        """An optional text, `default` when absent or empty."""
        return self._values.get(name) or default

    def required(self, name: str) -> str:
        """A mandatory text; -1102 when absent or empty."""
        value = self._values.get(name)
        if not value:
            raise errors.missing(name)
        return value

    def choice(self, name: str, allowed: Collection[str], default: str = "") -> str:
        """One of `allowed`, else -1130."""
        value = self.text(name, default)
        if value and value not in allowed:
            raise errors.bad_value(name)
        return value

    def side(self) -> Side:
        """The mandatory `side`: BUY or SELL, else -1117."""
        value = self.required("side")
        if value not in ("BUY", "SELL"):
            raise errors.bad_side()
        return Side(value)

    def decimal(self, name: str) -> Decimal | None:
        """An optional plain decimal number; -1100 when it is written otherwise (exponents, signs, NaN)."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        if not _DECIMAL.match(value):
            raise errors.illegal_chars(name, r"^([0-9]{1,20})(\.[0-9]{1,20})?$")
        try:
            return Decimal(value)
        except InvalidOperation as error:
            raise errors.missing(name) from error

    def required_decimal(self, name: str) -> Decimal:
        """A mandatory decimal number."""
        self.required(name)
        value = self.decimal(name)
        if value is None:
            raise errors.missing(name)
        return value

    def integer(self, name: str) -> int | None:
        """An optional integer; -1100 when it is none."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        if not _INTEGER.match(value):
            raise errors.illegal_chars(name, "^[0-9]{1,20}$")
        return int(value)

    def limit(self, default: int, most: int) -> int:
        """The `limit` of a list, at most `most`; -1130 when not positive."""
        value = self.integer("limit")
        if value is None:
            return default
        if value <= 0:
            raise errors.bad_value("limit")
        return min(value, most)

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean sent as `true` or `false` in any case."""
        value = self.text(name).lower()
        if value not in ("", "true", "false"):
            raise errors.bad_value(name)
        return default if value == "" else value == "true"

    def json_list(self, name: str) -> list[Any] | None:
        """A parameter that holds a JSON array; -1135 when it does not parse."""
        value = self._values.get(name)
        if not value:
            return None
        try:
            parsed = json.loads(value, parse_float=Decimal)
        except json.JSONDecodeError as error:
            raise errors.bad_json(name) from error
        if not isinstance(parsed, list):
            raise errors.bad_json(name)
        return parsed


def _as_text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, list | dict) else printed(value)
