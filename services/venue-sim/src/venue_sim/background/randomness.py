"""Chance, as it is handed in: `random.Random(seed)` in the shell and in tests."""

from typing import Protocol


class Randomness(Protocol):
    """The draws the background needs."""

    def random(self) -> float:
        """Uniform in [0, 1)."""

    def gauss(self, mu: float, sigma: float) -> float:
        """Normal."""

    def expovariate(self, lambd: float) -> float:
        """Exponential with rate `lambd`."""
