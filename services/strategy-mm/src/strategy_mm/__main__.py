"""`python -m strategy_mm --config config/paper/common.toml --config config/paper/mm-spot.toml --name mm-spot`."""

from crossbook import service
from strategy_mm.shell.config import MarketMakerConfig
from strategy_mm.shell.process import main

if __name__ == "__main__":
    service.run(main, MarketMakerConfig)
