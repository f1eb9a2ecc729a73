"""`python -m bench.plain.gateway`: Binance's gateway with `websockets` and `json`, on the plain bus and loop."""

from bench.plain.connection import connect
from bench.plain.market_dialect import JsonMarketDialect
from bench.plain.service import run
from crossbook.service import ServiceContext
from gateway_binance.shell import market_side
from gateway_binance.shell.config import BinanceConfig
from gateway_binance.shell.endpoints_file import with_endpoints
from gateway_binance.shell.venue import venue_offer
from gateway_kit.shell import websocket_session
from gateway_kit.shell.gateway import Gateway


async def main(ctx: ServiceContext[BinanceConfig]) -> None:
    """The product's composition with two parts exchanged."""
    websocket_session.connect = connect  # type: ignore[attr-defined, assignment]
    market_side.BinanceMarketDialect = JsonMarketDialect  # type: ignore[attr-defined]
    config = await with_endpoints(ctx.config)
    await Gateway(ctx, venue_offer(config), config).run()


if __name__ == "__main__":
    run(main, BinanceConfig)
