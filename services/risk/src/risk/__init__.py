"""Pre-trade checks, exposure, portfolio rules and trading state."""
