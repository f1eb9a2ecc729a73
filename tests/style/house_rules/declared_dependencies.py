"""A member imports only what its own pyproject.toml declares: its image holds nothing else."""

import ast
import sys
from collections.abc import Mapping, Sequence

from house_rules.breach import Breach
from house_rules.lock_file import REQUIREMENT_NAME, normalised


def declared(dependencies: Sequence[str]) -> set[str]:
    """The normalised names in a `dependencies` list."""
    return {normalised(match.group()) for text in dependencies if (match := REQUIREMENT_NAME.match(text))}


def breaches_in(path: str, source: str, allowed: set[str], distributions: Mapping[str, Sequence[str]]) -> list[Breach]:
    """Imports in `source` that no distribution in `allowed` (normalised, the member's own name included) offers.

    `distributions` maps a top-level module to the distributions that install it (`packages_distributions()`). Imports
    that a `try` guards against ImportError are optional and may be absent.
    """
    tree = ast.parse(source, filename=path)
    guarded = {id(inner) for node in ast.walk(tree) if _guards_imports(node) for inner in ast.walk(node)}
    return [
        Breach(path, node.lineno, f"imports {module}, which its pyproject.toml does not declare")
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom) and id(node) not in guarded
        for module in _modules(node)
        if module not in sys.stdlib_module_names
        and not {normalised(name) for name in distributions.get(module, ())} & allowed
    ]


def _guards_imports(node: ast.AST) -> bool:
    return isinstance(node, ast.Try) and any(
        isinstance(handler.type, ast.Name) and handler.type.id in {"ImportError", "ModuleNotFoundError"}
        for handler in node.handlers
    )


def _modules(node: ast.Import | ast.ImportFrom) -> list[str]:
    """Top-level names that the statement imports; relative imports have none."""
    if isinstance(node, ast.Import):
        return [alias.name.split(".")[0] for alias in node.names]
    return [node.module.split(".")[0]] if node.module and not node.level else []
