"""Loading a configuration: order of the sources, and one clear text for whatever is wrong."""

from pathlib import Path

import pytest
from pydantic import Field

from crossbook.config import Secret, Section, ServiceConfig, load
from crossbook.errors import ConfigError
from crossbook.telemetry import redact


class Venue(Section):
    """A section with one of everything."""

    api_key: Secret
    symbols: tuple[str, ...] = ()
    fees_bps: dict[str, float] = {}
    offset_bps: float = 0.5
    levels: int = Field(default=3, ge=1)
    post_only: bool = True


class Config(ServiceConfig):
    """A service with a section of its own."""

    binance: Venue


SECRET = {"CROSSBOOK_BINANCE__API_KEY": "a-very-secret-key"}


def written(directory: Path, **files: str) -> list[Path]:
    paths = []
    for name, text in files.items():
        paths.append(directory / f"{name}.toml")
        paths[-1].write_text(text, encoding="utf-8")
    return paths


def fault(files: list[Path], env: dict[str, str] | None = None, secrets_dir: Path | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        load(Config, files, env=SECRET if env is None else env, secrets_dir=secrets_dir)
    return str(caught.value)


def test_later_files_win_table_by_table_and_lists_are_replaced_whole(tmp_path: Path) -> None:
    files = written(
        tmp_path,
        common='run_dir = "run"\n[binance]\nsymbols = ["A", "B"]\noffset_bps = 1.0\n[binance.fees_bps]\nspot = 10.0\n',
        own='[binance]\nsymbols = ["C"]\n[binance.fees_bps]\nusdm = 5.0\n',
    )
    config = load(Config, files, env=SECRET)
    assert config.binance.symbols == ("C",)
    assert config.binance.offset_bps == 1.0
    assert config.binance.fees_bps == {"spot": 10.0, "usdm": 5.0}


def test_the_environment_wins_over_files_and_the_secrets_directory_over_both(tmp_path: Path) -> None:
    files = written(tmp_path, own='[binance]\napi_key = "from-file"\nlevels = 1\noffset_bps = 1\n')
    secrets = secret_files(tmp_path, binance__api_key="from-secrets\n", binance__offset_bps="3.5")
    env = {"CROSSBOOK_BINANCE__API_KEY": "from-environment", "CROSSBOOK_BINANCE__LEVELS": "2"}
    config = load(Config, files, env={**env, "CROSSBOOK_BINANCE__OFFSET_BPS": "2.5"}, secrets_dir=secrets)
    assert config.binance.api_key.get_secret_value() == "from-secrets"
    assert (config.binance.levels, config.binance.offset_bps) == (2, 3.5)
    assert load(Config, files, env=env).binance.api_key.get_secret_value() == "from-environment"


def test_variables_are_read_by_the_type_of_their_key() -> None:
    env = {
        **SECRET,
        "CROSSBOOK_NAME": "oms-2",
        "CROSSBOOK_BINANCE__SYMBOLS": '["A", "B"]',
        "CROSSBOOK_BINANCE__POST_ONLY": "false",
        "CROSSBOOK_BUS__MD__binance": "ipc://elsewhere/md.ipc",
        "CROSSBOOK_BUS__CURVE__KEYS": "keys",
        "CROSSBOOK_BUS__CURVE__SERVERS": '{"tcp://10.0.0.2:5555": "oms"}',
    }
    config = load(Config, [], env=env)
    assert config.name == "oms-2"
    assert config.binance.symbols == ("A", "B")
    assert config.binance.post_only is False
    assert config.bus.md_of("binance") == "ipc://elsewhere/md.ipc"
    assert config.bus.curve is not None
    assert config.bus.curve.servers == {"tcp://10.0.0.2:5555": "oms"}


def test_sockets_follow_the_run_directory_and_each_other(tmp_path: Path) -> None:
    files = written(tmp_path, common='run_dir = "/srv/run"\n[bus]\norders = "ipc:///tmp/o.ipc"\n')
    bus = load(Config, files, env=SECRET).bus
    assert (bus.intents, bus.orders) == ("ipc:///srv/run/bus/intents.ipc", "ipc:///tmp/o.ipc")
    assert bus.md_of("okx") == "ipc:///srv/run/bus/md-okx.ipc"
    assert bus.control_of("okx") == "ipc:///srv/run/bus/control-okx.ipc"
    elsewhere = load(Config, files, env={**SECRET, "CROSSBOOK_BUS__DIRECTORY": "/dev/shm/bus"}).bus
    assert elsewhere.events == "ipc:///dev/shm/bus/events.ipc"


def test_an_unknown_key_names_its_file_and_the_key_that_was_meant(tmp_path: Path) -> None:
    common, own = written(tmp_path, common="[watchdog]\nstall_ms = 500\n", own="[watchdog]\nstal_ms = 1\n")
    assert fault([common, own]) == f"{own}: unknown key 'watchdog.stal_ms'; did you mean 'watchdog.stall_ms'?"


def test_an_unknown_section_names_its_file(tmp_path: Path) -> None:
    (own,) = written(tmp_path, own="[watchdgo]\nstall_ms = 1\n")
    assert fault([own]) == f"{own}: unknown key 'watchdgo'; did you mean 'watchdog'?"


def test_an_unknown_key_like_nothing_lists_what_there_is(tmp_path: Path) -> None:
    (own,) = written(tmp_path, own="[watchdog]\nzzz = 1\n")
    assert fault([own]) == f"{own}: unknown key 'watchdog.zzz'; known here: stall_ms"


def test_an_unknown_variable_of_a_known_section_is_named() -> None:
    text = fault([], env={**SECRET, "CROSSBOOK_BINANCE__LEVEL": "1"})
    assert text == "CROSSBOOK_BINANCE__LEVEL: unknown key 'binance.level'; did you mean 'binance.levels'?"


def test_a_misspelt_section_of_a_variable_is_an_error_and_another_services_section_is_not() -> None:
    text = fault([], env={**SECRET, "CROSSBOOK_BINANC__LEVELS": "1"})
    assert text == "variable CROSSBOOK_BINANC__LEVELS: unknown section 'binanc'; did you mean 'binance'?"
    load(Config, [], env={**SECRET, "CROSSBOOK_RISK__MAX_POSITION": "1", "CROSSBOOK_BUILD": "abc", "HOME": "/"})


@pytest.mark.parametrize(
    ("key", "value", "got"),
    [
        ("levels", '"three"', "'three' (str)"),
        ("levels", "0", "0 (int)"),
        ("levels", "2.5", "2.5 (float)"),
        ("offset_bps", "nan", "nan (float)"),
        ("offset_bps", "inf", "inf (float)"),
        ("offset_bps", "-inf", "-inf (float)"),
        ("offset_bps", "[]", "[] (list)"),
        ("post_only", "7", "7 (int)"),
        ("symbols", '"A"', "'A' (str)"),
        ("fees_bps", "1", "1 (int)"),
    ],
)
def test_a_wrong_value_names_file_key_what_was_there_and_what_is_wanted(
    tmp_path: Path, key: str, value: str, got: str
) -> None:
    (own,) = written(tmp_path, own=f"[binance]\n{key} = {value}\n")
    assert fault([own]).startswith(f"{own}: key 'binance.{key}': got {got}, wanted: Input should ")


def test_not_a_number_is_refused_from_the_environment_too() -> None:
    assert "finite number" in fault([], env={**SECRET, "CROSSBOOK_BINANCE__OFFSET_BPS": "NaN"})


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    (own,) = written(tmp_path, own="[binance]\nlevels = 0\ncolour = 1\n[watchdog]\nstall_ms = 1\n")
    lines = fault([own]).splitlines()
    assert len(lines) == 3
    assert all(line.startswith(f"{own}: ") for line in lines)


def test_a_missing_secret_says_which_file_or_variable_to_create(tmp_path: Path) -> None:
    assert fault([], env={}) == (
        "missing secret 'binance.api_key': create the file <directory given as --secrets-dir>/binance__api_key "
        "(mode 600), or set the variable CROSSBOOK_BINANCE__API_KEY"
    )
    (own,) = written(tmp_path, own="[binance]\nlevels = 1\n")
    secrets = secret_files(tmp_path)
    assert f"create the file {secrets}/binance__api_key (mode 600)" in fault([own], env={}, secrets_dir=secrets)


def test_a_missing_key_says_where_to_set_it(tmp_path: Path) -> None:
    class Needs(Section):
        venue: str

    with pytest.raises(ConfigError) as caught:
        load(Needs, written(tmp_path, own=""), env={})
    assert str(caught.value) == (
        f"missing key 'venue': set it in {tmp_path / 'own.toml'}, or by the variable CROSSBOOK_VENUE"
    )


def test_a_secret_that_is_wrong_is_not_shown(tmp_path: Path) -> None:
    (own,) = written(tmp_path, own="[binance]\napi_key = 123456789\n")
    text = fault([own], env={})
    assert "123456789" not in text
    assert text.startswith(f"{own}: key 'binance.api_key': got [redacted], wanted: ")


def test_a_secret_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    secrets = secret_files(tmp_path, binance__api_key="k")
    path = secrets / "binance__api_key"
    path.chmod(0o644)
    assert fault([], env={}, secrets_dir=secrets) == (
        f"secret file {path} can be read by others (mode 644): chmod 600 {path}"
    )


def test_a_missing_secrets_directory_is_said(tmp_path: Path) -> None:
    assert "mkdir -m 700" in fault([], secrets_dir=tmp_path / "nowhere")


def test_secrets_of_other_services_in_the_directory_are_left_alone(tmp_path: Path) -> None:
    secrets = secret_files(tmp_path, binance__api_key="k-k-k-k", okx__api_key="not ours", **{".hidden": "x"})
    (secrets / "okx__api_key").chmod(0o644)
    assert load(Config, [], env={}, secrets_dir=secrets).binance.api_key.get_secret_value() == "k-k-k-k"


def test_every_secret_loaded_is_kept_out_of_logs_from_then_on() -> None:
    config = load(Config, [], env={"CROSSBOOK_BINANCE__API_KEY": "canary-7f3a"})
    assert redact("sent canary-7f3a to the venue") == "sent [redacted] to the venue"
    assert "canary-7f3a" not in repr(config)


@pytest.mark.parametrize(
    ("text", "said"), [("a = ", "not valid TOML"), ("a = 1\na = 2", "not valid TOML"), ("\udcff", "not valid TOML")]
)
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(text.encode(errors="surrogateescape"))
    assert fault([path]).startswith(f"{path}: {said}")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert fault([tmp_path / "none.toml"]) == f"{tmp_path / 'none.toml'}: cannot be read: No such file or directory"


def test_a_table_in_a_variable_must_be_json() -> None:
    assert fault([], env={**SECRET, "CROSSBOOK_BINANCE__SYMBOLS": "A,B"}).startswith(
        "CROSSBOOK_BINANCE__SYMBOLS: a list or table must be written as JSON"
    )


def test_a_configuration_cannot_be_changed_in_place() -> None:
    config = load(Config, [], env=SECRET)
    with pytest.raises(ValueError, match="frozen"):
        config.name = "other"  # type: ignore[misc]


def secret_files(directory: Path, **files: str) -> Path:
    secrets = directory / "secrets"
    secrets.mkdir(mode=0o700)
    for name, text in files.items():
        (secrets / name).write_text(text, encoding="utf-8")
        (secrets / name).chmod(0o600)
    return secrets
