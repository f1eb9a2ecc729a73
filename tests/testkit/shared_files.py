"""Where the recorded samples and market data lie: beside the checkout, or where CROSSBOOK_SHARED says."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The root of the checkout."""


def shared_path(environment: dict[str, str] | None = None) -> Path:
    """The shared directory, whether or not it exists."""
    told = (os.environ if environment is None else environment).get("CROSSBOOK_SHARED")
    return Path(told) if told else ROOT.parent / "shared"
