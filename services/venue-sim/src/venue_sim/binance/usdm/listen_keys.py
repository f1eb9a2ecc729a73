"""Listen keys of USD-M user data: made per account, alive for an hour, extended on request, closed at will.

Source: Binance "User Data Streams" of USD-M futures: creating while one is active returns the same key and extends it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from venue_sim.binance import errors


@dataclass(frozen=True, slots=True)
class ListenKey:
    """A key, whose it is and until when it lives."""

    value: str
    account: str
    expires_ms: int


@dataclass(slots=True)
class ListenKeys:
    """All living keys, one an account at most."""

    life_ms: int
    _by_account: dict[str, ListenKey] = field(default_factory=dict)

    def open(self, account: str, fresh: str, now_ms: int) -> str:
        """The account's key, made of `fresh` where there is none, extended in any case."""
        known = self._living(account, now_ms)
        value = known.value if known else fresh
        self._by_account[account] = ListenKey(value, account, now_ms + self.life_ms)
        return value

    def extend(self, account: str, now_ms: int) -> str:
        """Give the account's key another life; -1125 when there is none."""
        known = self._living(account, now_ms)
        if known is None:
            raise errors.bad_listen_key()
        self._by_account[account] = ListenKey(known.value, account, now_ms + self.life_ms)
        return known.value

    def close(self, account: str) -> None:
        """Forget the account's key."""
        self._by_account.pop(account, None)

    def account_of(self, value: str, now_ms: int) -> str | None:
        """Whose living key that is."""
        for key in self._by_account.values():
            if key.value == value and now_ms < key.expires_ms:
                return key.account
        return None

    def take_expired(self, now_ms: int) -> list[ListenKey]:
        """Keys whose life has ended since the last call; they are gone now."""
        expired = [key for key in self._by_account.values() if now_ms >= key.expires_ms]
        for key in expired:
            del self._by_account[key.account]
        return expired

    def expire(self, account: str) -> ListenKey | None:
        """End an account's key before its time (fault hook); the key that ended."""
        return self._by_account.pop(account, None)

    def _living(self, account: str, now_ms: int) -> ListenKey | None:
        known = self._by_account.get(account)
        return known if known is not None and now_ms < known.expires_ms else None
