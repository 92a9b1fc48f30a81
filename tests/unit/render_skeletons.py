"""What of an output must not depend on foreign text, per format.

A skeleton is everything a reader or parser treats as structure, plus the names of what must never occur. Output for
any text has the skeleton of output for a benign one; otherwise the text broke out.
"""

import html.parser
import json
import re
import unicodedata
from collections.abc import Callable
from xml.etree import ElementTree as ET

import yaml

LONGEST_LINE = 2_000
MARKDOWN_LIMIT = 60_000
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

Skeleton = Callable[[str], object]


def _unseen(output: str) -> bool:
    allowed = {"\n", "→", "…"}
    return any(unicodedata.category(sign) in UNSEEN for sign in set(output) - allowed)


def _commands(output: str) -> bool:
    """Say whether a CI runner would read a command in the output."""
    lines = [line.lstrip() for line in output.split("\n")]
    return any(line.startswith(("::", "##[")) or re.search(r"##\w*\[", line) for line in lines)


def terminal(output: str) -> object:
    """Count lines; no control character, no command, no endless line."""
    return {
        "lines": output.count("\n"),
        "unseen": _unseen(output),
        "commands": _commands(output),
        "endless": any(len(line) > LONGEST_LINE for line in output.split("\n")),
    }


def markdown(output: str) -> object:
    """Keep all that stands outside code spans, as CommonMark reads them; no control character, not too large."""
    output = re.sub("sha256:[0-9a-f]{64}", "sha256:...", output)
    return {
        "outside": [_outside_spans(line) for line in output.split("\n")],
        "unseen": _unseen(output),
        "commands": _commands(output),
        "large": len(output.encode("utf-8", "replace")) > MARKDOWN_LIMIT,
    }


def _outside_spans(line: str) -> str:
    cells = re.split(r"(?<!\\)\|", line) if line.startswith("|") else [line]  # tables are cut before spans are read
    return "|".join(_without_spans(cell) for cell in cells)


def _without_spans(text: str) -> str:
    outside, rest = "", text
    while (opening := re.search("`+", rest)) is not None:
        closing = re.compile(rf"(?<!`){opening.group()}(?!`)").search(rest, opening.end())
        outside += rest[: opening.start()]
        if closing is None:
            return outside + rest[opening.start() :]
        outside += "<code>"
        rest = rest[closing.end() :]
    return outside + rest


class _Tags(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[object] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, tuple(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.seen.append(f"/{tag}")

    def handle_comment(self, data: str) -> None:
        self.seen.append(("comment", data))

    def handle_decl(self, decl: str) -> None:
        self.seen.append(decl)

    def handle_pi(self, data: str) -> None:
        self.seen.append(("instruction", data))


def html_page(output: str) -> object:
    """Keep all elements with their attributes; no control character."""
    parser = _Tags()
    parser.feed(output)
    parser.close()
    return {"tags": parser.seen, "unseen": _unseen(output)}


def json_document(output: str) -> object:
    """Keep the shape of the data; ASCII only, nothing that ends a script element or starts a command."""
    try:
        shape = _shape(json.loads(output))
    except ValueError:
        shape = "invalid"
    dangerous = "</" in output or "<!--" in output or _commands(output)
    return {"shape": shape, "ascii": output.isascii(), "dangerous": dangerous, "unseen": _unseen(output)}


def _shape(data: object) -> object:
    if isinstance(data, dict):
        return [(_fixed(str(key)), _shape(value)) for key, value in data.items()]
    if isinstance(data, list):
        return [_shape(item) for item in data]
    return type(data).__name__


def _fixed(key: str) -> str:
    """Return a key of ours; foreign keys (facts, names of secrets) are all alike."""
    return key if re.fullmatch("[a-z][A-Za-z0-9_$]*", key) and key != "benign" else "foreign"


def xml(output: str) -> object:
    """Keep all elements with the names of their attributes."""
    try:
        root = ET.fromstring(output)  # noqa: S314 - own output
    except (ET.ParseError, UnicodeEncodeError):
        return "invalid"
    return {"tags": [(item.tag, sorted(item.attrib)) for item in root.iter()], "unseen": _unseen(output)}


def yaml_document(output: str) -> object:
    """Keep the shape of the data as a YAML parser reads it."""
    try:
        return {"shape": _shape(yaml.safe_load(output)), "unseen": _unseen(output)}
    except (yaml.YAMLError, ValueError):
        return "invalid"


def github(output: str) -> object:
    """Keep the commands with their property names; one a line."""
    lines = output.split("\n")[:-1]
    return {"lines": [_command(line) for line in lines], "unseen": _unseen(output)}


def _command(line: str) -> object:
    found = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line)
    if found is None:
        return line
    properties = [part.partition("=") for part in found.group(2).split(",")]
    escapes = set(re.findall("%(?!25|3A|2C|0A)..", line))
    return found.group(1), [name for name, _, _ in properties], found.group(3).count("%0A"), escapes
