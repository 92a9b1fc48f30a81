"""Reading YAML: limits, places, typing by field, and never a traceback."""

import string
from typing import Any

import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler import documents
from reconciler.files import Limits, SourceFile
from reconciler.model import SecretSource
from reconciler.model.kinds import Spec


def codes_of(data: bytes | str, limits: Limits | None = None) -> list[str]:
    """Return the codes of everything wrong with the text itself."""
    source = SourceFile("a.yaml", data if isinstance(data, bytes) else data.encode())
    reading = documents.read(source, limits or Limits())
    list(reading.documents)
    return [problem.code for problem in reading.report.problems()]


def check(model: type[pydantic.BaseModel], text: str) -> tuple[documents.Checked | None, list[Any]]:
    """Return what a model makes of a document, and the problems."""
    reading = documents.read(SourceFile("a.yaml", text.encode()), Limits())
    (document,) = reading.documents
    assert document.tree is not None
    checked = documents.check(document.tree, documents.shape(model), reading.report, offset=document.offset)
    return checked, reading.report.problems()


@pytest.mark.parametrize("opening", ["[", "{a: ", "[{a: ", "- "], ids=["lists", "mappings", "both", "blocks"])
def test_depth_is_refused_within_the_event_stream(opening: str) -> None:
    """100,000 nested openings end at the depth limit, not in the parser's stack."""
    assert codes_of("a:\n  " + opening * 100_000) == ["E121"]


@pytest.mark.parametrize(
    ("text", "limits", "code"),
    [
        ("[a, b, c, d]", Limits(document_events=4), "E122"),
        ("a: 1\n---\nb: 2\n---\nc: 3", Limits(file_events=8), "E122"),
        ("a: 1\n---\nb: 2\n---\nc: 3", Limits(documents=2), "E123"),
        ("a: " + "x" * 11, Limits(scalar=10), "E124"),
        ("a: [[[1]]]", Limits(depth=3), "E121"),
    ],
    ids=["values-of-a-document", "values-of-a-file", "documents", "value", "depth"],
)
def test_limit_is_refused_with_its_code(text: str, limits: Limits, code: str) -> None:
    """Each limit of the table has a code of its own and is reported once."""
    assert codes_of(text, limits) == [code]


def test_what_reaches_the_limit_is_read() -> None:
    """A document exactly at the depth limit is read."""
    assert codes_of("a: [[1]]", Limits(depth=3)) == []


def test_many_problems_are_cut_at_the_limit() -> None:
    """Beyond the limit of listed problems one entry says how many more there are."""
    text = "\n".join(f"k{number}: *a" for number in range(10))
    reading = documents.read(SourceFile("a.yaml", text.encode()), Limits(problems=3))
    list(reading.documents)

    found = reading.report.problems()

    assert [problem.code for problem in found] == ["E116", "E116", "E116", "E127"]
    assert found[-1].summary == "at least 7 more problems in a.yaml"


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"{' ' * level}a:\n" for level in range(63)),
        "".join(f"k{number}: 1\n" for number in range(9_000)),
        "\x00" * 1_000_000,
        'a: "' + "\\0" * 20_000 + '"\n' + 'b: ["' + '", "'.join(["\\0"] * 15_000) + '"]',
        "\u202e" * 300_000,
    ],
    ids=["nested-blocks", "unknown-fields", "zero-bytes", "escapes", "bidirectional"],
)
def test_work_is_bounded_by_the_size(text: str) -> None:
    """Describing what is wrong takes no more than a pass over the text, however much is wrong."""
    reading = documents.read(SourceFile("a.yaml", text.encode()), Limits())
    for document in reading.documents:
        if document.tree is not None:
            documents.check(document.tree, documents.shape(Sample), reading.report, offset=document.offset)

    assert 0 < len(reading.report.problems()) <= Limits().problems + 1


def test_documents_after_a_broken_one_are_read() -> None:
    """A syntax error ends its own document only, and later lines keep their numbers."""
    reading = documents.read(SourceFile("a.yaml", b"a: [\n---\nb: 1\n---\n'\n---\nc: 2\n"), Limits())

    lines = [document.line for document in reading.documents if document.tree is not None]

    assert lines == [3, 7]
    assert [problem.code for problem in reading.report.problems()] == ["E125", "E125"]


def test_columns_count_characters() -> None:
    """Columns count characters, not bytes, also beyond the basic plane."""
    reading = documents.read(SourceFile("a.yaml", "'é😀': {b: x}\n".encode()), Limits())
    (document,) = reading.documents
    assert document.tree is not None
    value = documents.lookup(document.tree, "é😀")
    assert value is not None
    inner = documents.lookup(value, "b")
    assert inner is not None

    place = documents.range_of(inner, document.offset)

    assert (place.start.line, place.start.column, place.end.column) == (1, 11, 12)


class Inner(Spec):
    """A nested model."""

    size: int = 0


