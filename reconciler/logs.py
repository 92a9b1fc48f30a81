"""Log lines: the one owner of structlog's configuration and of what may stand in a line.

Lines go to stderr (never stdout), one record a line, capped, with the run's id. Control characters, line
breaks and what CI systems take for commands are escaped. A `Secret` shows as `(secret)`; `mask` is a second
net under that rule. A failing stream is no reason to stop, so lines that cannot be written are lost. structlog is
imported by `configure` only, so that `--help` does not pay for it; before that, lines are dropped.
"""

import base64
import contextlib
import contextvars
import datetime as dt
import json
import logging
import re
import sys
import traceback
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import Any, Literal, TextIO

from reconciler.model import Secret

Level = Literal["debug", "info", "warning", "error"]
Form = Literal["console", "json"]

LONGEST_TEXT = 2000
"""Characters of one value; a longer one is cut."""
LONGEST_LINE = 16_000
"""Characters of one line; CI systems cut or drop longer ones."""
MOST_ITEMS = 50
"""Items of one list or mapping that are shown."""
DEEPEST = 4
"""Nesting of a value that is shown."""
SHORTEST_MASKED = 4
"""Characters a secret needs to be masked; shorter ones would blot out ordinary words."""

_QUIET = ("asyncio", "watchfiles", "uvicorn")
"""Libraries that log; httpx and httpcore are silenced by their owner, `vendors.http`, for their lines hold URLs."""
_UNSAFE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_COMMAND = re.compile(r"##(?=\[|vso\[)|^(\s*):(?=:)")
_context: contextvars.ContextVar[Mapping[str, object] | None] = contextvars.ContextVar("log_context", default=None)
_NOTHING = re.compile(r"(?!)")


class _Switchboard:
    """What `configure` and `mask` set, in one place."""

    ready = False
    tracebacks = False
    secrets: frozenset[str] = frozenset()
    pattern: re.Pattern[str] = _NOTHING


class Logger:
    """Writes records under one name; usable at import time, silent until `configure` ran."""

    def __init__(self, name: str) -> None:
        self._name = name

    def debug(self, event: str, **fields: object) -> None:
        """Write what helps to find a fault."""
        self._write("debug", event, fields)

    def info(self, event: str, **fields: object) -> None:
        """Write what went on as expected."""
        self._write("info", event, fields)

    def warning(self, event: str, **fields: object) -> None:
        """Write what a person should look at some day."""
        self._write("warning", event, fields)

    def error(self, event: str, *, cause: BaseException | None = None, **fields: object) -> None:
        """Write what failed; the traceback of `cause` shows at level debug only."""
        self._write("error", event, {**fields, **({"cause": cause} if cause else {})})

    def _write(self, level: str, event: str, fields: Mapping[str, object]) -> None:
        if not _Switchboard.ready:
            return
        import structlog  # late: heavy

        getattr(structlog.get_logger(), level)(event, **{**fields, "logger": self._name})


def get(name: str) -> Logger:
    """Return the logger of a module."""
    return Logger(name)


