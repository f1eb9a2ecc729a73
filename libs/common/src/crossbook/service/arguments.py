"""The command line that every service has."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path


def parse_arguments(
    program: str, argv: Sequence[str] | None, add: Callable[[argparse.ArgumentParser], object] | None
) -> argparse.Namespace:
    """`--config` (repeatable, later files win), `--name`, `--secrets-dir`, `--check`, and what `add` adds."""
    parser = argparse.ArgumentParser(prog=program, allow_abbrev=False)
    parser.add_argument("--config", type=Path, action="append", default=[], help="TOML file; later ones win")
    parser.add_argument("--name", default=None, help="name of this instance, in place of the configured one")
    parser.add_argument("--secrets-dir", type=Path, default=None, help="directory of files <section>__<key>, mode 600")
    parser.add_argument("--check", action="store_true", help="check the configuration and exit")
    if add is not None:
        add(parser)
    return parser.parse_args(argv)


def program_name(module: str) -> str:
    """The service's own name: of the package that `python -m` runs, with dashes."""
    if module == "__main__":
        spec = getattr(sys.modules["__main__"], "__spec__", None)
        module = spec.parent or spec.name if spec is not None else Path(sys.argv[0]).stem
    return module.partition(".")[0].replace("_", "-")
