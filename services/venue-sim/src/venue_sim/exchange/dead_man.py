"""Dead-man switches: deadlines per account and symbol, which the account must push on."""

Key = tuple[str, str, str]
"""(account, market, symbol)."""


class DeadMan:
    """Deadlines of armed switches."""

    def __init__(self) -> None:
        self._deadlines: dict[Key, int] = {}

    def arm(self, key: Key, countdown_ms: int, now_ms: int) -> None:
        """Fire `countdown_ms` from now unless armed again; 0 disarms."""
        if countdown_ms:
            self._deadlines[key] = now_ms + countdown_ms
        else:
            self._deadlines.pop(key, None)

    def due(self, now_ms: int) -> list[Key]:
        """Switches that fire now; they are disarmed by it."""
        fired = [key for key, deadline in self._deadlines.items() if deadline <= now_ms]
        for key in fired:
            del self._deadlines[key]
        return fired