class Left(Spec):
    """One variant."""

    left: str


class Right(Spec):
    """Another variant."""

    right: int


class Sample(Spec):
    """One field of each sort."""

    text: str = ""
    number: int = 0
    real: float = 0.0
    flag: bool = False
    maybe: str | None = None
    names: list[str] = pydantic.Field(default=[])
    pair: tuple[str, ...] = ()
    table: dict[str, int] = pydantic.Field(default={})
    inner: Inner | None = None
    either: Left | Right | None = None
    loose: int | str = 0
    secret: SecretSource | None = None
    free: Any = None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("text: NO", "NO"),
        ("text: 004711", "004711"),
        ("text: 1_000", "1_000"),
        ("number: -3", -3),
        ("real: 2.5", 2.5),
        ("flag: true", True),
        ("maybe: ~", None),
        ("maybe: '~'", "~"),
        ("names: []", []),
        ("pair: [a, 1]", ("a", "1")),
        ("table: {on: 1}", {"on": 1}),
        ("inner: {size: 2}", Inner(size=2)),
        ("either: {right: 1}", Right(right=1)),
        ("either: {left: 1}", Left(left="1")),
        ("loose: 7", 7),
        ("loose: 07", "07"),
        ("secret: {env: NAME}", SecretSource("env", "NAME")),
        ("free: {a: [1, 01, true, yes, ~]}", {"a": [1, "01", True, "yes", None]}),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else "",
)
def test_value_is_typed_by_its_field(text: str, value: object) -> None:
    """The field decides what a text means."""
    checked, problems = check(Sample, text)

    assert problems == []
    assert checked is not None
    name = text.partition(":")[0]
    assert getattr(checked.value, name) == value
    assert checked.value.model_fields_set == {name}


def test_data_keeps_sources_of_secrets_as_written() -> None:
    """The plain data of a document is JSON also where the model holds a source of a secret."""
    checked, _ = check(Sample, "secret: {file: key.txt}\npair: [a]\n")

    assert checked is not None
    assert checked.data == {"secret": {"file": "key.txt"}, "pair": ["a"]}


def test_secret_in_clear_is_never_quoted() -> None:
    """A secret written where a source belongs is in no summary, detail or snippet, nor that of its neighbours."""
    _, problems = check(Sample, "{secret: hunter2, textt: 1, flag: yes}")

    assert [problem.code for problem in problems] == ["E214", "E204", "E208"]
    assert "hunter2" not in repr(problems)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("either: {left: [1]}", [(1, 16, "E206")]),
        ("either: {left: a, size: 1}", [(1, 19, "E204")]),
        ("either: {right: x}", [(1, 17, "E207")]),
        ("either: 3", [(1, 9, "E206")]),
        ("loose: [1]", [(1, 8, "E206")]),
        ("names: [[a]]", [(1, 9, "E206")]),
        ("names:\n- a\n-\n", [(1, 1, "E209")]),
        ("table: {a: x}", [(1, 12, "E207")]),
        ("inner: {siez: 1}", [(1, 9, "E204")]),
        ("secret: {env: }", [(1, 9, "E214")]),
        ("flag: Null", [(1, 7, "E209")]),
    ],
    ids=lambda value: value.replace("\n", " ") if isinstance(value, str) else "",
)
def test_misfit_is_reported_once_at_its_place(text: str, expected: list[tuple[int, int, str]]) -> None:
    """A value that does not fit its field gives one problem, also inside a union."""
    _, problems = check(Sample, text)

    found = [
        (problem.place.range.start.line, problem.place.range.start.column, problem.code)
        for problem in problems
        if problem.place and problem.place.range
    ]

    assert found[:1] == expected
    assert {code for _, _, code in found} <= {expected[0][2], "E205"}


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=string.printable + "&*!<>é\u202e\u0000\ufeff\u2028", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever the text, reading ends with documents and problems."""
    assert all(code.startswith("E1") for code in codes_of(text))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Whatever the bytes, reading ends with documents and problems."""
    assert all(code.startswith("E1") for code in codes_of(data))


_LEAVES = st.sampled_from(["a", "1", "~", "true", "'x'", "[]", "{}", "NO", "{env: A}", "*a", "&b c", "!t d"])
_LINES = st.builds("{}: {}".format, st.sampled_from([*Sample.model_fields, "nope", "<<", "'a b'"]), _LEAVES)


@settings(max_examples=300, deadline=None)
@given(st.lists(_LINES, min_size=1, max_size=6))
def test_any_document_fits_or_says_why(lines: list[str]) -> None:
    """A document is either taken or has a problem, never neither."""
    reading = documents.read(SourceFile("a.yaml", "\n".join(lines).encode()), Limits())
    for document in reading.documents:
        if document.tree is not None:
            checked = documents.check(document.tree, documents.shape(Sample), reading.report, offset=document.offset)
            assert (checked is None) <= (reading.report.count > 0)
