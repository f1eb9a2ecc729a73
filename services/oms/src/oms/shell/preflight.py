"""`python -m oms preflight`: the greatest loss the configured limits allow, a JSON line a figure."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from crossbook.config import load
from crossbook.errors import ConfigError
from crossbook.service.exit_codes import EXIT_CONFIG
from oms.shell.config import OmsConfig
from risk.greatest_loss import greatest_loss


def run(argv: Sequence[str]) -> int:
    """Print the figures; the exit status, 0 when the configuration could be read."""
    parser = argparse.ArgumentParser(prog="oms preflight", description=__doc__)
    parser.add_argument("--config", action="append", type=Path, required=True, help="TOML file; may be repeated")
    options = parser.parse_args(argv)
    try:
        config = load(OmsConfig, options.config)
    except ConfigError as error:
        sys.stderr.write(f"oms: configuration: {error}\n")
        return EXIT_CONFIG
    for line in greatest_loss(config.risk):
        sys.stdout.write(json.dumps({"market": "limits", "check": line.check, "ok": True, "text": line.detail}) + "\n")
    return 0
