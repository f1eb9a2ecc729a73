"""Whether the account can pay: spot from what it holds less what its live orders reserve, perpetuals with margin.

A spot order needs its whole cost with fees at its own price, reducing or not: nobody can sell what is not there. On
perpetuals the valued worst case of all positions of a margin wallet may reach its balance times the venue's configured
leverage; reducing orders need none.
"""

from risk.context import RiskContext
from risk.denials import Denial, DenialCode
from risk.proposal import Proposal
from risk.spending import cost_per_base
from risk.units import price_units, qty_decimal, value_decimal
from risk.wallets import Wallet, cost_of

CODES = {
    DenialCode.BALANCE_UNKNOWN: "the venue has not told the balance that the order spends yet",
    DenialCode.INSUFFICIENT_BALANCE: "the cost with fees is above what is held less what live orders reserve",
    DenialCode.INSUFFICIENT_MARGIN: "the worst case of the wallet's positions needs more margin than it holds",
}


def check(proposal: Proposal, context: RiskContext) -> Denial | None:
    """Deny what cannot be paid for; a balance that nobody told yet pays for nothing that adds."""
    rules = proposal.rules
    wallet = context.spent_wallet(proposal.account, rules, proposal.side > 0)
    if rules.is_perp and (proposal.reducing or not proposal.extra):
        return None
    if wallet.held is None:
        return None if proposal.reducing else Denial(DenialCode.BALANCE_UNKNOWN, f"wallet={wallet.name}")
    judge = _margin if rules.is_perp else _balance
    return judge(proposal, context, wallet, wallet.held)


def _balance(proposal: Proposal, context: RiskContext, wallet: Wallet, held: int) -> Denial | None:
    cost = max(cost_per_base(proposal), context.wallets.cost(proposal.order_id))
    needed = cost_of(cost, proposal.spend) - context.wallets.reserved(proposal.order_id)
    free = held - wallet.reserved
    if needed <= 0 or needed <= free:
        return None
    return Denial(
        DenialCode.INSUFFICIENT_BALANCE,
        f"wallet={wallet.name} needed={qty_decimal(needed)} free={qty_decimal(free)} "
        f"reserved={qty_decimal(wallet.reserved)}",
    )


def _margin(proposal: Proposal, context: RiskContext, wallet: Wallet, held: int) -> Denial | None:
    rules, total = proposal.rules, proposal.cell.gross[2]
    increase = proposal.cell.increase(proposal.side, proposal.extra)
    rate = context.valuation.rate(rules.definition.settle)
    most = held * price_units(rate) * context.limits.leverage_milli[rules.venue] // 1_000
    if not increase or total.value + rules.with_fee(increase) <= most:
        return None
    return Denial(
        DenialCode.INSUFFICIENT_MARGIN,
        f"wallet={wallet.name} notional={value_decimal(total.value)} added={value_decimal(increase)} "
        f"max_notional={value_decimal(most)} held={qty_decimal(held)}",
    )
