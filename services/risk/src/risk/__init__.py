"""Risk: pre-trade checks, worst-case exposure, trading state and portfolio rules. Runs inside the OMS; touches nothing.

`engine.RiskEngine` is the whole of it for the OMS: facts go in, verdicts and actions come out. `gate` alone can build
what may be sent; `checks/` holds one refusal each, in a fixed order; `exposure` counts what could happen, worst side;
`portfolio/` watches equity, markets and rejects and asks for halts. Time comes in as arguments, money is exact.
"""
