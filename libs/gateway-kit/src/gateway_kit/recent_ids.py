"""Which trades were seen: each counts once, whether it comes twice, late, or over two connections."""

from collections import deque

WINDOW = 512
"""Ids remembered. What is older than the oldest of them and was not seen then is taken for a repetition."""


class RecentIds:
    """Ids that grow, nearly always one after the other."""

    __slots__ = ("_newest", "_recent")

    def __init__(self) -> None:
        """Nothing seen."""
        self._newest = -1
        self._recent: deque[int] = deque(maxlen=WINDOW)

    def is_new(self, number: int) -> bool:
        """Whether this id was not seen before; it is from now on."""
        if number > self._newest:
            self._newest = number
        elif number < self._recent[0] or number in self._recent:
            return False
        self._recent.append(number)
        return True

    def forget(self) -> None:
        """Begin anew: the venue may, too."""
        self._newest = -1
        self._recent.clear()
