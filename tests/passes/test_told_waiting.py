"""Rules of what an apply tells when it has nothing to do but others have."""

from pathlib import Path

from reconciler.errors import Exit
from reconciler.reconcile import applying
from reconciler.render import applied, to_json, to_text
from tests.passes.administration import ODATA, Administration


def test_apply_that_only_waits_says_for_whom(tmp_path: Path) -> None:
    """Who is waited for since when stands in text and JSON, and it is not called done before it is."""
    administration = Administration(tmp_path)
    administration.apply()
    waits = administration.apply()
    assert waits.report is not None
    text, document = to_text.text(applied.report(waits.report)), to_json.apply_report(waits.report)

    assert applying.exit_code(waits, detailed=True) is Exit.CONVERGING
    assert text.startswith("Apply: nothing to do, 1 still waiting\n")
    assert "divalto/order/odata-hq waits for vendor since" in text
    assert "A_TRAITER" in text
    assert "all done" not in text
    assert document["waiting"] == [
        {
            "address": "divalto/order/odata-hq",
            "for": "vendor",
            "since": waits.report.waiting[0].since,
            "detail": "A_TRAITER",
        }
    ]

    administration.decide("take")
    administration.decide("validate")
    administration.decide("provisioned")
    ended = administration.apply().report
    assert ended is not None
    assert (ended.waiting, "all done" in to_text.text(applied.report(ended))) == ((), True)


def test_what_a_run_did_is_told_once(tmp_path: Path) -> None:
    """What a run submitted itself is among its results, and not a second time among what waits."""
    administration = Administration(tmp_path)
    administration.manifests = [ODATA]
    report = administration.apply().report
    assert report is not None
    assert [one.outcome.value for one in report.results].count("waiting") == 1
    assert report.waiting == ()
