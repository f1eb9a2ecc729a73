"""Keeps the venue's own dead-man switch armed while we have orders, and fed only while we are alive (DESIGN §1.8).

A countdown per symbol runs at the venue; when it is not set anew in time, the venue cancels our orders there. It is
set anew only while this gateway's loop turns and the OMS shows progress: a gateway that blindly refreshes keeps bad
orders alive. It is stopped when no order of ours is left, so that it does not hit what others place by hand.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway_kit.requests import Ask, Kind


@dataclass(frozen=True, slots=True)
class SwitchSettings:
    """How long the venue waits, and how often it is told that all is well."""

    countdown_ms: int = 10_000
    refresh_ms: int = 3_000


@dataclass(slots=True)
class _Symbol:
    asked_ns: int
    armed: bool = False


class DeadManSwitch:
    """One market's switches; asks come out, the shell sends them and says how they went."""

    def __init__(self, settings: SwitchSettings) -> None:
        """Nothing armed."""
        self._settings = settings
        self._symbols: dict[str, _Symbol] = {}
        self.starved_since_ns = 0
        """Since when it is not fed although orders are open; 0 while it is."""

    def due(self, symbols_with_orders: Iterable[str], is_fed: bool, now_ns: int) -> list[Ask]:
        """What to ask now. `is_fed`: the loop and the OMS make progress."""
        wanted = set(symbols_with_orders)
        if not is_fed:
            self.starved_since_ns = self.starved_since_ns or now_ns
            return []
        self.starved_since_ns = 0
        asks = [self._set(symbol, now_ns) for symbol in sorted(wanted) if self._is_due(symbol, now_ns)]
        for symbol in sorted(set(self._symbols) - wanted):
            state = self._symbols[symbol]
            if state.armed and now_ns - state.asked_ns >= self._refresh_ns:
                state.asked_ns = now_ns
                asks.append(Ask(Kind.COUNTDOWN, symbol, value=0))
        return asks

    def done(self, ask: Ask, ok: bool, now_ns: int) -> None:
        """How an ask went; one that failed is due again after a fifth of the refresh time."""
        state = self._symbols.get(ask.symbol)
        if state is None:
            return
        if ok:
            state.armed = ask.value > 0
        else:
            state.asked_ns = now_ns - self._refresh_ns * 4 // 5

    def armed(self) -> tuple[str, ...]:
        """Symbols whose switch the venue confirmed."""
        return tuple(sorted(symbol for symbol, state in self._symbols.items() if state.armed))

    @property
    def _refresh_ns(self) -> int:
        return self._settings.refresh_ms * 1_000_000

    def _is_due(self, symbol: str, now_ns: int) -> bool:
        state = self._symbols.get(symbol)
        return state is None or now_ns - state.asked_ns >= self._refresh_ns

    def _set(self, symbol: str, now_ns: int) -> Ask:
        state = self._symbols.setdefault(symbol, _Symbol(now_ns))
        state.asked_ns = now_ns
        return Ask(Kind.COUNTDOWN, symbol, value=self._settings.countdown_ms)
