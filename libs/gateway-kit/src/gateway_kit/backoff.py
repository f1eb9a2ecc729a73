"""How long to wait before trying again: doubling, with a ceiling and jitter. The caller brings the chance."""


class Backoff:
    """Delays `base`, 2·`base`, 4·`base`, … up to `ceiling`, each shortened by up to half at random.

    Jitter keeps many connections or symbols that failed together from coming back together.
    """

    __slots__ = ("_base_ns", "_ceiling_ns", "failures")

    def __init__(self, base_ms: int, ceiling_ms: int) -> None:
        """Raises ValueError when the ceiling is below the base or the base is not above zero."""
        if not 0 < base_ms <= ceiling_ms:
            raise ValueError(f"back-off base {base_ms} ms must be above zero and at most the ceiling {ceiling_ms} ms")
        self._base_ns = base_ms * 1_000_000
        self._ceiling_ns = ceiling_ms * 1_000_000
        self.failures = 0

    def failed(self, jitter: float) -> int:
        """Count a failure and return the delay in ns before the next attempt; `jitter` is in [0, 1)."""
        delay = min(self._ceiling_ns, self._base_ns << min(self.failures, 32))
        self.failures += 1
        return delay - int(delay * 0.5 * jitter)

    def succeeded(self) -> None:
        """Begin again from the base."""
        self.failures = 0
