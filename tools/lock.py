"""Write `requirements/*.txt`: every distribution of the present environment that we need, pinned and hashed.

Run by `make lock` in an environment where the newest admissible releases were installed and tested. The hashes are
those of every file of a release, for all platforms; pip-tools fetches them, in an environment of its own.
"""

import importlib.metadata
import pathlib
import re
import subprocess
import tempfile
import tomllib
import venv
from collections.abc import Iterable

from packaging.requirements import Requirement

ROOT = pathlib.Path(__file__).parent.parent
BUILD = ("hatchling", "editables")
TOOL = "pip-tools>=7.5,<8"
HEAD = "# Pinned and hashed by `make lock`; edit pyproject.toml instead.\n"


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


def fetch_hashes(pins: Iterable[str]) -> dict[str, str]:
    """Return each pin with the hashes of all its files, as pip reads it."""
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        venv.create(place / "env", with_pip=True)
        python = place / "env" / "bin" / "python"
        (place / "pins.in").write_text("\n".join(pins) + "\n", encoding="utf-8")
        subprocess.run([python, "-m", "pip", "install", "--quiet", TOOL], check=True)
        subprocess.run(
            [python, "-m", "piptools", "compile", "--quiet", "--generate-hashes", "--allow-unsafe", "--no-annotate",
             "--no-header", "--no-emit-options", "--output-file", "pins.txt", "pins.in"],
            check=True,
            cwd=place,
        )  # fmt: skip
        blocks = re.split(r"\n(?=\S)", (place / "pins.txt").read_text(encoding="utf-8").strip())
    return {block.split()[0]: block for block in blocks}


def main() -> None:
    """Write both files."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    run = pinned([*project["project"]["dependencies"], *BUILD])
    dev = [one for one in pinned([*groups["dev"], *groups["bench"]]) if one not in run]
    hashed = fetch_hashes([*run, *dev])
    for name, head, pins in (("run", HEAD, run), ("dev", HEAD + "-r run.txt\n", dev)):
        lines = "\n".join(hashed[pin] for pin in pins)
        (ROOT / "requirements" / f"{name}.txt").write_text(head + lines + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
