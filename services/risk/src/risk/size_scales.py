"""How much of their configured size orders may have at present, per scope: what drawdown takes away."""

from risk.scopes import ALL


class SizeScales:
    """The scale of everything and of single strategies; the smaller one counts."""

    def __init__(self) -> None:
        """Nothing is scaled."""
        self._scales: dict[str, float] = {}

    def set_scale(self, scope: str, scale: float) -> bool:
        """Set the scale of `all` or of `strategy:<s>`; False when it is that already."""
        if self.of_scope(scope) == scale:
            return False
        self._scales[scope] = scale
        return True

    def of_scope(self, scope: str) -> float:
        """The scale of that very scope."""
        return self._scales.get(scope, 1.0)

    def of_strategy(self, strategy: str) -> float:
        """What a strategy multiplies its sizes by."""
        if not self._scales:
            return 1.0
        return min(self.of_scope(ALL), self.of_scope(f"strategy:{strategy}"))
