"""Purchase orders made here: a text template filled in, drawn as a PDF of plain lines. Pure: the same in, the same out.

A line that begins with `# ` or `## ` is a heading. Letters are those of Western European languages (Windows-1252),
since the fonts every viewer has know no others; a template that needs more is refused, and the file supplied instead.
"""

import dataclasses
import functools
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.errors import StepRefused
from reconciler.model import Json
from reconciler.vendors.divalto import shipped, wire

STANDARD = "standard"
"""The name of the template that comes with the adapter."""

_RAISED = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
"""What an expression of a template may raise besides jinja2's own errors: a template is a program."""

_WIDTH, _HEIGHT, _MARGIN = 595, 842, 56
_MOST_LINES = 2_000
_FIXED_PITCH = 0.6
"""The width of every letter of Courier, as a part of its size."""


@dataclasses.dataclass(frozen=True)
class Broken:
    """A template that cannot be filled in or drawn: the line (from 1, None when unknown) and why."""

    line: int | None
    reason: str


@dataclasses.dataclass(frozen=True)
class _Line:
    text: str
    font: str = "F1"
    size: int = 10


def fill(inputs: Mapping[str, Json]) -> str | Broken:
    """Return the text of a document; every name that a template may use is in `inputs`, a new site with all facts."""
    import jinja2  # late: only an order with a made document needs it

    given = inputs.get("newSite")
    site = {word: given.get(word) for word in wire.SITE_FACTS} if isinstance(given, Mapping) else None
    template = shipped.purchase_order() if inputs["template"] == STANDARD else str(inputs["template"])
    values: dict[str, Any] = {name: value for name, value in inputs.items() if name != "template"}
    try:
        text: str = _compiled(template).render({**values, "newSite": site})
    except jinja2.TemplateSyntaxError as problem:
        return Broken(problem.lineno, str(problem.message))
    except (jinja2.TemplateError, *_RAISED) as problem:
        return Broken(_line_of(problem), str(problem) or type(problem).__name__)
    return _unprintable(text) or text


@functools.lru_cache(maxsize=64)
def _compiled(template: str) -> Any:
    """Return a template ready to be filled in; most orders share one, and compiling takes the most time."""
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        undefined=jinja2.StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(template)


def render(inputs: Mapping[str, Json]) -> bytes:
    """Return the PDF; StepRefused when the template is broken, which `validate` has said already."""
    text = fill(inputs)
    if isinstance(text, Broken):
        raise StepRefused(f"purchase order cannot be made: {text.reason}; run `reconciler validate`")
    return _drawn([line for source in text.splitlines() for line in _wrapped(source)])


def _line_of(problem: Exception) -> int | None:
    """Return the line of the template that a problem comes from: the innermost frame that is a template's."""
    found, trace = None, problem.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            found = trace.tb_lineno
        trace = trace.tb_next
    return found


def _unprintable(text: str) -> Broken | None:
    lines = text.splitlines()
    if len(lines) > _MOST_LINES:
        return Broken(None, f"it has {len(lines)} lines, and at most {_MOST_LINES} are drawn")
    for line in lines:
        for letter in line:
            if not (letter.isprintable() or letter in "\t\xa0") or not letter.encode("cp1252", "ignore"):
                return Broken(None, f"letter {letter!r} (U+{ord(letter):04X}) cannot be drawn in {line.strip()[:60]!r}")
    return None


def _wrapped(source: str) -> Iterator[_Line]:
    line = _Line(source.expandtabs(4).rstrip())
    if source.startswith("## "):
        line = _Line(source[3:].strip(), "F2", 12)
    elif source.startswith("# "):
        line = _Line(source[2:].strip(), "F2", 16)
    most = int((_WIDTH - 2 * _MARGIN) / (line.size * _FIXED_PITCH))
    for part in textwrap.wrap(line.text, most, break_on_hyphens=False) or [""]:
        yield dataclasses.replace(line, text=part)


class _Sheets(list[bytes]):
    """What a PDF is written to."""

    def write(self, data: bytes) -> None:
        self.append(data)


def _drawn(lines: list[_Line]) -> bytes:
    import pydyf  # late: only an order with a made document needs it

    document = pydyf.PDF()
    fonts = pydyf.Dictionary({"F1": _font(pydyf, "Courier"), "F2": _font(pydyf, "Courier-Bold")})
    resources = pydyf.Dictionary({"Font": fonts})
    document.add_object(resources)
    for page in _pages(lines):
        content = pydyf.Stream([_operators(page)], compress=False)
        document.add_object(content)
        document.add_page(
            pydyf.Dictionary({
                "Type": "/Page",
                "Parent": document.pages.reference,
                "MediaBox": pydyf.Array([0, 0, _WIDTH, _HEIGHT]),
                "Resources": resources.reference,
                "Contents": content.reference,
            })
        )  # fmt: skip
    sheets = _Sheets()
    document.write(sheets, identifier=False)
    return b"".join(sheets)


def _font(pydyf: Any, name: str) -> Any:
    return pydyf.Dictionary({
        "Type": "/Font",
        "Subtype": "/Type1",
        "BaseFont": f"/{name}",
        "Encoding": "/WinAnsiEncoding",
    })  # fmt: skip


def _pages(lines: list[_Line]) -> list[list[_Line]]:
    pages: list[list[_Line]] = [[]]
    room = _HEIGHT - 2 * _MARGIN
    for line in lines:
        room -= _leading(line)
        if room < 0:
            pages.append([])
            room = _HEIGHT - 2 * _MARGIN - _leading(line)
        pages[-1].append(line)
    return pages


def _leading(line: _Line) -> int:
    return line.size + 4


def _operators(lines: list[_Line]) -> bytes:
    """Return what draws the lines of one page, from the top."""
    found, down = [b"BT"], _HEIGHT - _MARGIN
    for line in lines:
        down -= _leading(line)
        text = line.text.encode("cp1252").hex().encode("ascii")
        found.append(b"/%s %d Tf 1 0 0 1 %d %d Tm <%s> Tj" % (line.font.encode(), line.size, _MARGIN, down, text))
    return b"\n".join([*found, b"ET"])
