"""A plan as the three counts GitLab shows on a merge request (`artifacts:reports:terraform`)."""

from reconciler.plan.value import Plan
from reconciler.render import escape


def text(plan: Plan) -> str:
    """Return the counts; synchronisations and orders that go out count as updates, so that none is left out."""
    summary = plan.summary
    counts = {
        "create": summary["create"],
        "update": summary["update"] + summary["sync"] + summary["execute"],
        "delete": summary["delete"],
    }
    return escape.json_text(dict(counts), indent=None) + "\n"
