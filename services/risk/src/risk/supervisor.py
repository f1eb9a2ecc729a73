"""The portfolio rules at work: what they ask for is put in force here, once, and handed on as actions."""

from decimal import Decimal

from crossbook.messages.risk import Block
from risk.actions import Action, Alert, Blocked, CancelScope, Cleared, Scaled
from risk.context import RiskContext
from risk.denials import Denial
from risk.market_views import MarketView
from risk.portfolio.drawdown import DrawdownRule
from risk.portfolio.market_staleness import MarketStaleness
from risk.portfolio.over_limit import OverLimit
from risk.portfolio.pauses import Pauses
from risk.portfolio.pnl_velocity import VelocityRule
from risk.portfolio.reject_storm import RejectStorm
from risk.portfolio.volatility_guard import VolatilityGuard
from risk.scopes import ALL
from risk.trading_state import BY_RULE, HALT, REDUCE_ONLY


class Supervisor:
    """Feeds every rule, and keeps the trading state and the size scales as they ask."""

    def __init__(self, context: RiskContext) -> None:
        """Rules as the configuration has them, all at rest."""
        config = context.config
        self._context = context
        self._drawdowns = {ALL: DrawdownRule(ALL, config.drawdown)}
        self._velocities = {ALL: VelocityRule(ALL, config.velocity)}
        for name, limits in config.strategies.items():
            scope = f"strategy:{name}"
            if limits.drawdown is not None:
                self._drawdowns[scope] = DrawdownRule(scope, limits.drawdown)
            if limits.velocity is not None:
                self._velocities[scope] = VelocityRule(scope, limits.velocity)
        self._volatility = VolatilityGuard(config.volatility)
        self._pauses = Pauses()
        self._rejects = RejectStorm(config.rejects, self._pauses)
        self._staleness = MarketStaleness(config.staleness)
        self._over_limit = OverLimit()
        self._pending: list[Action] = []

    @property
    def total_drawdown(self) -> DrawdownRule:
        """The drawdown of everything."""
        return self._drawdowns[ALL]

    def high_water(self, scope: str) -> Decimal | None:
        """The high-water mark of a scope; None where there is none."""
        rule = self._drawdowns.get(scope)
        return None if rule is None else rule.high_water

    def restore_high_water(self, scope: str, high_water: Decimal) -> None:
        """Set the high-water mark of a scope; one that is not watched is ignored."""
        if (rule := self._drawdowns.get(scope)) is not None:
            rule.high_water = high_water

    def on_equity(self, scope: str, equity: Decimal, now_ns: int) -> list[Action]:
        """Feed drawdown and P&L velocity; a scope without limits of its own is ignored."""
        actions: list[Action] = []
        if (drawdown := self._drawdowns.get(scope)) is not None:
            actions += drawdown.on_equity(equity, now_ns)
        if (velocity := self._velocities.get(scope)) is not None:
            actions += velocity.on_equity(equity, now_ns)
        return self._put_in_force(actions)

    def on_mid(self, asset: str, instrument: str, mid: float, now_ns: int) -> list[Action]:
        """Feed the volatility guard."""
        actions = self._volatility.on_mid(asset, instrument, mid, now_ns)
        return self._put_in_force(actions) if actions else actions

    def look_at_market(self, instrument: str, view: MarketView, now_ns: int) -> list[Action]:
        """Judge one book now; books that nobody has shown yet, or of instruments not defined, are left alone."""
        if instrument not in self._context.rules:
            return []
        return self._put_in_force(self._staleness.look(instrument, view, now_ns))

    def on_reject(self, instrument: str, error_class: str, now_ns: int) -> list[Action]:
        """Feed the reject storm."""
        return self._put_in_force(self._rejects.on_reject(instrument, error_class, now_ns))

    def on_timer(self, now_ns: int) -> list[Action]:
        """Let time do its work: silent books, calm markets, pauses that are over, positions over limits."""
        actions = self.take_actions()
        for instrument, view in self._context.views.items():
            actions += self.look_at_market(instrument, view, now_ns)
            rules = self._context.rules.get(instrument)
            if rules is not None and view.mid and not view.invalid:
                actions += self.on_mid(rules.asset, instrument, view.mid, now_ns)
        actions += self._put_in_force(self._pauses.on_timer(now_ns))
        actions += self._put_in_force(self._over_limit.look(self._context, now_ns))
        return actions

    def pause_runaway(self, strategy: str, denial: Denial, now_ns: int) -> None:
        """Halt a strategy that repeats itself; the actions wait for `take_actions`."""
        pause_s = self._context.config.conduct.pause_s
        actions = self._pauses.pause(f"strategy:{strategy}", "runaway", denial.context, pause_s, now_ns)
        self._pending += self._put_in_force(actions)

    def take_actions(self) -> list[Action]:
        """The actions that wait."""
        waiting, self._pending = self._pending, []
        return waiting

    def impose(self, block: Block) -> list[Action]:
        """Put somebody's block in force; nothing new when it is already."""
        actions: list[Action] = [Blocked(block)]
        if block.level != REDUCE_ONLY:
            actions.append(CancelScope(block.scope, block.reason))
        severity = "warning" if block.level in (HALT, REDUCE_ONLY) else "critical"
        actions.append(Alert(severity, block.level, block.scope, f"{block.reason} by {block.by}"))
        return self._put_in_force(actions)

    def clear(self, scope: str, reason: str) -> list[Action]:
        """Lift an unlatched block whose cause is gone."""
        block = self._context.trading_state.clear(scope, reason)
        return [] if block is None else [Cleared(block, BY_RULE)]

    def resume(self, scope: str, by: str) -> list[Action]:
        """Lift everything of exactly this scope, and have the rules of that scope start afresh."""
        lifted = self._context.trading_state.resume(scope)
        if not lifted:
            return []
        self._start_afresh(scope)
        resumed: list[Action] = [Cleared(block, by) for block in lifted]
        return [*resumed, Alert("info", "resumed", scope, f"by {by}")]

    def _start_afresh(self, scope: str) -> None:
        for rules in (self._drawdowns, self._velocities):
            if (rule := rules.get(scope)) is not None:
                rule.resumed()
        kind, _, name = scope.partition(":")
        if kind == "asset":
            self._volatility.resumed(name)
        self._pauses.resumed(scope)
        self._rejects.resumed(scope)
        self._staleness.resumed(scope)
        self._over_limit.resumed(scope)

    def _put_in_force(self, actions: list[Action]) -> list[Action]:
        """Apply blocks and scales; what was in force already, or is latched, is dropped."""
        applied = []
        for action in actions:
            if isinstance(action, Scaled):
                self._context.scales.set_scale(action.scope, action.scale)
            if isinstance(action, Blocked | Cleared) and not self._takes_effect(action):
                continue
            applied.append(action)
        return applied

    def _takes_effect(self, action: Blocked | Cleared) -> bool:
        state = self._context.trading_state
        if isinstance(action, Blocked):
            return state.impose(action.block)
        return state.clear(action.block.scope, action.block.reason) is not None
