"""From a venue's error to what it means for us (`crossbook.errors.ErrorClass`).

A table maps codes, and where one code means several things, texts within it. What no table knows is an unknown outcome:
an error that we do not understand must never be taken for a "no".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from crossbook.errors import ErrorClass

CERTAIN = frozenset(ErrorClass) - {ErrorClass.UNKNOWN_OUTCOME, ErrorClass.DUPLICATE_ID}
"""Classes that prove that the request itself changed nothing."""

PASSING = frozenset({ErrorClass.RATE_LIMIT, ErrorClass.RETRY})
"""Certainly not done, and worth another try later: for the OMS the request was not sent."""


@dataclass(frozen=True, slots=True)
class ErrorTable:
    """One market's errors. `texts` are looked for, case-insensitively, in the message of that code, first hit wins."""

    codes: Mapping[int, ErrorClass]
    texts: Mapping[int, tuple[tuple[str, ErrorClass], ...]] = field(default_factory=lambda: MappingProxyType({}))
    ranges: tuple[tuple[int, int, ErrorClass], ...] = ()
    """(lowest, highest, class) for whole families of codes; after `codes`."""

    def classify(self, code: int, message: str) -> ErrorClass:
        """The class of a venue's code and text; UNKNOWN_OUTCOME for a code that is not in the table."""
        lowered = message.lower()
        for text, error_class in self.texts.get(code, ()):
            if text in lowered:
                return error_class
        found = self.codes.get(code)
        if found is not None:
            return found
        for lowest, highest, error_class in self.ranges:
            if lowest <= code <= highest:
                return error_class
        return ErrorClass.UNKNOWN_OUTCOME

    def knows(self, code: int) -> bool:
        """Whether the table names this code; what it does not name is counted and shown."""
        return code in self.codes or code in self.texts or any(low <= code <= high for low, high, _ in self.ranges)
