"""No text from a manifest or a vendor breaks out of any output format."""

import dataclasses
import json
from collections.abc import Callable

import pytest

from reconciler.render import (
    applied,
    findings,
    planned,
    standing,
    status_file,
    to_github,
    to_html,
    to_json,
    to_junit,
    to_markdown,
    to_sarif,
    to_text,
)
from tests.unit import render_hostile as hostile
from tests.unit import render_skeletons as skeletons
from tests.unit.render_samples import NOON


@dataclasses.dataclass(frozen=True)
class Sink:
    """An output format: how it is made, how a careless program makes it, what of it must stay the same."""

    render: Callable[[str], str]
    naive: Callable[[str], str]
    skeleton: skeletons.Skeleton


def naive_json(text: str) -> str:
    """Put a text into JSON without escaping."""
    return f'{{"reason": "{text}"}}'


def naive_text(text: str) -> str:
    """Put a text on lines of its own without escaping."""
    return f"  reason: {text}\n{text}\n"


def naive_markdown(text: str) -> str:
    """Put a text into a list, a code span and a table cell without care for what is in it."""
    return f"- {text}\n- `{text}`\n\n| a | b |\n| --- | --- |\n| `{text}` | x |\n"


def naive_html(text: str) -> str:
    """Put a text into HTML without escaping."""
    return f"<p title='{text}'>{text}</p><script>{text}</script>"


def naive_xml(text: str) -> str:
    """Put a text into XML without escaping."""
    return f'<a b="{text}"><![CDATA[{text}]]></a>'


def naive_yaml(text: str) -> str:
    """Put a text into YAML without quoting."""
    return f"a: {text}\nb: x\n"


def naive_github(text: str) -> str:
    """Put a text into a workflow command without escaping."""
    return f"::error file={text},line=1::{text}\n"


def status_text(text: str) -> str:
    """Return the status as text."""
    return to_text.text(standing.status_report(hostile.objects(text), project=text, generated_at=NOON))


def status_markdown(text: str) -> str:
    """Return the status as Markdown, which has a table of foreign cells."""
    return to_markdown.text(standing.status_report(hostile.objects(text), project=text, generated_at=NOON))


def status_yaml(text: str) -> str:
    """Return the status file."""
    objects, assets = hostile.objects(text), hostile.assets(text)
    return status_file.to_yaml(status_file.status_document(text, text, objects=objects, assets=assets))


def status_json(text: str) -> str:
    """Return the status as JSON."""
    return to_json.text(standing.status_document(hostile.objects(text), project=text, generated_at=NOON))


def sink(naive: Callable[[str], str], skeleton: skeletons.Skeleton, render: Callable[[str], str]) -> Sink:
    """Return a sink; for tables."""
    return Sink(render, naive, skeleton)


SINKS = {
    "plan-text": sink(naive_text, skeletons.terminal, lambda t: to_text.text(planned.report(hostile.plan(t)))),
    "apply-text": sink(naive_text, skeletons.terminal, lambda t: to_text.text(applied.report(hostile.apply_report(t)))),
    "validate-text": sink(naive_text, skeletons.terminal, lambda t: to_text.text(findings.report(hostile.problems(t)))),
    "status-text": sink(naive_text, skeletons.terminal, status_text),
    "assets-text": sink(
        naive_text, skeletons.terminal, lambda t: to_text.text(standing.asset_report(hostile.assets(t)))
    ),
    "plan-markdown": sink(
        naive_markdown, skeletons.markdown, lambda t: to_markdown.text(planned.report(hostile.plan(t)))
    ),
    "apply-markdown": sink(
        naive_markdown, skeletons.markdown, lambda t: to_markdown.text(applied.report(hostile.apply_report(t)))
    ),
    "status-markdown": sink(naive_markdown, skeletons.markdown, status_markdown),
    "plan-html": sink(naive_html, skeletons.html_page, lambda t: to_html.text(planned.report(hostile.plan(t)))),
    "plan-json": sink(naive_json, skeletons.json_document, lambda t: to_json.text(to_json.plan(hostile.plan(t)))),
    "apply-json": sink(
        naive_json, skeletons.json_document, lambda t: to_json.text(to_json.apply_report(hostile.apply_report(t)))
    ),
    "status-json": sink(naive_json, skeletons.json_document, status_json),
    "assets-json": sink(
        naive_json, skeletons.json_document, lambda t: to_json.text(standing.asset_document(hostile.assets(t)))
    ),
    "validate-json": sink(
        naive_json, skeletons.json_document, lambda t: to_json.text(to_json.diagnostics(hostile.problems(t)))
    ),
    "sarif": sink(naive_json, skeletons.json_document, lambda t: to_sarif.text(hostile.problems(t))),
    "github": sink(naive_github, skeletons.github, lambda t: to_github.text(hostile.problems(t))),
    "junit": sink(naive_xml, skeletons.xml, lambda t: to_junit.text(hostile.problems(t), files=[t, "clean.yaml"])),
    "status-yaml": sink(naive_yaml, skeletons.yaml_document, status_yaml),
}


