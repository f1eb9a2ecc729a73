"""How a service ends, in the codes of sysexits.h. Whatever is not 0 and not for a human, a supervisor restarts."""

from typing import Final

from crossbook.bus import EndpointInUse
from crossbook.errors import ConfigError, HumanNeeded

EXIT_UNAVAILABLE: Final = 69
"""An endpoint or port is taken."""
EXIT_SOFTWARE: Final = 70
"""An unhandled exception, or a loop that stalled."""
EXIT_HUMAN: Final = 77
"""Only a human can help: permissions, keys."""
EXIT_CONFIG: Final = 78
"""The configuration must be changed."""


def exit_code_of(error: BaseException) -> int:
    """The code a service ends with for an error that left its main."""
    match error:
        case ConfigError():
            return EXIT_CONFIG
        case EndpointInUse():
            return EXIT_UNAVAILABLE
        case HumanNeeded():
            return EXIT_HUMAN
        case _:
            return EXIT_SOFTWARE
