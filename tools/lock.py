"""Write `requirements/*.txt`: every distribution of the present environment that the project needs, pinned.

Run by `make lock` in an environment where the newest admissible releases were installed and tested.
"""

import importlib.metadata
import pathlib
import re
import tomllib
from collections.abc import Iterable

from packaging.requirements import Requirement

ROOT = pathlib.Path(__file__).parent.parent
BUILD = ("hatchling", "editables")


def pinned(roots: Iterable[str]) -> list[str]:
    """Return `name==version` of the roots and everything they need here, sorted."""
    seen: dict[tuple[str, frozenset[str]], str] = {}
    todo = [Requirement(root) for root in roots]
    while todo:
        wanted = todo.pop()
        name, extras = re.sub(r"[-_.]+", "-", wanted.name).lower(), frozenset(wanted.extras)
        if (name, extras) in seen:
            continue
        found = importlib.metadata.distribution(name)
        seen[name, extras] = found.version
        for text in found.requires or ():
            need = Requirement(text)
            if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in extras | {""}):
                todo.append(need)
    return sorted({f"{name}=={version}" for (name, _), version in seen.items()})


def main() -> None:
    """Write both files."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    run = pinned([*project["project"]["dependencies"], *BUILD])
    dev = [one for one in pinned([*groups["dev"], *groups["bench"]]) if one not in run]
    head = "# Pinned by `make lock`; edit pyproject.toml instead.\n"
    (ROOT / "requirements" / "run.txt").write_text(head + "\n".join(run) + "\n")
    (ROOT / "requirements" / "dev.txt").write_text(head + "-r run.txt\n" + "\n".join(dev) + "\n")


if __name__ == "__main__":
    main()
