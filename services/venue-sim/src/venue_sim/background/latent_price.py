"""The price nobody sees: what an asset is worth now, a random walk whose volatility wanders too."""

from math import exp, log, sqrt

from venue_sim.background.randomness import Randomness

BPS = 1e-4


class LatentPrice:
    """One asset's worth, shared by its spot and perpetual market so that references across them make sense.

    The log price is a Gaussian walk of `sigma_bps` per square root of a second times a factor whose logarithm is a
    mean-reverting walk (half-life of about a minute), so that calm and wild times alternate. The perpetual's basis is a
    small mean-reverting walk on top.
    """

    def __init__(self, start: float, sigma_bps: float, randomness: Randomness) -> None:
        self.price = start
        self.basis = 0.0
        self._sigma = sigma_bps * BPS
        self._log_factor = 0.0
        self._randomness = randomness

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        draw = self._randomness.gauss
        root = sqrt(seconds)
        self._log_factor += -seconds / 90.0 * self._log_factor + 0.08 * root * draw(0.0, 1.0)
        self.price *= exp(self._sigma * exp(self._log_factor) * root * draw(0.0, 1.0))
        self.basis += -seconds / 60.0 * self.basis + 0.1 * BPS * root * draw(0.0, 1.0)

    def impact(self, bps: float) -> None:
        """A trade teaches the market something: move for good."""
        self.price *= 1.0 + bps * BPS

    def perpetual(self) -> float:
        """What the perpetual is worth."""
        return self.price * (1.0 + self.basis)


def lognormal(randomness: Randomness, median: float, spread: float) -> float:
    """A draw with the given median; `spread` is the standard deviation of its logarithm."""
    return exp(log(median) + spread * randomness.gauss(0.0, 1.0))
