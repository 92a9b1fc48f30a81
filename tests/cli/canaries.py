"""Canaries: secrets in every form they might leak in, and a scanner for text and files."""

import base64
import functools
import json
import urllib.parse
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

Encode = Callable[[str], Sequence[str]]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
ROT13 = str.maketrans(LETTERS + LETTERS.upper(), LETTERS[13:] + LETTERS[:13] + (LETTERS[13:] + LETTERS[:13]).upper())

FORMS: Mapping[str, Encode] = {
    "raw": lambda text: [text],
    "json": lambda text: [json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]],
    "python": lambda text: [repr(text)[1:-1], repr(text.encode())[2:-1]],
    "url": lambda text: [urllib.parse.quote(text, safe=""), urllib.parse.quote(text), urllib.parse.quote_plus(text)],
    "hex": lambda text: [text.encode().hex(), text.encode().hex().upper(), text.encode().hex(" ")],
    "base64": lambda text: [*inside_base64(text), *map(urlsafe, inside_base64(text))],
    "utf-16": lambda text: [text.encode("utf-16-le").decode("latin-1")],
    "latin-1": lambda text: [text.encode().decode("latin-1")],
    "html": lambda text: [text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&#34;")],
    "reversed": lambda text: [text[::-1]],
    "half": lambda text: [text[:9], text[-9:]],
    "wrapped": lambda text: [text[:7] + "\n" + text[7:]],
    "rot13": lambda text: [text.translate(ROT13)],
    "checksum": lambda text: [f"{zlib.crc32(text.encode()):08x}"],
}


def urlsafe(text: str) -> str:
    """Return base64 in the alphabet for URLs."""
    return text.translate(str.maketrans("+/", "-_"))


def inside_base64(text: str) -> list[str]:
    """Return what base64 of anything that contains the text must contain, for each place it can begin at."""
    raw = text.encode()
    found = []
    for offset in range(3):
        whole = base64.b64encode(b"\0" * offset + raw + b"\0\0").decode()
        first, last = (offset * 8 + 5) // 6, (offset + len(raw)) * 8 // 6
        found.append(whole[first:last])
    return found


def found_in(text: str, canaries: Mapping[str, str]) -> list[str]:
    """Return each canary (by name) and form that is in a text."""
    return [
        f"{name} as {form}"
        for name, value in canaries.items()
        for form, looks in forms_of(value).items()
        if any(one in text for one in looks)
    ]


@functools.cache
def forms_of(value: str) -> Mapping[str, Sequence[str]]:
    """Return how a secret looks, by form."""
    return {form: tuple(dict.fromkeys(encode(value))) for form, encode in FORMS.items()}


def files_below(*folders: Path, but: Iterable[str] = ()) -> dict[str, str]:
    """Return every file below some directories as text in which each byte is one character."""
    return {
        str(path): path.read_bytes().decode("latin-1")
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in set(but)
    }
