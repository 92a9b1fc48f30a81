"""Strict JSON: one text, one meaning, and no text that costs more than its size."""

import json

import pytest

from reconciler.vendors.http import json_reading


@pytest.mark.parametrize(
    "text",
    [
        "null",
        "true",
        "0",
        "-12.5e2",
        '"\\u00e9\\ud83d\\ude00 \u20ac"',
        "[]",
        '{"a": {"a": 1}, "b": [{"a": 2}, {"a": 3}]}',
        "[" * 64 + "]" * 64,
        '{"a":' * 63 + "{}" + "}" * 63,
        json.dumps(["[{" * 100, '\\" ]}', "\\"]),
        json.dumps([[{"n": number}] for number in range(2000)]),
        "1" * 40,
        " \t\r\n[1]\n",
    ],
    ids=range(13),
)
def test_proper_json_is_read_as_the_library_reads_it(text: str) -> None:
    """What is strict JSON already is read unchanged; brackets inside strings are not nesting."""
    assert json_reading.loads(text.encode()) == json.loads(text)


def test_a_byte_order_mark_is_passed_over() -> None:
    """Some servers begin with a UTF-8 mark (RFC 8259 lets a reader ignore it)."""
    assert json_reading.loads(b"\xef\xbb\xbf[1]") == [1]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"[1",
        b"[1]]",
        b"[1] x",
        b"{'a': 1}",
        b"[1,]",
        b"<html></html>",
        b"NaN",
        b"[Infinity]",
        b"[-Infinity]",
        b"1e999",
        b"[-1e999]",
        b"1" * 41,
        b"1" * 5000,
        b"0." + b"1" * 50,
        b"1e" + b"0" * 50,
        b'{"a": 1, "a": 2}',
        b'[{"b": {"a": 1, "c": 2, "a": 1}}]',
        b'{"a": 1, "\\u0061": 2}',
        b"\xff\xfe[\x001\x00]\x00",
        b'"\xe9"',
        b'"\xed\xa0\x80"',
        b'"\\ud800"',
        b'{"\\udfff": 1}',
        b'["\\udc00\\ud800"]',
        b'"a\nb"',
        b"[" * 65 + b"]" * 65,
        b'[{"a":' * 33 + b"1" + b"}]" * 33,
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'["' + b"[" * 100 + b'", ' + b"[" * 65 + b"]" * 66,
    ],
    ids=range(32),
)
def test_anything_less_is_refused(body: bytes) -> None:
    """Equal keys, non-numbers, other encodings, half pairs, long numbers and deep nesting are errors."""
    with pytest.raises(ValueError, match=r"."):
        json_reading.loads(body)


@pytest.mark.parametrize(
    "body", [b'["' + b'\\"' * 500_000, b'{"a": [' + b'"\\' * 500_000, b"[" * 70 + b'"' * 1_000_001]
)
def test_an_open_string_costs_no_more_than_its_size(body: bytes) -> None:
    """Text made to send the scan back to the start again and again is refused in one go."""
    with pytest.raises(ValueError, match=r"."):
        json_reading.loads(b"[" * 70 + body)


def test_errors_do_not_quote_the_text() -> None:
    """What a vendor sent may be secret; the reason is said without it."""
    for body in (b'{"key-canary": 1, "key-canary": 2}', b"canary", b'["canary", NaN, canary]'):
        with pytest.raises(ValueError, match=r".") as caught:
            json_reading.loads(body)

        assert "canary" not in str(caught.value)
