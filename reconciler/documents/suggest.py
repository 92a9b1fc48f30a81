"""The nearest of the names that would have been right."""

import difflib
from collections.abc import Iterable

_LISTED = 12


def nearest(given: str, known: Iterable[str]) -> str | None:
    """Return the known name that `given` most probably stands for, None when nothing is near."""
    names = list(known)
    folded = {name.casefold(): name for name in reversed(names)}
    if given.casefold() in folded:
        return folded[given.casefold()]
    close = difflib.get_close_matches(given[:80].casefold(), list(folded), n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def advice(given: str, known: Iterable[str], *, otherwise: str = "known are") -> str:
    """Return "did you mean X?", else the list of what is known."""
    names = sorted(known)
    found = nearest(given, names)
    if found is not None and found != given:
        return f"did you mean {found!r}?"
    listed = ", ".join(names[:_LISTED]) + (", ..." if len(names) > _LISTED else "")
    return f"{otherwise} {listed}" if names else ""
