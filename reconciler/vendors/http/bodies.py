"""From the bytes of an answer to data: caps, encodings, content type, strict JSON.

`receive` reads the stream; the rest is pure. A body that is not what a JSON API sends makes the answer
unreadable, with a complaint for people that quotes nothing of it.
"""

import dataclasses
import re
import zlib
from collections.abc import Mapping

import httpx

from reconciler import contract
from reconciler.errors import BadAnswer
from reconciler.model import Json
from reconciler.vendors.http import json_reading

_JSON_TYPE = re.compile(r"(?:application/(?:[\w.+\-]*[+\-])?json|text/json)")
_LENGTH = re.compile(r"[0-9]{1,18}")


@dataclasses.dataclass(frozen=True)
class Raw:
    """A whole answer as it came; header names are lower case, repeated ones joined by commas."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Cut(Exception):
    """Fewer bytes came than were announced."""


async def receive(response: httpx.Response, *, max_bytes: int) -> Raw:
    """Read a whole answer; BadAnswer beyond `max_bytes`, Cut when it is shorter than announced."""
    headers: dict[str, str] = {}
    for key, value in response.headers.raw:
        name, text = key.decode("latin-1").lower(), value.decode("latin-1")
        headers[name] = f"{headers[name]}, {text}" if name in headers else text
    announced = headers.get("content-length", "")
    length = int(announced) if _LENGTH.fullmatch(announced) else None
    if length is not None and length > max_bytes:
        raise BadAnswer(f"answer of {length} bytes is over the limit of {max_bytes}")
    body = bytearray()
    assert isinstance(response.stream, httpx.AsyncByteStream)
    async for part in response.stream:
        body += part
        if len(body) > max_bytes:
            raise BadAnswer(f"answer is over the limit of {max_bytes} bytes")
    if length is not None and len(body) != length:
        raise Cut
    return Raw(response.status_code, headers, bytes(body))


def read(raw: Raw, *, max_bytes: int) -> tuple[contract.Answer, str]:
    """Return the answer and what is wrong with its body (empty when nothing is).

    An empty body is readable: data None.
    """
    try:
        body = _decoded(raw, max_bytes)
        data = _data(raw, body) if body else None
    except ValueError as error:
        return contract.Answer(raw.status, None, raw.headers, readable=False), str(error)
    return contract.Answer(raw.status, data, raw.headers), ""


def _data(raw: Raw, body: bytes) -> Json:
    content_type = raw.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type and not _JSON_TYPE.fullmatch(content_type):
        raise ValueError("the body is not JSON by its content type")
    try:
        return json_reading.loads(body)
    except ValueError as error:
        raise ValueError(f"the body is no strict JSON: {error}") from None


def _decoded(raw: Raw, max_bytes: int) -> bytes:
    encoding = raw.headers.get("content-encoding", "identity").strip().lower()
    if encoding in {"identity", ""} or not raw.body:
        return raw.body
    if encoding in {"gzip", "x-gzip"}:
        bits = zlib.MAX_WBITS | 16
    elif encoding == "deflate":
        # Some servers send the bare stream instead of the zlib form that RFC 9110 names.
        bits = zlib.MAX_WBITS if _is_zlib(raw.body) else -zlib.MAX_WBITS
    else:
        raise ValueError("the body has an encoding that was not asked for")
    stream = zlib.decompressobj(bits)
    try:
        body = stream.decompress(raw.body, max_bytes + 1)
    except zlib.error as error:
        raise ValueError("the compressed body is damaged") from error
    if len(body) > max_bytes:
        raise ValueError(f"the body is over the limit of {max_bytes} bytes when decompressed")
    if not stream.eof or stream.unused_data:
        raise ValueError("the compressed body is cut or has something behind it")
    return body


def _is_zlib(body: bytes) -> bool:
    return len(body) >= 2 and body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
