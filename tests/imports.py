"""Which files of a package a script really imports, and whether a stage declares just those."""

import ast
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path

NO_OUTPUT = (
    "src/reelvec/__init__.py",
    "src/reelvec/base/errors.py",
    "src/reelvec/base/messages.py",
    "src/reelvec/base/params_messages.py",
    "src/reelvec/tracking",
)
"""Code that can change no output: names, messages for people, MLflow."""


def import_closure(
    script: Path, package_roots: Collection[Path], exempt: Collection[Path] = ()
) -> list[Path]:
    """Follow a script's imports through some packages, to the end.

    The source is read, nothing is run. Imports inside functions count, and so do the
    `__init__.py` of every package on the way; imports under `if TYPE_CHECKING:` do not, for they
    never happen. A module named only at run time
    (`importlib.import_module(name)`) is not seen.

    Args:
        script: a Python file, in the package or outside it.
        package_roots: the packages' own folders, for example `src/reelvec`.
        exempt: files and folders that are left out, with all that only they import.

    Returns:
        the files below `package_roots`, without the script itself, sorted.

    Raises:
        FileNotFoundError: there is no such script.
        SyntaxError: a file on the way is not Python.
    """
    found: set[Path] = set()
    waiting = [script]
    while waiting:
        importer = waiting.pop()
        source = importer.read_bytes()
        for path in chain(*(_imported_files(importer, source, root) for root in package_roots)):
            if path not in found and not _lies_in(path, exempt):
                found.add(path)
                waiting.append(path)
    return sorted(found - {script})


def undeclared_and_unused(
    script: Path,
    declared: Iterable[Path],
    package_roots: Collection[Path],
    exempt: Collection[Path],
) -> tuple[set[Path], set[Path]]:
    """Hold what a stage declares against what its script imports.

    Args:
        script: the stage's.
        declared: its dependencies that are code, files and folders.
        package_roots: the packages to follow imports through.
        exempt: code that can change no output.

    Returns:
        imported files that lie under nothing declared, those of a package's docstring alone left
        out; and what is declared and holds nothing imported.
    """
    places = set(declared)
    imported = {script, *import_closure(script, package_roots, exempt)}
    named = {path for path in imported if not _says_nothing(path)}
    return (
        {path for path in named if not _lies_in(path, places)},
        {place for place in places if not any(_lies_in(path, [place]) for path in imported)},
    )


def _lies_in(path: Path, places: Iterable[Path]) -> bool:
    return any(path == place or path.is_relative_to(place) for place in places)


def _says_nothing(path: Path) -> bool:
    """Whether a file is a package's and holds no more than a docstring."""
    return path.name == "__init__.py" and len(ast.parse(path.read_bytes()).body) <= 1


@cache
def _imported_files(path: Path, source: bytes, package_root: Path) -> frozenset[Path]:
    """The package's files that one file names in its imports, with their packages' files."""
    package = _package_of(path, package_root)
    return frozenset(
        file
        for node in _reachable(ast.parse(source, filename=str(path)))
        for name in _names(node, package)
        for file in _files_of(name.split("."), package_root)
    )


def _reachable(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes below `node`, save those that only a type checker reads."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and _is_type_checking(child.test):
            for otherwise in child.orelse:
                yield otherwise
                yield from _reachable(otherwise)
        else:
            yield child
            yield from _reachable(child)


def _is_type_checking(test: ast.expr) -> bool:
    return ast.unparse(test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def _names(node: ast.AST, package: list[str]) -> list[str]:
    """The dotted names that an import statement may load; none for any other node."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    # `from .. import x` climbs one package for each dot after the first.
    start = package[: len(package) - node.level + 1] if node.level else []
    base = ".".join([*start, *([node.module] if node.module else [])])
    # `from package import name`: the name may be a module of its own, or something within.
    return [base, *(f"{base}.{alias.name}" for alias in node.names)]


def _package_of(path: Path, package_root: Path) -> list[str]:
    """The package that a file's relative imports start from; empty outside the package."""
    if not path.is_relative_to(package_root):
        return []
    return [package_root.name, *path.relative_to(package_root).parent.parts]


def _files_of(parts: list[str], package_root: Path) -> Iterator[Path]:
    """A module's file, with those of the packages around it."""
    for length in range(1, len(parts) + 1):
        file = _file_of(parts[:length], package_root)
        if file is not None:
            yield file


def _file_of(parts: list[str], package_root: Path) -> Path | None:
    if parts[0] != package_root.name:
        return None
    place = package_root.joinpath(*parts[1:])
    for candidate in (place / "__init__.py", place.with_name(f"{place.name}.py")):
        if candidate.is_file():
            return candidate
    return None