@pytest.mark.parametrize("text", hostile.HOSTILE.values(), ids=hostile.HOSTILE)
@pytest.mark.parametrize("name", SINKS)
def test_hostile_text_changes_no_structure(name: str, text: str) -> None:
    """Whatever a text contains, the output has the structure it has for a harmless word."""
    target = SINKS[name]

    assert target.skeleton(target.render(text)) == target.skeleton(target.render(hostile.BENIGN))


@pytest.mark.parametrize("text", hostile.HOSTILE.values(), ids=hostile.HOSTILE)
def test_each_hostile_text_would_break_a_careless_renderer(text: str) -> None:
    """Control: without escaping, every text of the list changes the structure of at least one format."""
    broken = [name for name, target in SINKS.items() if _breaks(target, text)]

    assert broken


@pytest.mark.parametrize("name", SINKS)
def test_each_check_can_fail(name: str) -> None:
    """Control: every format's check notices at least five of the texts when nothing escapes them."""
    target = SINKS[name]

    assert sum(_breaks(target, text) for text in hostile.HOSTILE.values()) >= 5


def test_list_of_hostile_texts_is_long_enough() -> None:
    """At least sixty texts, all different."""
    assert len(set(hostile.HOSTILE.values())) >= 60


@pytest.mark.parametrize("text", hostile.HOSTILE.values(), ids=hostile.HOSTILE)
def test_json_gives_back_the_very_text(text: str) -> None:
    """JSON loses and changes nothing: what was in the value is read back."""
    document = json.loads(to_json.text(to_json.plan(hostile.plan(text))))

    change = document["actions"][0]["changes"][0]
    assert (document["project"], change) == (text, {"path": text, "before": text, "after": {text: [text]}})


@pytest.mark.parametrize("text", hostile.HOSTILE.values(), ids=hostile.HOSTILE)
@pytest.mark.parametrize("render", [to_text.text, to_markdown.text, to_html.text], ids=["text", "markdown", "html"])
def test_counts_stand_before_any_foreign_text(render: Callable[..., str], text: str) -> None:
    """No text can stand before or change the verdict and the counts."""
    output = render(planned.report(hostile.plan(text)))
    benign = render(planned.report(hostile.plan(hostile.BENIGN)))

    first = benign.index(hostile.BENIGN)
    head = benign[: benign.rindex("\n", 0, first)]
    assert "unchanged" in head
    assert output.startswith(head)


@pytest.mark.parametrize("text", hostile.HOSTILE.values(), ids=hostile.HOSTILE)
def test_color_adds_only_our_own_sequences(text: str) -> None:
    """With colour, the output without our own sequences is the plain output."""
    report = planned.report(hostile.plan(text))
    painted = to_text.text(report, color=True)

    for code in ("0", *to_text.COLORS.values()):
        painted = painted.replace(f"\x1b[{code}m", "")
    assert painted == to_text.text(report)


@pytest.mark.parametrize("text", hostile.HOSTILE.values(), ids=hostile.HOSTILE)
def test_wrapping_puts_no_command_at_the_beginning_of_a_line(text: str) -> None:
    """Words that wrapping moves to the front of a line are still no commands."""
    wrapped = to_text.text(planned.report(hostile.plan(f"{'x' * 30} {text} ::add-mask::x ##[y]")), width=40)

    assert not any(line.lstrip().startswith(("::", "##[")) for line in wrapped.split("\n"))


def _breaks(target: Sink, text: str) -> bool:
    return target.skeleton(target.naive(text)) != target.skeleton(target.naive(hostile.BENIGN))
