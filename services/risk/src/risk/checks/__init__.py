"""The pre-trade checks, one refusal each, in the order in which they are asked. The first denial is the answer.

0. `risk.resolution`   is it an order at all, of something known?
1. `trading_state`     does a kill, halt or reduce-only block stand over it?
2. `validity`          is it still wanted?
3. `instrument_live`   does the venue take orders of this instrument?
4. `revision`          do its ticks and lots mean what the strategy thinks?
5. `price_grid`        is the price on the venue's grid?
6. `order_size`        neither too small nor too large?
7. `limits_configured` is everything it adds to limited?
8. `valuation`         can what it adds be valued?
9. `market_data`       does the book it was decided on still hold, and ours?
10. `collar`           is the price near the last good mid, and is there depth for a market order?
11. `reduce_only`      could a reduce-only order reduce?
12. `self_trade`       would it meet one of ours?
13. `size_scale`       is it within the scaled size?
14. `position_limit`   instrument,
15. `gross_limits`     strategy, venue and total,
16. `asset_limit`      and asset within limits, worst side?
17. `funds`            can the account pay?
18. `open_orders`      is there room for one more?
19. `repetition`       is it a duplicate, or a runaway?
20. `order_rate`       may another one go out now?

What is cheap and final comes first; what counts attempts comes last, so that an order refused for another reason
neither uses up rate nor looks like a runaway. A reducing order (`risk.proposal.is_reducing`) is never denied by 7, 8,
13 to 16, nor for margin.
"""

from collections.abc import Callable
from types import ModuleType

from risk import resolution
from risk.checks import (
    asset_limit,
    collar,
    funds,
    gross_limits,
    instrument_live,
    limits_configured,
    market_data,
    open_orders,
    order_rate,
    order_size,
    position_limit,
    price_grid,
    reduce_only,
    repetition,
    revision,
    self_trade,
    size_scale,
    trading_state,
    validity,
    valuation,
)
from risk.context import RiskContext
from risk.denials import Denial
from risk.proposal import Proposal

Check = Callable[[Proposal, RiskContext], Denial | None]
"""A check looks and says no, or nothing. It changes nothing."""

MODULES: tuple[ModuleType, ...] = (
    trading_state,
    validity,
    instrument_live,
    revision,
    price_grid,
    order_size,
    limits_configured,
    valuation,
    market_data,
    collar,
    reduce_only,
    self_trade,
    size_scale,
    position_limit,
    gross_limits,
    asset_limit,
    funds,
    open_orders,
    repetition,
    order_rate,
)
"""In the order in which they are asked."""

CHECKS: tuple[Check, ...] = tuple(module.check for module in MODULES)

WITH_CODES: tuple[ModuleType, ...] = (resolution, *MODULES)
"""Every module that denies, each with its `CODES`."""
