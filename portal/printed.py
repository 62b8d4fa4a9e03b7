"""The board's report as one page that needs nothing else: from the same body that the API gives."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

from markupsafe import Markup

from portal.site import templates

REPORT_STYLE: Final = ("<style>", "</style>")
"""What stands around the page's own style."""


def printed_report(report: Mapping[str, Any], council: str) -> str:
    """HTML with its style within, for a screen and for A4. The same report and council make the same text."""
    style = (files("portal") / "static" / "report.css").read_text(encoding="utf-8")
    return (
        templates()
        .get_template("printed-report.html")
        .render(
            report=report,
            council=council,
            style=Markup(style),  # noqa: S704  our own file
        )
    )
