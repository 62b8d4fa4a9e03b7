"""Templates escape whatever they show: none says of a text that it is safe."""

import re

import pytest

from portal.site import templates

OURS = [name for name in templates().list_templates(["html"]) if not name.startswith("govuk_frontend_jinja")]


@pytest.mark.parametrize("name", OURS)
def test_no_text_is_called_safe(name: str) -> None:
    source, _, _ = templates().loader.get_source(templates(), name)  # type: ignore[union-attr]  # it has one
    assert not re.search(r"\|\s*safe\b|autoescape\s+false|<script(?![^>]*\bsrc=)|\son\w+=", source)


def test_texts_are_escaped() -> None:
    assert templates().from_string("{{ text }}").render(text="<b>") == "&lt;b&gt;"
