"""The best bid and ask of an instrument from two channels: best quotes and the depth book share one id space."""


class TopOfBook:
    """The newest best quote known, whichever channel brought it. Prices and sizes of an empty side are 0."""

    __slots__ = ("ask", "ask_size", "bid", "bid_size", "update_id")

    def __init__(self) -> None:
        """Knowing nothing."""
        self.update_id = 0
        self.bid = self.bid_size = self.ask = self.ask_size = 0.0

    def take(self, update_id: int, bid: float, bid_size: float, ask: float, ask_size: float) -> bool:
        """Whether this is newer than what is known, and differs from it. What is older moves nothing back."""
        if update_id <= self.update_id:
            return False
        self.update_id = update_id
        if bid == self.bid and ask == self.ask and bid_size == self.bid_size and ask_size == self.ask_size:
            return False
        self.bid, self.bid_size, self.ask, self.ask_size = bid, bid_size, ask, ask_size
        return True

    def forget(self) -> None:
        """Know nothing again, so that the next quote counts as a change."""
        self.update_id = 0
        self.bid = self.bid_size = self.ask = self.ask_size = 0.0
