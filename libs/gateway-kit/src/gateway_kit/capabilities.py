"""What a market of a venue can do, as data, so that no shared code asks for a venue's name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Of one market."""

    reduce_only: bool
    amend_in_place: bool
    """Price and size of a resting order can be changed under the same venue id."""
    amend_size_down: bool
    """A smaller size at the same price keeps the place in the queue."""
    amend_by_replacement: bool
    """Otherwise an amend is cancel-and-new in one request, with a new venue id; only while nothing is filled."""
    positions: bool
    """The market has positions besides balances."""
    dead_man_switch: bool
    """The venue cancels by itself when a countdown is not refreshed."""
    stream_key: bool
    """The private stream needs a key that must be kept alive."""
    max_client_id: int
    """Longest client order id."""
    history_window_ms: int
    """Longest span of one trade history request."""
    history_reach_ms: int
    """How far back trades can be asked for at all."""
    page: int
    """Most entries of one history answer."""
