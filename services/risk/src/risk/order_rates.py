"""Token buckets that bound how many orders and amends go out, per strategy, instrument and venue."""

from dataclasses import dataclass

from risk.config import Rate, Rates

NANO = 1_000_000_000
"""Tokens are counted in 10^-9, so that refilling is exact: nanoseconds times tokens a second."""


class TokenBucket:
    """Tokens that refill with time. Full at first."""

    __slots__ = ("_at_ns", "_burst", "_per_s", "_tokens")

    def __init__(self, rate: Rate, now_ns: int) -> None:
        """A full bucket."""
        self._per_s, self._burst = rate.per_s, rate.burst * NANO
        self._tokens, self._at_ns = self._burst, now_ns

    def tokens(self, now_ns: int) -> int:
        """What is there now, in 10^-9 tokens."""
        passed = now_ns - self._at_ns
        if passed > 0:
            self._tokens = min(self._tokens + passed * self._per_s, self._burst)
            self._at_ns = now_ns
        return self._tokens

    def take(self, now_ns: int) -> None:
        """Take one token, or what is left of it: what must be sent is sent, and others wait for the refill."""
        self._tokens = max(self.tokens(now_ns) - NANO, 0)

    def give_back(self) -> None:
        """Return a token that was taken for nothing."""
        self._tokens = min(self._tokens + NANO, self._burst)

    def reserve(self, share: float) -> int:
        """That share of a full bucket, in 10^-9 tokens."""
        return int(self._burst * share)


@dataclass(frozen=True, slots=True)
class BucketLevel:
    """A bucket that has too little."""

    scope: str
    tokens: float
    needed: float


class OrderRates:
    """The buckets of every strategy, instrument and venue."""

    def __init__(self, config: Rates) -> None:
        """Buckets are made, full, when first used."""
        self._config = config
        self._buckets: dict[str, TokenBucket] = {}

    def shortage(self, scopes: tuple[str, str, str], urgent: bool, now_ns: int) -> BucketLevel | None:
        """The first bucket that cannot give a token. What is not urgent leaves the reserve alone."""
        for scope in scopes:
            bucket = self._bucket(scope, now_ns)
            needed = NANO if urgent else NANO + bucket.reserve(self._config.reserve)
            if (tokens := bucket.tokens(now_ns)) < needed:
                return BucketLevel(scope, tokens / NANO, needed / NANO)
        return None

    def take(self, scopes: tuple[str, ...], now_ns: int) -> None:
        """Take a token from each."""
        for scope in scopes:
            self._bucket(scope, now_ns).take(now_ns)

    def give_back(self, scopes: tuple[str, ...]) -> None:
        """Return the tokens of something that was not sent after all."""
        for scope in scopes:
            self._buckets[scope].give_back()

    def _bucket(self, scope: str, now_ns: int) -> TokenBucket:
        bucket = self._buckets.get(scope)
        if bucket is None:
            kind = scope.partition(":")[0]
            rate = {"strategy": self._config.strategy, "venue": self._config.venue}.get(kind, self._config.instrument)
            bucket = self._buckets[scope] = TokenBucket(rate, now_ns)
        return bucket
