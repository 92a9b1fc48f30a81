"""Log lines: what may stand in one, whatever is put in."""

import asyncio
import base64
import io
import json
import logging
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from typing import Any

import pytest

from reconciler import logs
from reconciler.model import Secret

CANARY = "c4nary/+?é \"quoted\" 'x'"
LOG = logs.get("tests")


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Leave no configuration behind."""
    logs.reset()
    yield
    logs.reset()


@pytest.fixture
def stream() -> io.StringIO:
    """Return a stream that JSON lines of every level are written to."""
    stream = io.StringIO()
    logs.configure(level="debug", form="json", stream=stream, run="run-1")
    return stream


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """Return the JSON lines written so far."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_says_when_what_who_and_which_run(stream: io.StringIO) -> None:
    """Every line carries time, level, logger and the run's id beside its own fields."""
    LOG.info("vendor read", vendor="interworks", objects=3)

    (line,) = lines(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "level": "info",
        "logger": "tests",
        "run": "run-1",
        "event": "vendor read",
        "vendor": "interworks",
        "objects": 3,
    }


def test_nothing_is_written_before_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    """A logger that nobody configured is silent on both streams."""
    LOG.error("lost")

    assert capsys.readouterr() == ("", "")


def test_lines_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a stream named, lines go to stderr; stdout carries only results."""
    logs.configure(level="info")

    LOG.info("hello")

    out, err = capsys.readouterr()
    assert out == ""
    assert "hello" in err


def test_lines_below_the_level_are_left_out() -> None:
    """The level is a threshold."""
    stream = io.StringIO()
    logs.configure(level="warning", form="json", stream=stream)

    LOG.info("quiet")
    LOG.warning("loud")

    assert [line["event"] for line in lines(stream)] == ["loud"]


def test_bound_fields_reach_tasks_and_end_with_the_block(stream: io.StringIO) -> None:
    """Fields bound around a pass stand in the lines of tasks started inside it, and in none after it."""

    async def one_pass() -> None:
        with logs.bound(run="run-2", vendor="avg"):
            await asyncio.create_task(speak())
        await speak()

    async def speak() -> None:
        LOG.info("speaking")

    asyncio.run(one_pass())

    assert [(line["run"], line.get("vendor")) for line in lines(stream)] == [("run-2", "avg"), ("run-1", None)]


@pytest.mark.parametrize("form", ["console", "json"])
@pytest.mark.parametrize(
    "wrap", [lambda s: s, lambda s: [s], lambda s: {"a": {"b": s}}], ids=["bare", "list", "nested"]
)
def test_a_secret_shows_as_secret(form: logs.Form, wrap: Any) -> None:
    """A `Secret` in a field, however deep, is never opened, also when nothing was masked."""
    stream = io.StringIO()
    logs.configure(level="debug", form=form, stream=stream)

    LOG.info("signed in", token=wrap(Secret(CANARY)))

    assert "(secret)" in stream.getvalue()
    assert "c4nary" not in stream.getvalue()


ENCODINGS = {
    "raw": CANARY,
    "percent": urllib.parse.quote(CANARY, safe=""),
    "form": urllib.parse.quote_plus(CANARY),
    "json": json.dumps(CANARY)[1:-1],
    "repr": repr(CANARY)[1:-1],
    "hex": CANARY.encode().hex(),
    "base64": base64.b64encode(CANARY.encode()).decode(),
    "base64url": base64.urlsafe_b64encode(CANARY.encode()).decode(),
    "basic": base64.b64encode(b"user:" + CANARY.encode() + b"@").decode(),
    "basic, other offset": base64.b64encode(b"users:" + CANARY.encode() + b"@@").decode(),
    "basic, third offset": base64.b64encode(b"userss:" + CANARY.encode()).decode(),
}


@pytest.mark.parametrize("text", ENCODINGS.values(), ids=ENCODINGS.keys())
def test_a_masked_secret_is_found_in_any_encoding(stream: io.StringIO, text: str) -> None:
    """A registered secret that a library puts into a text is blotted out; without registration it would show."""
    LOG.warning("before", header=f"Authorization: {text}")
    logs.mask([Secret(CANARY)])
    LOG.warning("after", header=f"Authorization: {text}")
    LOG.warning(text)

    before, after, event = lines(stream)
    assert text in before["header"]
    middle = text[6:-6]
    assert middle not in after["header"]
    assert middle not in event["event"]
    assert "(secret)" in after["header"]


def test_masking_adds_up_and_prefers_the_longest(stream: io.StringIO) -> None:
    """Later secrets add to earlier ones; one that contains another is blotted out whole."""
    logs.mask([Secret("hunter2")])
    logs.mask([Secret("hunter2-long"), Secret("abc")])

    LOG.info("hunter2 hunter2-long abc")

    assert lines(stream)[0]["event"] == "(secret) (secret) abc"
    assert logs.redact("x hunter2-long") == "x (secret)"


HOSTILE = {
    "line break": "ok\n::error::spoofed",
    "carriage return": "ok\rerased",
    "escape sequence": "\x1b[31mred\x1b]8;;http://x\x07",
    "C1 control": "\x9b31m",
    "bidirectional": "abc\u202edcba",
    "zero width": "a\u200bb",
    "workflow command": "::add-mask::x",
    "indented command": "  ::set-output name=a::b",
    "old command": "text ##[command]x",
    "azure command": "text ##vso[task.setvariable]x",
    "lone surrogate": "a\ud800b",
}


@pytest.mark.parametrize("form", ["console", "json"])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_inert(form: logs.Form, text: str) -> None:
    """Whatever a vendor or a manifest says stays one line without control characters or CI commands."""
    stream = io.StringIO()
    logs.configure(level="info", form=form, stream=stream)

    LOG.info(text, **{text: text, "field": [text]})

    written = stream.getvalue()
    assert written.count("\n") == 1
    assert written.endswith("\n")
    assert all(letter.isprintable() for letter in written[:-1])
    assert not written.lstrip().startswith("::")
    assert "##[" not in written
    assert "##vso[" not in written


@pytest.mark.parametrize("form", ["console", "json"])
def test_lines_are_capped(form: logs.Form) -> None:
    """No line is longer than the limit, and a JSON line stays JSON and says that it was cut."""
    stream = io.StringIO()
    logs.configure(level="info", form=form, stream=stream)

    LOG.info("much", **{f"field{number}": "x" * 100_000 for number in range(40)}, deep=[list(range(1000))])

    (line,) = stream.getvalue().splitlines()
    assert len(line) <= logs.LONGEST_LINE
    if form == "json":
        assert json.loads(line)["cut"] is True
        assert json.loads(line)["event"] == "much"


def test_deep_and_long_values_are_shortened(stream: io.StringIO) -> None:
    """A value nested without end is cut at a depth, a list at a length."""
    endless: list[Any] = []
    endless.append(endless)

    LOG.info("deep", endless=endless, many=list(range(60)))

    (line,) = lines(stream)
    assert line["endless"] == [[[["..."]]]]
    assert line["many"][-1] == "... 10 more"


def fail() -> BaseException:
    """Return an exception that was raised, with a secret in its text."""
    try:
        int("hunter2-secret\nnext")
    except ValueError as error:
        return error
    raise AssertionError


def test_tracebacks_show_at_debug_only_and_masked(stream: io.StringIO) -> None:
    """At level debug a cause has its traceback on the same line, masked; above, only its text."""
    logs.mask([Secret("hunter2-secret")])
    LOG.error("failed", cause=fail())
    logs.configure(level="info", form="json", stream=stream)
    LOG.error("failed", cause=fail())

    debug, info = lines(stream)
    assert debug["error"] == info["error"] == r"ValueError: invalid literal for int() with base 10: '(secret)\nnext'"
    assert "in fail" in debug["traceback"]
    assert "hunter2" not in stream.getvalue()
    assert "traceback" not in info


def test_library_records_pass_the_same_way(stream: io.StringIO) -> None:
    """A library's warning becomes a masked line of ours; its chatter below warning is dropped."""
    logs.mask([Secret("hunter2-secret")])

    logging.getLogger("httpx").info("HTTP Request: GET https://x/?token=hunter2-secret")
    logging.getLogger("asyncio").debug("selector")
    logging.getLogger("watchfiles").warning("closing %s", "hunter2-secret")
    logging.getLogger("unheard.of").error("odd", exc_info=fail())

    assert [(line["logger"], line["level"], line["event"]) for line in lines(stream)] == [
        ("watchfiles", "warning", "closing (secret)"),
        ("unheard.of", "error", "odd"),
    ]


def test_a_failing_stream_stops_nothing() -> None:
    """A closed stream loses lines and raises nothing: a log is no reason to break off an apply."""
    stream = io.StringIO()
    logs.configure(level="info", form="json", stream=stream)
    stream.close()

    LOG.error("lost")
    logging.getLogger("httpx").error("lost")

    assert stream.closed


def test_importing_the_module_does_not_load_structlog() -> None:
    """A module may make its logger at import time without the cost of the library."""
    code = "import sys; from reconciler import logs; logs.get('x').info('y'); print('structlog' in sys.modules)"

    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
