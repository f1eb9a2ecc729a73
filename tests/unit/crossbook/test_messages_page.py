"""docs/messages.md is what the Structs say, and the schema's hash notices every change of them."""

from collections import Counter
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from crossbook.messages import base, describe
from crossbook.messages.base import Message


def test_the_committed_page_is_the_generated_one(repo_root: Path) -> None:
    committed = (repo_root / "docs" / "messages.md").read_text(encoding="utf-8")
    assert committed == describe.page(), "the messages changed: run `make docs` and commit docs/messages.md"


def test_every_message_has_a_tag_of_its_own() -> None:
    tags = Counter(
        describe.tag_of(struct)
        for family in describe.FAMILIES
        for struct in describe.structs_of(family)
        if issubclass(struct, Message)
    )
    assert len(tags) > 40
    assert [tag for tag, count in tags.items() if count > 1 or tag is None] == []


def test_a_message_is_shown_with_its_fields_their_types_defaults_and_notes() -> None:
    page = describe.page()
    assert "### BookTop (101)" in page
    assert "| instrument | `str` |  |  |" in page
    assert "| venue_time_ns | `int` |  | Event time at the venue, Unix; 0 where the venue sends none. |" in page
    assert (
        "| contract_size | `Decimal` | `1` | Base units per contract; what one unit of venue quantity is worth. |"
        in page
    )
    assert "`1` BUY, `-1` SELL" in page


@pytest.mark.parametrize(
    ("annotation", "text"),
    [
        (int, "int"),
        (float | None, "float | None"),
        (dict[str, int], "dict[str, int]"),
        (tuple[int, ...], "tuple[int, …]"),
    ],
)
def test_types_are_written_as_one_would(annotation: object, text: str) -> None:
    assert describe.type_name(annotation) == text


def test_a_bar_in_a_type_does_not_break_the_table() -> None:
    class Either(Message, frozen=True, tag=9003):
        """A sample."""

        size: float | None

    assert "| size | `float \\| None` |  |  |" in describe._struct_section(Either)


def family(name: str, struct: type[msgspec.Struct]) -> ModuleType:
    module = ModuleType("crossbook.messages.sample")
    struct.__module__ = module.__name__
    setattr(module, name, struct)
    return module


def test_the_hash_changes_with_a_field_its_type_or_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    class First(Message, frozen=True, tag=9001):
        a: int
        b: int

    class Swapped(Message, frozen=True, tag=9001):
        b: int
        a: int

    class Retyped(Message, frozen=True, tag=9001):
        a: int
        b: float

    class Retagged(Message, frozen=True, tag=9002):
        a: int
        b: int

    hashes = []
    for struct in (First, Swapped, Retyped, Retagged):
        monkeypatch.setattr(describe, "FAMILIES", (base, family("Sample", struct)))
        hashes.append(describe.schema_hash())
    assert len(set(hashes)) == 4
    assert all(len(each) == 8 for each in hashes)
