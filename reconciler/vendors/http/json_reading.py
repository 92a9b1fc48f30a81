"""JSON read strictly: one text has one meaning, and reading it costs no more than its size.

Pure. The library keeps the last of two equal keys, turns `1e999` into infinity and accepts `NaN`; a vendor
that sends such a thing has not sent an answer.
"""

import json
import math
import re
from collections.abc import Sequence
from typing import NoReturn

from reconciler.model import Json, JsonObject

DEEPEST = 64
LONGEST_NUMBER = 40

_ONE_KIND = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
# Ends a string at its quote or at the end of the text, so that an open string is not looked for again.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_BOM = b"\xef\xbb\xbf"


def loads(body: bytes) -> Json:
    """Read one JSON text in UTF-8; ValueError says what is wrong with it, without quoting it.

    Refused: other encodings, equal keys in one object, NaN and infinities, numbers of more than LONGEST_NUMBER
    digits or beyond a float, nesting over DEEPEST, half surrogate pairs.
    """
    body = body.removeprefix(_BOM)
    if _is_too_deep(body):
        raise ValueError(f"nested deeper than {DEEPEST}")
    try:
        text = body.decode()
        data: Json = _DECODER.decode(text)
    except UnicodeDecodeError as error:
        raise ValueError("not UTF-8") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON at character {error.pos}") from None  # its text quotes the document
    if _SURROGATE.search(body) and _has_half_pair(data):
        raise ValueError("half a surrogate pair in a string")
    return data


def _is_too_deep(body: bytes) -> bool:
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return False
    brackets = _STRING.sub(b"", body).translate(_ONE_KIND, _NO_BRACKETS)
    for _ in range(DEEPEST):  # each round takes away the innermost level
        brackets = brackets.replace(b"[]", b"")
    return bool(brackets)


def _object(pairs: Sequence[tuple[str, Json]]) -> JsonObject:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("the same key twice in one object")
    return found


def _whole(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise ValueError(f"a number of more than {LONGEST_NUMBER} digits")
    return int(digits)


def _broken(digits: str) -> float:
    number = float(digits)
    if len(digits) > LONGEST_NUMBER or not math.isfinite(number):
        raise ValueError("a number that is too long or too large")
    return number


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name}, which is not JSON")


def _has_half_pair(data: object) -> bool:
    if isinstance(data, str):
        return any("\ud800" <= character <= "\udfff" for character in data)
    if isinstance(data, dict):
        return any(_has_half_pair(key) or _has_half_pair(value) for key, value in data.items())
    return isinstance(data, list) and any(map(_has_half_pair, data))


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_whole, parse_float=_broken, parse_constant=_constant)
