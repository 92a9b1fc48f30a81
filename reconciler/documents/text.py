"""From bytes to the texts of single documents: encoding, forbidden characters, conflict markers, splitting.

A line that begins with `---` or `...` in column 1 always ends a document, whatever is open, so that the text can
be cut there and each document parsed by itself.
"""

import dataclasses
import re
import unicodedata
from collections.abc import Iterator

from reconciler.documents.report import Report, span
from reconciler.files import Limits, SourceFile

_CONTROL = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffd-\uffff"
_HIDDEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\ufffc\U000e0000-\U000e0fff"
)
FORBIDDEN = re.compile(f"[{_CONTROL}{_HIDDEN}]")
"""What no value may hold, written or escaped. Line feed and tab may be escaped."""
_SUSPECT = re.compile(f"[\t\r{_CONTROL}{_HIDDEN}]")
_UNREADABLE = re.compile(f"[{_CONTROL}]")
_MARKER = re.compile(r"^(?:<{7} |>{7} |\|{7} |={7}$)", re.MULTILINE)
_BOUNDARY = re.compile(r"^(?:---|\.\.\.)(?=[ \t\n]|\Z)", re.MULTILINE)
_INDENT_TAB = re.compile(r"^ *\t", re.MULTILINE)
_REPLACEMENT = "\ufffd"


@dataclasses.dataclass(frozen=True, slots=True)
class Chunk:
    """The text of one document, `line` lines down the file; `tainted` when it holds a forbidden character."""

    text: str
    line: int
    tainted: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text, in its report; `damaged` when bytes were replaced, `usable` when it is worth splitting."""

    report: Report
    damaged: bool = False
    usable: bool = True


def decode(source: SourceFile, limits: Limits) -> Decoded:
    """Return the text of a file with a report to add to."""
    data = source.text
    encoding = _foreign(data)
    if encoding:
        report = Report(source.path, "", limit=limits.problems)
        report.add("E108", f"file is {encoding}", "save it as UTF-8 without a byte order mark", where=span(1, 1))
        return Decoded(report, usable=False)
    marked = data.startswith(b"\xef\xbb\xbf")
    body = data[3:] if marked else data
    try:
        text, broken = body.decode(), None
    except UnicodeDecodeError as error:
        text, broken = body.decode(errors="replace"), error
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    report = Report(source.path, text, limit=limits.problems)
    if marked:
        report.add("E109", "file begins with a byte order mark", "save it without one", where=span(1, 1))
    if broken is not None:
        line, column = _place(body[: broken.start].decode())
        report.add("E108", "file is not UTF-8", "save it as UTF-8", where=span(line, column))
    if text.startswith("version https://git-lfs.github.com/spec/"):
        where = span(1, 1, len(text.split("\n", 1)[0]))
        report.add("E114", "file is a Git LFS pointer", "run `git lfs pull`", where=where)
        return Decoded(report, usable=False)
    return Decoded(report, damaged=broken is not None)


def split(decoded: Decoded, limits: Limits) -> Iterator[Chunk]:
    """Yield the text of each document, reporting what no document may hold; those beyond repair are left out."""
    if not decoded.usable:
        return
    report, text = decoded.report, decoded.report.text
    clean = text.isascii() and text.replace("\n", "").isprintable()
    conflicted = "<<<<<<< " in text or ">>>>>>> " in text
    count = 0
    for chunk in _cut(text):
        tainted = not clean and _SUSPECT.search(chunk.text) is not None
        if tainted:
            _report_characters(chunk, report, damaged=decoded.damaged)
        if (conflicted and _report_conflict(chunk, report)) or not _has_document(chunk, report):
            continue
        if tainted and ("\r" in chunk.text or _INDENT_TAB.search(chunk.text)):
            continue
        count += 1
        if count > limits.documents:
            summary = f"file holds more than {limits.documents} documents"
            report.add("E123", summary, "split it into several files", where=span(chunk.line + 1, 1, 3))
            return
        yield Chunk(_UNREADABLE.sub(_REPLACEMENT, chunk.text), chunk.line, True) if tainted else chunk


def _cut(text: str) -> Iterator[Chunk]:
    start = line = 0
    for found in _BOUNDARY.finditer(text):
        if found.start() > start:
            yield _opened(text[start : found.start()], line)
            line += text.count("\n", start, found.start())
            start = found.start()
    if start < len(text):
        yield _opened(text[start:], line)


def _opened(text: str, line: int) -> Chunk:
    if text.startswith("...") and text[3:].split("\n", 1)[0].strip()[:1] in {"", "#"}:
        text = "#.." + text[3:]
    return Chunk(text, line)


def _has_document(chunk: Chunk, report: Report) -> bool:
    if "\n%" not in chunk.text and not chunk.text.startswith("%"):
        return True
    lines = chunk.text.split("\n")
    if any(line.strip() and not line.lstrip().startswith("#") and not line.startswith("%") for line in lines):
        return True
    for number, line in enumerate(lines):
        if line.startswith("%") and line.split("#")[0].split() != ["%YAML", "1.2"]:
            report.add(
                "E115", "directive is not allowed", "remove the line", where=span(chunk.line + number + 1, 1, len(line))
            )
    return False


def _report_conflict(chunk: Chunk, report: Report) -> bool:
    found = _MARKER.search(chunk.text)
    if found is None:
        return False
    line, column = _place(chunk.text[: found.start()])
    where = span(chunk.line + line, column, 7)
    report.add("E113", "merge conflict is not resolved", "resolve it and remove the marker lines", where=where)
    return True


def _report_characters(chunk: Chunk, report: Report, *, damaged: bool) -> None:
    """Report each character, but tabs once a line, line ends once, and what decoding replaced not at all."""
    seen: set[tuple[str, int]] = set()
    if report.full:
        report.count += 1
    for number, line in enumerate(chunk.text.split("\n"), start=chunk.line + 1):
        for found in _SUSPECT.finditer(line) if not report.full else ():
            once = {"\t": number, "\r": 0}.get(found[0])
            if (damaged and found[0] == _REPLACEMENT) or (once is not None and (found[0], once) in seen):
                continue
            seen.add((found[0], once or 0))
            code, summary, detail = describe(found[0])
            report.add(code, summary, detail, where=span(number, found.start() + 1))
            if report.full:
                break


def describe(character: str) -> tuple[str, str, str]:
    """Return code, summary and detail for a character that is not allowed."""
    if character == "\t":
        return "E112", "tab is not allowed", 'indent with spaces; inside a value write "\\t" in double quotes'
    if character == "\r":
        return "E126", "carriage return stands without a line feed", "save the file with LF or CRLF line ends"
    name = unicodedata.name(character, "")
    label = f"U+{ord(character):04X}" + (f" ({name})" if name else "")
    if _UNREADABLE.match(character):
        return "E110", f"control character {label} is not allowed", "remove it"
    return "E111", f"invisible or bidirectional character {label} is not allowed", "remove it"


def _foreign(data: bytes) -> str | None:
    head = data[:4]
    if head in {b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff"}:
        return "UTF-32"
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "UTF-16"
    zeros = tuple(byte == 0 for byte in head)
    if zeros in {(False, True, False, True), (True, False, True, False)}:
        return "UTF-16"
    return "UTF-32" if zeros in {(False, True, True, True), (True, True, True, False)} else None


def _place(before: str) -> tuple[int, int]:
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
