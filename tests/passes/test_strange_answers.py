"""Rules of answers that are JSON but not what the vendor promises: an error, never a traceback or a guess."""

from typing import Any

import pytest

from reconciler.errors import Exit
from reconciler.reconcile import applying
from tests.passes.harness import Estate, actions
from tests.passes.test_faults import CALLS, expected

STRANGE = {
    "null": "null",
    "number": "7",
    "text": '"ok"',
    "empty-object": "{}",
    "empty-list": "[]",
    "list-of-null": "[null]",
    "list-of-lists": "[[[]]]",
    "data-is-null": '{"data": null, "metadata": null}',
    "data-of-null": '{"data": [null], "metadata": {"page": 1, "size": 100, "totalPages": 1, "totalRecords": 1}}',
    "data-of-text": '{"data": ["x"], "metadata": {}}',
    "counts-are-text": '{"data": [], "metadata": {"page": "x", "size": [], "totalPages": {}, "totalRecords": true}}',
    "id-is-an-object": '{"id": {}, "code": [], "name": 1, "items": "x", "status": null, "Code": "0", "Result": []}',
    "id-is-huge": '{"id": 99999999999999999999, "code": "nordwind", "Code": 0.0, "Result": 1}',
    "rows-of-wrong-types": '[{"SystemCode": 1, "Status": [], "ID": {}, "Value": {}, "Definition": 3}]',
    "items-of-wrong-types": '{"data": [{"id": "x", "code": "acme", "items": [1, {"quantity": "NaN"}]}]}',
}
READS = ["/accounts$", "/orders$", "/products$", "/syncstatus", "/syncoptions", "/assets$", r"/orders/[^/]+$"]


@pytest.mark.parametrize("text", STRANGE)
@pytest.mark.parametrize("call", CALLS)
def test_strange_answer_to_a_change(estate: Estate, call: str, text: str) -> None:
    """The change was done and the answer makes no sense: looked up, and the books end as if nothing had been."""
    method, path = CALLS[call]
    estate.fault("garbage", path, method=method, text=STRANGE[text])
    assert estate.until_quiet() == [Exit.DONE]
    assert estate.books() == expected()
    assert actions(estate.plan()) == []


@pytest.mark.parametrize("text", STRANGE)
@pytest.mark.parametrize("path", READS)
def test_strange_answer_to_a_question(estate: Estate, path: str, text: str) -> None:
    """A reading that makes no sense proves nothing: no change follows from it, and healed all is as before."""
    estate.apply()
    estate.mutations()
    more: dict[str, Any] = {"method": "GET", "count": None, "text": STRANGE[text]}
    estate.fault("garbage", path, **more)
    applied = estate.apply()
    assert applying.exit_code(applied, detailed=False) in {Exit.DONE, Exit.ERROR}
    assert not estate.mutations()
    estate.sim("DELETE", "/faults")
    assert actions(estate.plan()) == []
