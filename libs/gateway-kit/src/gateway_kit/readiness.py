"""Why a market's private side is not ready for new orders: every cause by its name, until each is gone."""


class Readiness:
    """Causes in the order they arose; ready when there is none."""

    def __init__(self, **causes: str) -> None:
        """`causes` hold from the start."""
        self._causes: dict[str, str] = dict(causes)

    def blocked(self, cause: str, why: str) -> bool:
        """Set a cause; True when it is new."""
        fresh = cause not in self._causes
        self._causes[cause] = why
        return fresh

    def cleared(self, cause: str) -> bool:
        """Take a cause away; True when it was there."""
        return self._causes.pop(cause, None) is not None

    @property
    def is_ready(self) -> bool:
        """Whether nothing stands in the way."""
        return not self._causes

    @property
    def reason(self) -> str:
        """All causes in words; empty when ready."""
        return "; ".join(f"{cause}: {why}" for cause, why in self._causes.items())
