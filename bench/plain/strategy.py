"""`python -m bench.plain.strategy`: the market maker, on the plain bus and loop."""

from bench.plain.service import run
from strategy_mm.shell.config import MarketMakerConfig
from strategy_mm.shell.process import main

if __name__ == "__main__":
    run(main, MarketMakerConfig)
