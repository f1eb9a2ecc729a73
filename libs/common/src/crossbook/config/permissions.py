"""Files that hold secrets must be readable by their owner alone."""

from pathlib import Path

from crossbook.errors import ConfigError


def check_private_file(path: Path) -> None:
    """Raise ConfigError, saying what to do, unless `path` is a file that only its owner may read."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise ConfigError(f"secret file {path} cannot be read: {error.strerror}") from error
    if mode & 0o077:
        raise ConfigError(f"secret file {path} can be read by others (mode {mode & 0o777:o}): chmod 600 {path}")
