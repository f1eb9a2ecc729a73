"""The spot position: the balance of the base asset less its configured baseline.

Where several spot instruments of an account share a base asset, their positions together are that balance. Fills say
which instrument moved; what moves without a fill (a deposit, an adoption) goes to the asset's *home*, the first
instrument of that base.
"""

from decimal import Decimal

from crossbook.instruments import parse_instrument_id
from oms.assets import AssetKey, Assets
from oms.context import Context
from oms.positions import Positions
from oms.rows import ZERO


class SpotPositions:
    """Keeps spot positions equal to balances less baselines."""

    def __init__(self, context: Context, positions: Positions, assets: Assets) -> None:
        self._context = context
        self._positions = positions
        self._assets = assets

    def home_of(self, account: str, market: str, asset: str) -> str:
        """The spot instrument that stands for an asset; empty when none is traded on that base."""
        for instrument in sorted(self._context.grids):
            definition = self._context.grids[instrument].definition
            if definition.kind == "spot" and definition.market == market and definition.base == asset:
                return instrument
        return ""

    def align(self, key: AssetKey, home: str, venue_time_ns: int, why: str) -> Decimal:
        """Make the positions of an asset add up to its balance less baseline; returns what was adjusted."""
        venue, account, market, asset = key
        row = self._assets.get(key)
        if row is None:
            return ZERO
        baseline = self._context.risk.baseline(account, venue, market, asset)
        others = sum(
            (
                holding.qty
                for (owner, instrument, strategy), holding in self._context.state.holdings.items()
                if owner == account
                and not strategy
                and instrument != home
                and self._is_spot_of(instrument, asset, venue)
            ),
            ZERO,
        )
        wanted = row.expected - baseline - others
        if wanted == self._positions.holding(account, home).qty:
            return ZERO
        return self._positions.adopt(account, home, wanted, ZERO, venue_time_ns, why)

    @staticmethod
    def _is_spot_of(instrument: str, asset: str, venue: str) -> bool:
        name = parse_instrument_id(instrument)
        return (name.kind, name.base, name.venue) == ("spot", asset, venue)
