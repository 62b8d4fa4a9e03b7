"""Pages of documents: one frame, no script, nothing from elsewhere."""

from html import escape
from typing import Final

_FRAME: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} - Commissioning Suite</title>
<link rel="icon" href="/docs/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/docs/assets/page.css">
</head>
<body>
<nav aria-label="Documents">{links}</nav>
<main>
<h1>{title}</h1>
{content}
</main>
</body>
</html>
"""
LINKS: Final = {
    "/docs/reference": "Read every call",
    "/docs": "Try every call",
    "/docs/events": "Events",
    "/schemas": "Schemas of events",
    "/schemas/changelog": "Changes of events",
    "/problems": "Problems",
}


def page(title: str, content: str) -> str:
    """A page of a document. ``title`` is text, ``content`` is HTML."""
    links = " ".join(f'<a href="{address}">{name}</a>' for address, name in LINKS.items())
    return _FRAME.format(title=escape(title), content=content, links=links)
