"""docker-compose.yml: valid, private, unprivileged, and patient with whoever has quotes to cancel."""

import importlib.util
import itertools
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from testkit.compose import ComposeService, active, fill_in, read_compose, read_env_file

Services = Mapping[str, ComposeService]
ONE_SHOT = {"run-dir", "console"}
TRADING = ("gateway-binance", "oms", "mm-spot", "mm-usdm")


@pytest.fixture
def services(repo_root: Path) -> Services:
    return read_compose(repo_root / "docker-compose.yml", read_env_file(repo_root / ".env"))


def schema_verdict(file: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(file)]
    return subprocess.run(command, capture_output=True, text=True, timeout=50)


def option(words: list[str], name: str) -> list[str]:
    return [value for word, value in itertools.pairwise(words) if word == name]


def test_file_fits_the_compose_specification(repo_root: Path) -> None:
    verdict = schema_verdict(repo_root / "docker-compose.yml")
    assert verdict.returncode == 0, verdict.stdout


def test_schema_refuses_what_compose_does_not_know(repo_root: Path, tmp_path: Path) -> None:
    content = yaml.safe_load((repo_root / "docker-compose.yml").read_text())
    content["services"]["oms"]["restart_polity"] = "always"
    bad = tmp_path / "docker-compose.yml"
    bad.write_text(yaml.safe_dump(content))
    assert schema_verdict(bad).returncode == 1


def test_plain_up_trades_on_paper(repo_root: Path, services: Services) -> None:
    chosen = active(services, read_env_file(repo_root / ".env")["COMPOSE_PROFILES"])
    assert set(chosen) == {"run-dir", "redis", "risk", "venue-sim", *TRADING}


def test_region_leaves_the_simulator_out(repo_root: Path) -> None:
    variables = read_env_file(repo_root / "regions/tokyo/region.env")
    services = read_compose(repo_root / "docker-compose.yml", variables)
    assert set(active(services, variables["COMPOSE_PROFILES"])) == {"run-dir", "redis", "risk", *TRADING}
    assert services["gateway-binance"].mounts["./regions/tokyo/secrets"] == "/run/secrets"


def test_every_service_is_confined(services: Services) -> None:
    for service in services.values():
        content = service.content
        assert content["read_only"] is True, service.name
        assert content["user"] == "10001:10001", service.name
        assert content["cap_drop"] == ["ALL"], service.name
        assert not {"ports", "expose", "privileged", "cap_add"} & content.keys(), service.name


def test_only_those_who_face_a_venue_have_a_network(services: Services) -> None:
    networked = {name for name, service in services.items() if service.content["network_mode"] != "none"}
    assert networked == {"gateway-binance", "venue-sim"}


def test_only_gateways_see_keys(services: Services) -> None:
    assert {name for name, s in services.items() if "/run/secrets" in s.mounts.values()} == {"gateway-binance"}


def test_services_come_back_and_prove_their_progress(services: Services) -> None:
    for name in services.keys() - ONE_SHOT:
        assert services[name].content["restart"] == "unless-stopped", name
        assert services[name].healthcheck, name


@pytest.mark.parametrize("name", TRADING)
def test_healthcheck_reads_the_beat_of_its_own_service(services: Services, name: str) -> None:
    (told,) = option(services[name].command, "--name")
    assert told == name
    assert services[name].healthcheck[:4] == ["python", "-m", "crossbook.healthcheck", f"run/{name}/beat.json"]


@pytest.mark.parametrize("name", TRADING)
def test_there_is_time_to_cancel_quotes(services: Services, name: str) -> None:
    assert services[name].stops_within_s >= 30


@pytest.mark.parametrize("settings", [".env", "regions/tokyo/region.env"])
def test_commands_name_modules_and_files_that_exist(repo_root: Path, settings: str) -> None:
    variables = read_env_file(repo_root / settings)
    services = active(read_compose(repo_root / "docker-compose.yml", variables), variables["COMPOSE_PROFILES"])
    for service in services.values():
        for module in option(service.command, "-m") if service.command[0] == "python" else []:
            assert importlib.util.find_spec(f"{module}.__main__"), f"{service.name}: no python -m {module}"
        for file in option(service.command, "--config"):
            assert (repo_root / file).is_file(), f"{service.name}: no {file}"


def test_images_are_built_from_services_that_exist(repo_root: Path, services: Services) -> None:
    for name, service in services.items():
        if name == "redis":
            assert service.content["image"].startswith("redis:"), "the official image has no owner before its name"
        else:
            folder = service.content["build"]["args"]["SERVICE"]
            assert (repo_root / "services" / folder / "pyproject.toml").is_file()
            assert service.content["image"] == f"crossbook/{folder}:dev"


def test_recipe_takes_base_and_service_and_ends_unprivileged(repo_root: Path) -> None:
    lines = (repo_root / "Dockerfile").read_text().splitlines()
    assert any(line.startswith("ARG BASE_IMAGE=") for line in lines)
    assert "ARG SERVICE" in lines
    assert [line for line in lines if line.startswith("FROM")] == ["FROM ${BASE_IMAGE} AS build", "FROM ${BASE_IMAGE}"]
    assert lines[-1] == "USER 10001:10001"


def test_variables_are_filled_in_as_compose_does() -> None:
    filled = fill_in({"a": ["${X:-one} ${Y:-two} $$Z"], "b": 3}, {"X": "1", "Y": ""})
    assert filled == {"a": ["1 two $Z"], "b": 3}
    with pytest.raises(KeyError):
        fill_in("${UNSET}", {})
