"""Errors named by what the caller must do. Gateways classify a venue's answers by the same names (`ErrorClass`)."""

from enum import StrEnum


class CrossbookError(Exception):
    """Base of every error Crossbook raises on purpose."""


class ConfigError(CrossbookError):
    """The configuration must be changed; the text names the file and the key, and says how."""


class VenueRejected(CrossbookError):
    """The venue refused, and nothing happened. Do not repeat unchanged."""


class OutcomeUnknown(CrossbookError):
    """The venue may or may not have done it. Ask until it proves one outcome; never send again under a new id."""


class RateLimited(CrossbookError):
    """Not done, because of a rate limit. Wait until `retry_at_ns`."""

    def __init__(self, text: str, retry_at_ns: int = 0) -> None:
        """`retry_at_ns`: monotonic time before which nothing may be sent; 0 where it is not known."""
        super().__init__(text)
        self.retry_at_ns = retry_at_ns


class RetryLater(CrossbookError):
    """Certainly not done, for a passing reason. May be repeated after a pause."""


class HumanNeeded(CrossbookError):
    """Nothing the program does will help: keys, permissions, a position mode, an inconsistent ledger."""


class PeerAbsent(CrossbookError):
    """Nobody is there to take the message: it was not sent."""


class ErrorClass(StrEnum):
    """What a venue's error means for us. Every venue's error table maps its codes to these."""

    REJECTED = "rejected"
    POST_ONLY = "post_only"
    INSUFFICIENT = "insufficient_funds"
    FILTER = "filter"
    REDUCE_ONLY = "reduce_only"
    UNKNOWN_OUTCOME = "unknown_outcome"
    NOT_FOUND = "not_found"
    DUPLICATE_ID = "duplicate_id"
    RATE_LIMIT = "rate_limit"
    RETRY = "retry"
    CLOCK = "clock"
    AUTH = "auth"
    MAINTENANCE = "maintenance"
    BUG = "bug"
