"""One escaping function per sink; whatever comes from manifests or vendors passes one of them.

Nothing here knows what is rendered. `visible` comes first for every human reader: what cannot be seen is written as
an escape, so that a text stays on its line and shows in the order it is stored.
"""

import html as html_entities
import json
import math
import re
from collections.abc import Mapping, Sequence

from reconciler.model import Json

VALUE_LIMIT = 200
"""Characters of one value that people are shown."""

_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
"""Invisible characters that Unicode classes as letters, marks or symbols."""

_BACKTICKS = re.compile("`+")
_OLD_COMMAND = re.compile(r"##(?=\w*\[)")
"""Runners look for `##[` and `##vso[` anywhere in a line."""

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str, limit: int | None = None) -> str:
    """Show control, bidirectional, zero-width and other unseen characters as escapes; cut after `limit` characters.

    Also breaks what runners take for a command wherever it stands, since any format may be printed into a log.
    """
    if limit is not None and len(text) > limit:
        text = text[: limit + 1]  # each character shows as one or more
    if not text.isprintable() or (not text.isascii() and _BLANK.search(text)):
        text = "".join(_shown(character) for character in text)
    if "##" in text:
        text = _OLD_COMMAND.sub(r"\\x23#", text)
    if limit is not None and len(text) > limit:
        text = text[: limit - 1] + "…"
    return text


def terminal(text: str, limit: int | None = VALUE_LIMIT) -> str:
    """Make a text safe within a line of a terminal or CI log."""
    return visible(text, limit)


def ci_line(line: str) -> str:
    """Make a finished line inert for CI runners, which read `::` and `##[` at its beginning as commands."""
    content = line.lstrip()
    if content.startswith(("::", "##")):
        return line[: len(line) - len(content)] + "\\" + content
    return line


def markdown(text: str, *, cell: bool = False, limit: int | None = VALUE_LIMIT) -> str:
    """Put a text into a code span that it cannot end; `cell` also keeps it in its table cell."""
    shown = visible(text, limit)
    if not shown:
        return ""
    fence = "`" * (max((len(run) for run in _BACKTICKS.findall(shown)), default=0) + 1)
    pad = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) else ""
    span = f"{fence}{pad}{shown}{pad}{fence}"
    return span.replace("|", "\\|") if cell else span


def html(text: str, limit: int | None = VALUE_LIMIT) -> str:
    """Return what the template engine then escapes for HTML: `visible`, no entity yet."""
    return visible(text, limit)


def xml(text: str) -> str:
    """Make a text safe as XML content or attribute; characters XML forbids show as escapes."""
    return html_entities.escape(visible(text), quote=True)


def github_message(text: str) -> str:
    """Make a text safe as the message of a workflow command."""
    return visible(text).replace("%", "%25")


def github_property(text: str) -> str:
    """Make a text safe as a property of a workflow command."""
    return github_message(text).replace(":", "%3A").replace(",", "%2C")


def sarif(text: str) -> str:
    """Make a text safe as a SARIF plain text message, in which `[text](target)` would be a link."""
    return visible(text).replace("[", "\\[")


def json_text(value: Json, *, indent: int | None = 2) -> str:
    """Return ASCII JSON that is also safe inside HTML and in a CI log; never NaN."""
    try:
        text = _dumps(value, indent)
    except ValueError:
        text = _dumps(_finite(value), indent)
    text = text.replace("</", "<\\/").replace("<!--", "\\u003c!--").replace("\x7f", "\\u007f")
    return _OLD_COMMAND.sub(r"\\u0023#", text)


def yaml(text: str) -> str:
    """Return a YAML double-quoted scalar on one line, which is also safe when the file is printed into a CI log."""
    return '"' + _OLD_COMMAND.sub(r"\\x23#", "".join(_quoted(character) for character in text)) + '"'


def _shown(character: str) -> str:
    if character.isprintable() and not _BLANK.match(character):
        return character
    return _NAMED.get(character) or _hexadecimal(character)


def _hexadecimal(character: str) -> str:
    point = ord(character)
    if point <= 0xFF:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}"


def _quoted(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if 0xD800 <= ord(character) <= 0xDFFF:
        return "\ufffd"  # a half of a pair is no character and cannot be written to a file
    return _shown(character)


def _dumps(value: Json, indent: int | None) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False, indent=indent, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _finite(value: Json) -> Json:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_finite(item) for item in value]
    return value
