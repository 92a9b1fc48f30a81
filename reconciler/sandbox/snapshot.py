"""The sandbox's state in one JSON file: written whole and atomically, read once at start."""

import json
import pathlib
from collections.abc import Mapping

from reconciler.sandbox.messages import JsonObject

VERSION = 1


def write_snapshot(path: pathlib.Path, state: Mapping[str, object]) -> None:
    """Replace the file in one step, so that a reader or a crash sees the old or the new state."""
    draft = path.with_name(path.name + ".tmp")
    draft.write_text(json.dumps({"version": VERSION, **state}, indent=1), encoding="utf-8")
    draft.replace(path)


def read_snapshot(path: pathlib.Path) -> JsonObject | None:
    """Return the saved state, None when there is no file; ValueError when it is not one of ours."""
    if not path.exists():
        return None
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is not JSON; delete it to start afresh") from error
    if not isinstance(state, dict) or state.get("version") != VERSION:
        raise ValueError(f"{path} is not a sandbox state of version {VERSION}; delete it to start afresh")
    return state
