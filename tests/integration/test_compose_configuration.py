"""The configuration that compose hands each service is one that the service accepts, in every region."""

from pathlib import Path

import pytest

from testkit.compose import read_compose, read_env_file
from testkit.compose_host import ComposeHost
from testkit.processes import Processes


@pytest.mark.parametrize("name", ["gateway-binance", "oms", "mm-spot", "mm-usdm"])
@pytest.mark.parametrize("settings", [".env", "regions/tokyo/region.env"])
def test_service_accepts_its_configuration(
    repo_root: Path, run_dir: Path, processes: Processes, settings: str, name: str
) -> None:
    services = read_compose(repo_root / "docker-compose.yml", read_env_file(repo_root / settings))
    verdict = ComposeHost(services, repo_root, run_dir, processes).run(name, "--check")
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


def test_wrong_configuration_is_refused_by_name(repo_root: Path, run_dir: Path, processes: Processes) -> None:
    services = read_compose(repo_root / "docker-compose.yml", read_env_file(repo_root / ".env"))
    host = ComposeHost(services, repo_root, run_dir, processes)
    with (host.folder / "config" / "paper" / "mm-spot.toml").open("a") as file:
        file.write("\n[quote]\nsize = 1\n")
    verdict = host.run("mm-spot", "--check")
    assert verdict.returncode != 0
    assert "mm-spot.toml" in verdict.stdout + verdict.stderr
    assert "quote" in verdict.stdout + verdict.stderr
