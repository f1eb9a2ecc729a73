"""Chance that is the same for the same seed: a splitmix64 generator, so that the plan needs no global randomness."""

from __future__ import annotations

_MASK = (1 << 64) - 1


class Dice:
    """A stream of numbers in [0, 1) decided by its seed. Source: Steele, Lea, Flood, "Fast splittable PRNGs" (2014)."""

    __slots__ = ("_state",)

    def __init__(self, seed: int) -> None:
        self._state = seed & _MASK

    def roll(self) -> float:
        """The next number."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return ((mixed ^ (mixed >> 31)) >> 11) / (1 << 53)
