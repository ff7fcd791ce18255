"""Is everything that the locks install here under a licence that is allowed? `make audit`.

Allowed are licences that ask for no more than a notice, and those that ask for the changes of the
library alone (MPL, LGPL, EPL): this project uses libraries unchanged. What a package says of itself
is judged; where it says nothing that can be read, its licence file was, and NAMED has the answer.
"""

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).parents[1]

ALLOWED = {
    *("0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause"),
    *("BSL-1.0", "CC0-1.0", "ISC", "MIT", "MIT-0", "MIT-CMU", "PSF-2.0", "Zlib", "ZPL-2.1"),
    *("EPL-1.0", "EPL-2.0", "LGPL-2.1-only", "MPL-2.0"),
    "GPL-2.0-only WITH GCC-exception-2.0",
}
SPELLINGS = {
    "Apache-2.0": (
        "Apache 2.0",
        "Apache License 2.0",
        "Apache License, Version 2.0",
        "Apache Software License",
    ),
    "BSD-2-Clause": ("2-clause BSD", "BSD 2-Clause License"),
    "BSD-3-Clause": ("BSD", "BSD License", "New BSD", "3-Clause BSD License"),
    "ISC": ("ISC License",),
    "MIT": ("MIT License", "MIT license"),
    "MPL-2.0": ("Mozilla Public License 2.0 (MPL 2.0)",),
    "PSF-2.0": ("Python Software Foundation License",),
}
"""What packages write for the licence in front. Plain BSD has two clauses or three."""
NAMED = {
    "grandalf": "GPL-2.0-only OR EPL-1.0",
    "huey": "MIT",
    "pygit2": "GPL-2.0-only WITH GCC-exception-2.0",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "skops": "MIT",
}


def licence(package: Distribution) -> str:
    """What a package says of its licence; several classifiers all hold."""
    metadata = package.metadata
    if expression := metadata["License-Expression"]:
        return expression
    text = (metadata["License"] or "").strip()
    if text and "\n" not in text:
        return text
    classifiers = metadata.get_all("Classifier") or []
    names = [name.rpartition(" :: ")[2] for name in classifiers if name.startswith("License ::")]
    return " AND ".join(names)


def is_allowed(expression: str) -> bool:
    """Is one of each choice allowed? A choice within a choice is none that is known."""
    known = {spelling: name for name, them in SPELLINGS.items() for spelling in them}
    parts = [
        part.removeprefix("(").removesuffix(")").split(" OR ") if " OR " in part else [part]
        for part in expression.split(" AND ")
    ]
    return all(any(known.get(name, name) in ALLOWED for name in part) for part in parts)


def main() -> None:
    """Name every package under another licence, and fail if there is one."""
    locks = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("requirements*.lock"))
    judged, refused = 0, []
    for name in re.findall(r"^([a-z0-9-]+)==", locks, re.MULTILINE):
        try:
            said = NAMED.get(name) or licence(distribution(name))
        except PackageNotFoundError:  # of another system
            continue
        judged += 1
        if not is_allowed(said):
            refused.append(f"{name}: {said or 'says nothing of its licence'}")
    if refused:
        advice = "read the licence, then allow it in .ci/licences.py or do without the package"
        sys.exit("\n".join(["licences that are not allowed:", *refused, advice]))
    print(f"licences of {judged} packages are allowed")


if __name__ == "__main__":
    main()
