"""A report as one self-contained HTML page: every text auto-escaped, no script, no link, nothing loaded.

The page forbids itself everything but its own style sheet, which it names by hash.
"""

import base64
import hashlib

from reconciler.render import escape
from reconciler.render.report import Piece, Report

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1c2128; }
code { font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; background: #f2f4f6; padding: 0 .2em; }
table { border-collapse: collapse; } th, td { border: 1px solid #d0d7de; padding: .2em .6em; text-align: left; }
ul { padding-left: 1.4rem; } .strong { font-weight: 600; } .faint { color: #656d76; } .good { color: #1a7f37; }
.change { color: #0969da; } .caution { color: #9a6700; } .bad { color: #cf222e; }
"""

TEMPLATE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{ policy }}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ report.verdict or report.title }}</title>
<style>{{ style }}</style>
</head>
<body>
{%- macro line(item) -%}
{%- for piece in item.pieces if piece.text -%}
{%- if piece.foreign -%}<code class="{{ piece.tone }}">{{ shown(piece) }}</code>
{%- else -%}<span class="{{ piece.tone }}">{{ piece.text }}</span>
{%- endif -%}
{%- endfor -%}
{%- endmacro %}
<h1 class="{{ report.tone }}">{{ report.verdict or report.title }}</h1>
{%- if report.counts %}
<table>
<tr>{% for name, _ in report.counts %}<th>{{ name }}</th>{% endfor %}</tr>
<tr>{% for _, number in report.counts %}<td>{{ number }}</td>{% endfor %}</tr>
</table>
{%- endif %}
{%- for fact in report.facts %}
<p>{{ line(fact) }}</p>
{%- endfor %}
{%- for section in report.sections %}
{%- if section.title %}
<h2 class="{{ section.tone }}">{{ section.title }}</h2>
{%- endif %}
{%- if section.table %}
<table>
<tr>{% for title in section.table.columns %}<th>{{ title }}</th>{% endfor %}</tr>
{%- for row in section.table.rows %}
<tr>{% for piece in row %}<td class="{{ piece.tone }}">{{ shown(piece) }}</td>{% endfor %}</tr>
{%- endfor %}
</table>
{%- endif %}
{%- if section.rows %}
<ul>
{%- for row in section.rows %}
<li>{{ line(row.head) }}
{%- if row.details %}
<ul>
{%- for detail in row.details if detail.role != "caret" %}
<li>{{ line(detail) }}</li>
{%- endfor %}
</ul>
{%- endif %}</li>
{%- endfor %}
</ul>
{%- endif %}
{%- endfor %}
{%- for closing in report.closing %}
<p>{{ line(closing) }}</p>
{%- endfor %}
</body>
</html>
"""


def text(report: Report) -> str:
    """Return the report as a page."""
    import jinja2  # late: only this format needs a template engine

    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    template = environment.from_string(TEMPLATE)
    return template.render(report=report, shown=_shown, style=STYLE, policy=_policy())


def _shown(piece: Piece) -> str:
    return escape.html(piece.text, piece.limit) if piece.foreign else piece.text


def _policy() -> str:
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
