"""What the parts of a page have in common."""

import base64
from collections.abc import Mapping

from jinja2 import DictLoader, Environment, StrictUndefined

TABLE = """\
{% macro table(rows, kind="", foot=none) %}
<div class="wide"><table class="sortable {{ kind }}">
<thead><tr>{% for cell in rows[0] %}<th scope="col">{{ cell }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in rows[1:] %}
<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}
</tbody>
{% if foot %}
<tfoot><tr>{% for cell in foot %}<td>{{ cell }}</td>{% endfor %}</tr></tfoot>
{% endif %}
</table></div>
{% endmacro %}
"""
"""Imported by other templates: `{% from "table" import table %}`."""


def page_environment(templates: Mapping[str, str]) -> Environment:
    """Templates by name, `table` among them: whatever is filled in is text, and must be there."""
    return Environment(
        loader=DictLoader({"table": TABLE, **templates}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def as_address(svg: bytes) -> str:
    """A picture as an address that holds all of it."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode('ascii')}"
