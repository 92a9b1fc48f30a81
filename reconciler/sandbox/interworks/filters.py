"""`$filter` and `$orderby` of the BSS, a small part of OData 4.01 (`interworks.md` 1.10 and 1.11).

Parses text into tests on rows. Whatever is not understood is refused with 400, never ignored: a filter
that matched too much would be worse than none.
"""

import dataclasses
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from reconciler.sandbox.interworks.errors import Refused, invalid

Test = Callable[[object], bool]

_TOKEN = re.compile(
    r"\s*(?:(?P<datetime>datetime'[^']*')|(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?(?![\w-]))"
    r"|(?P<word>[A-Za-z_]\w*)|(?P<mark>[(),]))",
    re.IGNORECASE,
)
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_FUNCTIONS: Mapping[str, Callable[[str, str], bool]] = {
    "contains": lambda value, part: part in value,
    "startswith": str.startswith,
    "endswith": str.endswith,
}
_DEEPEST = 30


@dataclasses.dataclass(frozen=True)
class Property:
    """A property rows can be filtered by: its kind (text, number, flag, moment) and how to read it."""

    name: str
    kind: str
    read: Callable[[object], object]


@dataclasses.dataclass(frozen=True)
class Filter:
    """A test on rows; `fixed` holds the values that any matching row must have, for index look-ups."""

    test: Test
    fixed: Mapping[str, object]


def parse_filter(text: str, properties: Mapping[str, Property]) -> Filter:
    """Parse a `$filter`; keys of `properties` are lower case. Refused with 400 when it is not valid."""
    return _Parser(_tokens(text), properties).parse()


def parse_order(text: str, allowed: Sequence[str]) -> list[tuple[str, bool]]:
    """Parse an `$orderby` into (property, descending) pairs."""
    names = {name.lower(): name for name in allowed}
    result: list[tuple[str, bool]] = []
    for part in text.split(","):
        name, *direction = part.split()[:3] or [""]
        way = direction[0].lower() if direction else "asc"
        if name.lower() not in names or way not in {"asc", "desc"} or len(direction) > 1:
            raise invalid(f"$orderby cannot sort by {part.strip()!r}; known are {', '.join(allowed)}", field="$orderby")
        result.append((names[name.lower()], way == "desc"))
    return result


def _bad(reason: str) -> Refused:
    return invalid(f"$filter is not valid: {reason}", field="$filter")


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    place, text = 0, text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise _bad(f"unexpected text at position {place}")
        found.append((match.lastgroup, match[match.lastgroup]))
        place = match.end()
    return found


class _Parser:
    """Recursive descent: or, and, not, then a comparison, a function or a bracket."""

    def __init__(self, tokens: Sequence[tuple[str, str]], properties: Mapping[str, Property]) -> None:
        self._tokens = [*tokens, ("end", "")]
        self._properties = properties
        self._place = 0
        self._depth = 0

    def parse(self) -> Filter:
        """Parse everything."""
        result = self._either()
        if self._tokens[self._place][0] != "end":
            raise _bad(f"unexpected {self._tokens[self._place][1]!r}")
        return result

    def _either(self) -> Filter:
        left = self._both()
        while self._skip("or"):
            left = _either_of(left.test, self._both().test)
        return left

    def _both(self) -> Filter:
        left = self._one()
        while self._skip("and"):
            left = _both_of(left, self._one())
        return left

    def _one(self) -> Filter:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _bad("nested too deeply")
        try:
            if self._skip("not"):
                inner = self._one().test
                return Filter(lambda row: not inner(row), {})
            if self._skip("("):
                result = self._either()
                self._expect(")")
                return result
            return self._comparison()
        finally:
            self._depth -= 1

    def _comparison(self) -> Filter:
        kind, word = self._next()
        if kind == "word" and word.lower() in _FUNCTIONS and self._skip("("):
            return self._function(_FUNCTIONS[word.lower()])
        prop = self._property(kind, word)
        sign = self._next()[1].lower()
        if sign not in _COMPARISONS:
            raise _bad(f"unknown operator {sign!r}")
        value = _literal(*self._next())
        _check_kind(prop, value)
        fixed = {prop.name: value} if sign == "eq" else {}
        return Filter(_compared(prop, sign, value), fixed)

    def _function(self, function: Callable[[str, str], bool]) -> Filter:
        prop = self._property(*self._next())
        self._expect(",")
        part = _literal(*self._next())
        self._expect(")")
        if prop.kind != "text" or not isinstance(part, str):
            raise _bad(f"{prop.name} is no text or is compared with none")

        def test(row: object) -> bool:
            value = prop.read(row)
            return isinstance(value, str) and function(value, part)

        return Filter(test, {})

    def _property(self, kind: str, word: str) -> Property:
        prop = self._properties.get(word.lower()) if kind == "word" else None
        if prop is None:
            raise _bad(f"unknown property {word!r}")
        return prop

    def _next(self) -> tuple[str, str]:
        token = self._tokens[self._place]
        if token[0] == "end":
            raise _bad("it ends too early")
        self._place += 1
        return token

    def _skip(self, word: str) -> bool:
        kind, text = self._tokens[self._place]
        if kind in {"word", "mark"} and text.lower() == word:
            self._place += 1
            return True
        return False

    def _expect(self, mark: str) -> None:
        if not self._skip(mark):
            raise _bad(f"{mark!r} expected")


def _either_of(left: Test, right: Test) -> Filter:
    return Filter(lambda row: left(row) or right(row), {})


def _both_of(left: Filter, right: Filter) -> Filter:
    return Filter(lambda row: left.test(row) and right.test(row), {**left.fixed, **right.fixed})


def _compared(prop: Property, sign: str, value: object) -> Test:
    compare = _COMPARISONS[sign]

    def test(row: object) -> bool:
        own = prop.read(row)
        if prop.kind == "moment" and isinstance(own, str):
            own = datetime.fromisoformat(own)
        if own is None or value is None:
            return sign in {"eq", "ne"} and compare(own, value)
        return compare(own, value)

    return test


def _literal(kind: str, word: str) -> object:
    if kind == "text":
        return word[1:-1].replace("''", "'")
    if kind == "number":
        return float(word) if "." in word else int(word)
    if kind == "datetime":
        try:
            moment = datetime.fromisoformat(word[len("datetime'") : -1])
        except ValueError as error:
            raise _bad(f"{word} is no date") from error
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    words: Mapping[str, object] = {"true": True, "false": False, "null": None}
    if word.lower() not in words:
        raise _bad(f"{word!r} is no value")
    return words[word.lower()]


def _check_kind(prop: Property, value: object) -> None:
    kinds: Mapping[str, tuple[type, ...]] = {
        "text": (str,),
        "number": (int, float),
        "flag": (bool,),
        "moment": (datetime,),
    }
    if value is None:
        return
    if not isinstance(value, kinds[prop.kind]) or (prop.kind == "number" and isinstance(value, bool)):
        raise _bad(f"{prop.name} is a {prop.kind}")