def configure(
    *,
    level: Level = "warning",
    form: Form = "console",
    stream: TextIO | None = None,
    color: bool = False,
    run: str = "",
) -> None:
    """Send log lines of `level` and above to `stream` (stderr by default); again to change that.

    `run` is the run's id, part of every line. Records of libraries pass the same way from level warning on.
    """
    import structlog  # late: heavy

    threshold = logging.getLevelNamesMapping()[level.upper()]
    render: Any = _json
    if form == "console":
        render = structlog.dev.ConsoleRenderer(colors=color, pad_event_to=0, sort_keys=False)
    structlog.configure(
        processors=[_describe, _protect, render],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=lambda *_: _Lines(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    _Switchboard.ready = True
    _Switchboard.tracebacks = threshold <= logging.DEBUG
    _context.set({"run": run} if run else {})
    _adopt_libraries(max(threshold, logging.WARNING))


@contextlib.contextmanager
def bound(**fields: object) -> Iterator[None]:
    """Add fields (`run`, `vendor`, ...) to every line written inside, tasks started inside included."""
    token = _context.set({**(_context.get() or {}), **fields})
    try:
        yield
    finally:
        _context.reset(token)


def mask(secrets: Iterable[Secret]) -> None:
    """Blot out these secrets wherever they turn up in a line, also encoded; adds to those masked before.

    The second net only. The first is that a `Secret` cannot be shown; this one catches a value that a library
    or a vendor puts into a text. It does not know secrets that are born during the run until they are given here,
    nor forms it has not thought of.
    """
    values = {secret.reveal() for secret in secrets}
    _Switchboard.secrets |= {form for value in values if len(value) >= SHORTEST_MASKED for form in _forms(value)}
    longest_first = sorted(_Switchboard.secrets, key=lambda form: (-len(form), form))
    _Switchboard.pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else _NOTHING


def redact(text: str) -> str:
    """Return `text` with every masked secret blotted out; for other sinks that show foreign text."""
    return _Switchboard.pattern.sub("(secret)", text)


def reset() -> None:
    """Forget everything that was configured and masked; for tests and the end of an embedded run."""
    _Switchboard.ready = False
    _Switchboard.tracebacks = False
    _Switchboard.secrets = frozenset()
    _Switchboard.pattern = _NOTHING
    _context.set(None)
    for name in ("", *_QUIET):
        logging.getLogger(name).setLevel(logging.WARNING if not name else logging.NOTSET)
    root = logging.getLogger()
    root.handlers = [handler for handler in root.handlers if not isinstance(handler, _Bridge)]


def _forms(value: str) -> Iterator[str]:
    """Yield a secret as it may appear: plain, escaped, percent-encoded, hexadecimal, base64 at each offset."""
    yield value
    yield json.dumps(value)[1:-1]
    yield repr(value)[1:-1]
    yield urllib.parse.quote(value, safe="")
    yield urllib.parse.quote_plus(value)
    raw = value.encode("utf-8", "surrogatepass")
    yield raw.hex()
    yield raw.hex().upper()
    for offset in range(3):
        if len(raw) < 6:
            break
        # inside a longer text the secret begins at any of three offsets; the first and last group mix with neighbours
        begin = (0, 2, 3)[offset]
        whole = base64.b64encode(b"\0" * offset + raw).decode("ascii").rstrip("=")[begin:]
        shared = whole if (len(raw) + offset) % 3 == 0 else whole[:-1]
        yield shared
        yield shared.translate(str.maketrans("+/", "-_"))


def _describe(_: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Add time, level and the bound fields; turn a cause into text, with its traceback at level debug."""
    cause = event.pop("cause", None)
    if isinstance(cause, BaseException):
        event["error"] = f"{type(cause).__name__}: {cause}"
        if _Switchboard.tracebacks:
            event["traceback"] = "".join(traceback.format_exception(cause))[-LONGEST_LINE // 2 :]
    now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"timestamp": now, "level": method, **(_context.get() or {}), **event}


def _protect(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Return the record with every value plain, masked, escaped and of bounded size."""
    longest = {"traceback": LONGEST_LINE // 2}
    return {_safe(key): _plain(value, longest=longest.get(key, LONGEST_TEXT)) for key, value in event.items()}


def _plain(value: object, *, longest: int = LONGEST_TEXT, depth: int = 0) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Secret):
        return "(secret)"
    if isinstance(value, Mapping | list | tuple | set | frozenset):
        return _nested(value, depth)
    return _safe(str(value), longest)


def _nested(value: Any, depth: int) -> Any:
    if depth >= DEEPEST:
        return "..."
    items = list(value.items() if isinstance(value, Mapping) else value)
    shown = items[:MOST_ITEMS]
    if isinstance(value, Mapping):
        return {_safe(str(key)): _plain(item, depth=depth + 1) for key, item in shown}
    rest = [f"... {len(items) - MOST_ITEMS} more"] if len(items) > MOST_ITEMS else []
    return [_plain(item, depth=depth + 1) for item in shown] + rest


def _safe(text: str, longest: int = LONGEST_TEXT) -> str:
    text = redact(text)
    if len(text) > longest:
        text = f"{text[:longest]}... {len(text) - longest} more"
    text = _COMMAND.sub(lambda found: f"{found[1]}\\x3a" if found[1] is not None else "#\\x23", text)
    return _UNSAFE.sub(lambda found: _escape(found[0]), text)


def _escape(letter: str) -> str:
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
    code = ord(letter)
    return short.get(letter) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def _json(_: object, __: str, event: MutableMapping[str, Any]) -> str:
    return json.dumps(event, ensure_ascii=True, default=str)


def _cut(line: str) -> str:
    """Return a line that is one line, and no longer than allowed; JSON stays JSON."""
    line = line.replace("\r", "\\r").replace("\n", "\\n")
    if len(line) <= LONGEST_LINE:
        return line
    if line.startswith("{"):
        short = {key: value for key, value in json.loads(line).items() if len(str(value)) <= LONGEST_TEXT // 4}
        line = json.dumps({**short, "cut": True}, ensure_ascii=True)
    return line[:LONGEST_LINE]


class _Lines:
    """The end of the chain: writes a line, and loses it when the stream fails."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def info(self, line: str) -> None:
        """Write one line."""
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(_cut(line) + "\n")
            self._stream.flush()

    debug = warning = error = critical = info


class _Bridge(logging.Handler):
    """Takes the records of libraries into the same lines."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record of the standard library's logging."""
        level = "error" if record.levelno >= logging.ERROR else "warning"
        cause = record.exc_info[1] if record.exc_info else None
        fields = {"cause": cause} if cause else {}
        Logger(record.name)._write(level, record.getMessage(), fields)  # noqa: SLF001 - same module


def _adopt_libraries(threshold: int) -> None:
    root = logging.getLogger()
    if not any(isinstance(handler, _Bridge) for handler in root.handlers):
        root.addHandler(_Bridge())
    root.setLevel(threshold)
    for name in _QUIET:
        logging.getLogger(name).setLevel(threshold)
