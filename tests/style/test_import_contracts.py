"""The import contracts of pyproject.toml cover every member, and each of them refuses what it is there to refuse."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PACKAGES = ("console", "crossbook", "gateway_binance", "gateway_kit", "oms", "risk", "strategy_mm", "venue_sim")


def contracts_hold(config: Path, folder: Path, importer: str, imported: str) -> bool:
    """The verdict of the real contracts on packages of the real names, of which one imports one other."""
    for package in PACKAGES:
        (folder / package / "inner").mkdir(parents=True)
        (folder / package / "__init__.py").touch()
        (folder / package / "inner" / "__init__.py").touch()
        (folder / package / "inner" / "deep.py").touch()
    (folder / importer / "inner" / "deep.py").write_text(f"import {imported}.inner.deep\n")
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    verdict = subprocess.run(
        [*command, "--config", str(config), "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=50,
    )
    assert "Contracts: " in verdict.stdout, verdict.stdout + verdict.stderr
    return verdict.returncode == 0


def test_contracts_know_every_member(repo_root: Path) -> None:
    config = tomllib.loads((repo_root / "pyproject.toml").read_text())["tool"]["importlinter"]
    packages = {folder: {path.name for path in repo_root.glob(f"{folder}/*/src/*")} for folder in ("libs", "services")}
    by_id = {contract["id"]: contract for contract in config["contracts"]}
    everything = packages["libs"] | packages["services"]
    assert set(config["root_packages"]) == everything
    assert set(by_id["services-are-independent"]["modules"]) == packages["services"]
    assert set(by_id["crossbook-stands-alone"]["forbidden_modules"]) == everything - {"crossbook"}
    assert set(by_id["venue-sim-stands-alone"]["forbidden_modules"]) == everything - {"venue_sim"}
    gateways = {name for name in packages["services"] if name.startswith("gateway_")}
    assert set(by_id["gateway-kit-is-for-gateways"]["source_modules"]) == everything - gateways - {"gateway_kit"}


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("strategy_mm", "oms"),
        ("risk", "oms"),
        ("console", "gateway_binance"),
        ("crossbook", "risk"),
        ("gateway_kit", "gateway_binance"),
        ("strategy_mm", "gateway_kit"),
        ("venue_sim", "crossbook"),
    ],
)
def test_forbidden_import_is_refused(repo_root: Path, tmp_path: Path, importer: str, imported: str) -> None:
    assert not contracts_hold(repo_root / "pyproject.toml", tmp_path, importer, imported)


@pytest.mark.parametrize(
    ("importer", "imported"), [("oms", "risk"), ("gateway_binance", "gateway_kit"), ("strategy_mm", "crossbook")]
)
def test_wanted_import_passes(repo_root: Path, tmp_path: Path, importer: str, imported: str) -> None:
    assert contracts_hold(repo_root / "pyproject.toml", tmp_path, importer, imported)
