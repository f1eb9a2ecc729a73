"""The rest of the market: synthetic participants, a scripted ticker, or a recorded market. Pure core."""
