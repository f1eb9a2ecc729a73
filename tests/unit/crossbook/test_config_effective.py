"""What a configuration amounts to, and the hash that tells two of them apart."""

import json

from crossbook.config import Secret, Section, ServiceConfig, config_hash, effective


class Keys(Section):
    """Secrets, also inside tables."""

    api_key: Secret = Secret("s3cret-a")
    others: dict[str, Secret] = {}


class Config(ServiceConfig):
    """A service with secrets."""

    keys: Keys = Keys()


def test_every_key_is_shown_with_its_value_and_secrets_are_not() -> None:
    shown = effective(Config(name="oms", keys=Keys(others={"x": Secret("s3cret-b")})))
    assert shown["name"] == "oms"
    assert shown["watchdog"] == {"stall_ms": 3_000}
    assert shown["bus"]["intents"] == "ipc://run/bus/intents.ipc"
    assert shown["keys"] == {"api_key": "[redacted]", "others": {"x": "[redacted]"}}
    assert "s3cret" not in json.dumps(shown)


def test_the_hash_changes_with_a_value_and_not_with_a_secret() -> None:
    base = config_hash(Config())
    assert len(base) == 12
    assert config_hash(Config()) == base
    assert config_hash(Config(stop_ms=6_000)) != base
    assert config_hash(Config(keys=Keys(api_key=Secret("other")))) == base
