"""A report as a page by itself: for a screen, for paper, and, once published, for good."""

import base64
import hashlib
from functools import partial

from gateway.reports.report import Report
from gateway.reports.schemas import ReportOut
from gateway.reports.service import Render
from portal.printed import REPORT_STYLE, printed_report
from portal.settings import PortalSettings


def rendering(settings: PortalSettings) -> Render:
    """Makes pages in the name of the council that the settings name."""
    return partial(_render, council=settings.council)


def _render(report: Report, *, council: str) -> str:
    return printed_report(ReportOut.of(report).model_dump(mode="json"), council)


def page_policy(page: str) -> str:
    """What a browser may load for the page: nothing but its own style, named by what that is."""
    style = page.partition(REPORT_STYLE[0])[2].partition(REPORT_STYLE[1])[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
