"""`python -m gateway_binance`: the gateway; `… --sweep`, `… preflight`, `… decode` are its other trades."""

import argparse
import sys
from typing import NoReturn

from crossbook import service
from gateway_binance.shell import decode_command
from gateway_binance.shell.committed_secrets import refuse_committed_secrets
from gateway_binance.shell.config import BinanceConfig
from gateway_binance.shell.endpoints_file import with_endpoints
from gateway_binance.shell.venue import venue_offer
from gateway_kit.shell import commands
from gateway_kit.shell.gateway import Gateway, VenueOffer


async def main(ctx: service.ServiceContext[BinanceConfig]) -> None:
    """Run the gateway until it is stopped."""
    refuse_committed_secrets(ctx.arguments.config, ctx.config.environment)
    config = await with_endpoints(ctx.config)
    await Gateway(ctx, venue_offer(config), config).run()


async def _offer(config: BinanceConfig) -> VenueOffer:
    return venue_offer(await with_endpoints(config))


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sweep", action="store_true", help="cancel all orders of ours at the venue, verify, and exit")


def run() -> NoReturn:
    """Choose by the command line."""
    argv = sys.argv[1:]
    if argv[:1] == ["decode"]:
        sys.exit(decode_command.run(argv[1:]))
    if argv[:1] == ["preflight"]:
        sys.exit(commands.preflight(BinanceConfig, _offer, argv[1:]))
    if "--sweep" in argv:
        sys.exit(commands.sweep(BinanceConfig, _offer, argv))
    service.run(main, BinanceConfig, argv, arguments=_arguments)


if __name__ == "__main__":
    run()
