"""Configuration: pydantic models, filled from TOML files, then the environment, then a secrets directory.

Strict: an unknown key is an error, and every error names the source and the key and says what to do.
"""

from crossbook.config.bus import BusConfig, CurveConfig
from crossbook.config.effective import config_hash, effective
from crossbook.config.load import load
from crossbook.config.reload import Change, Reloader
from crossbook.config.section import Secret, Section
from crossbook.config.service import ServiceConfig, TelemetryConfig, WatchdogConfig

__all__ = [
    "BusConfig",
    "Change",
    "CurveConfig",
    "Reloader",
    "Secret",
    "Section",
    "ServiceConfig",
    "TelemetryConfig",
    "WatchdogConfig",
    "config_hash",
    "effective",
    "load",
]
