"""Answers made worse: what a proxy, a bug or a bad day does to a good answer.

Pure functions from a reply to a reply. They work on any vendor's JSON, so they know no field names.
"""

import base64
import gzip
import json
from collections.abc import Callable, Mapping

from reconciler.sandbox.faults import Fault
from reconciler.sandbox.messages import Pace, Reply, json_reply, with_header

LOGIN_PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><form>Please sign in</form></body></html>"
_HTML = (("content-type", "text/html; charset=utf-8"),)


def truncated(reply: Reply, fault: Fault) -> Reply:
    """Cut the body in half or after `bytes`; `declared` keeps the full Content-Length and cuts the line."""
    keep = int(fault.number("bytes", len(reply.body) // 2))
    if fault.flag("declared"):
        return Reply(reply.status, reply.body, reply.headers, Pace(chunk=max(1, keep), stop_after=keep))
    return Reply(reply.status, reply.body[:keep], reply.headers)


def slowed(reply: Reply, fault: Fault) -> Reply:
    """Deliver `bytes` at a time with `seconds` between."""
    pace = Pace(chunk=max(1, int(fault.number("bytes", 1))), seconds=fault.number("seconds", 0.5))
    return Reply(reply.status, reply.body, reply.headers, pace)


def garbled(reply: Reply, fault: Fault) -> Reply:
    """Replace the body by `text`, by the bytes in `base64`, or by noise that is no JSON."""
    if "base64" in fault.options:
        return Reply(reply.status, base64.b64decode(fault.text("base64", "")), reply.headers)
    return Reply(reply.status, fault.text("text", "\x00{]garbage").encode(), reply.headers)


def emptied(reply: Reply, _: Fault) -> Reply:
    """Empty every list of the answer and leave its counts as they are."""
    data = json.loads(reply.body)
    if isinstance(data, list):
        return json_reply(reply.status, [])
    if isinstance(data, dict):
        data = {name: [] if isinstance(value, list) else value for name, value in data.items()}
    return json_reply(reply.status, data)


def bared(reply: Reply, _: Fault) -> Reply:
    """Answer with the first list alone, without the object around it."""
    data = json.loads(reply.body)
    lists = [value for value in data.values() if isinstance(value, list)] if isinstance(data, dict) else []
    return json_reply(reply.status, lists[0]) if lists else reply


def doubled_keys(reply: Reply, _: Fault) -> Reply:
    """Repeat the first key of the answer (of its first row, for a bare array), first with null."""
    data = json.loads(reply.body)
    start = reply.body.find(b"{")
    row = data[0] if isinstance(data, list) and data else data
    if start < 0 or not isinstance(row, dict) or not row:
        return reply
    extra = json.dumps(next(iter(row))).encode() + b": null, "
    return Reply(reply.status, reply.body[: start + 1] + extra + reply.body[start + 1 :], reply.headers)


def mislabelled(reply: Reply, fault: Fault) -> Reply:
    """Name another content type, `text/plain` unless told."""
    return with_header(reply, "content-type", value=fault.text("value", "text/plain; charset=utf-8"))


def swollen(reply: Reply, fault: Fault) -> Reply:
    """Blow the body up to `bytes` of JSON text (default 64 MiB), packed with gzip if asked."""
    body = b'{"data":["' + b"0" * int(fault.number("bytes", 64 * 1024 * 1024)) + b'"]}'
    if not fault.flag("gzip"):
        return Reply(reply.status, body, reply.headers)
    return with_header(Reply(reply.status, gzip.compress(body), reply.headers), "content-encoding", value="gzip")


def login_page() -> Reply:
    """Return what a proxy shows when it wants a person to sign in: status 200 and HTML."""
    return Reply(200, LOGIN_PAGE, _HTML)


SPOILERS: Mapping[str, Callable[[Reply, Fault], Reply]] = {
    "truncate": truncated,
    "slow_body": slowed,
    "garbage": garbled,
    "empty_list": emptied,
    "bare_array": bared,
    "duplicate_keys": doubled_keys,
    "wrong_content_type": mislabelled,
    "huge": swollen,
}
