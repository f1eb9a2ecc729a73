"""One main for every service: configuration, logs, signals, beats, watchdog, orderly stop.

async def main(ctx: service.ServiceContext[OmsConfig]) -> None:
    ...
    await ctx.stopping.wait()

if __name__ == "__main__":
    service.run(main, OmsConfig)
"""

from crossbook.service.beats import Beat, read_beat
from crossbook.service.context import ServiceContext
from crossbook.service.exit_codes import EXIT_CONFIG, EXIT_HUMAN, EXIT_SOFTWARE, EXIT_UNAVAILABLE
from crossbook.service.run import run
from crossbook.service.timers import Timer

__all__ = [
    "EXIT_CONFIG",
    "EXIT_HUMAN",
    "EXIT_SOFTWARE",
    "EXIT_UNAVAILABLE",
    "Beat",
    "ServiceContext",
    "Timer",
    "read_beat",
    "run",
]
