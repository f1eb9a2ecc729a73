"""A file fits in the head (STYLE): ceilings on the length of files and functions."""

import ast
from collections.abc import Iterator

from house_rules.breach import Breach

FILE_CEILING = 400
"""Lines that no file exceeds."""

FILE_RARELY = 250
"""Lines above which a file is named in the report, though still allowed."""

FUNCTION_CEILING = 50
"""Lines, from `def` to the last of the body, that no function exceeds."""


def breaches_in(path: str, source: str) -> list[Breach]:
    """The file itself if it is too long, and each function that is."""
    return [*_file_breach(path, source), *_function_breaches(path, ast.parse(source, filename=path))]


def long_files(sizes: dict[str, int]) -> list[str]:
    """Of `{path: lines}`, the files above `FILE_RARELY`, longest first, as `lines path`."""
    return [f"{size} {path}" for path, size in sorted(sizes.items(), key=lambda item: -item[1]) if size > FILE_RARELY]


def _file_breach(path: str, source: str) -> Iterator[Breach]:
    lines = len(source.splitlines())
    if lines > FILE_CEILING:
        yield Breach(path, FILE_CEILING + 1, f"file has {lines} lines, at most {FILE_CEILING}: split it by idea")


def _function_breaches(path: str, tree: ast.Module) -> Iterator[Breach]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_CEILING:
                yield Breach(path, node.lineno, f"{node.name} has {lines} lines, at most {FUNCTION_CEILING}")
