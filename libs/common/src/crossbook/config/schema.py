"""Questions about a configuration model: which keys it has where, and which of them are secret."""

import difflib
from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel, SecretStr

Location = tuple[int | str, ...]
"""A path into nested configuration, as pydantic reports it."""


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models an annotation consists of: `Model`, `Model | None`, `dict[str, Model]`, `tuple[Model, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        return
    for part in get_args(annotation):
        yield from models_in(part)


def annotation_at(model: type[BaseModel], location: Location) -> Any:
    """The annotation of the field a location leads to; None where it leads nowhere."""
    annotation: Any = None
    models = [model]
    for key in location:
        field = next(
            (each.model_fields[key] for each in models if isinstance(key, str) and key in each.model_fields), None
        )
        if field is not None:
            annotation = field.annotation
            models = list(models_in(annotation))
    return annotation


def models_at(model: type[BaseModel], location: Location) -> list[type[BaseModel]]:
    """The models that a location's value may be: what its keys are looked up in."""
    return [model] if not location else list(models_in(annotation_at(model, location)))


def is_secret(annotation: Any) -> bool:
    """Whether an annotation holds a secret."""
    return annotation is SecretStr or any(is_secret(part) for part in get_args(annotation))


def nearest(key: str, known: Sequence[str]) -> str | None:
    """The known key that `key` was probably meant to be."""
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    return close[0] if close else None


def dotted(location: Location) -> str:
    """`a.b.0` for a location."""
    return ".".join(str(key) for key in location)
