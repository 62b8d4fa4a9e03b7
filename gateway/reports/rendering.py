"""A report in every form it is given out in, made of one state: for a screen, for paper, for a clerk, for figures."""

import asyncio
import base64
import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Final

from chassis.web.render.ods import write_ods
from chassis.web.render.table import TableSet
from chassis.web.render.xlsx import write_xlsx
from contracts.large_bodies import ODS, XLSX
from gateway.reports.printing.document import document_of
from gateway.reports.printing.typesetting import ENDINGS, Typesetter
from gateway.reports.report import Report
from gateway.reports.schemas import ReportOut
from gateway.reports.tables import tables_of
from portal.printed import REPORT_STYLE, printed_report


@dataclass(frozen=True, slots=True)
class Form:
    """A form of the whole report: in words, as media types name it, and whether a browser shows it by itself."""

    words: str
    media_type: str
    is_shown: bool = False


FORMS: Final[Mapping[str, Form]] = {
    "html": Form("a page", "text/html", is_shown=True),
    "pdf": Form("a PDF for print and for screen readers (PDF/UA-1)", "application/pdf", is_shown=True),
    "docx": Form("a Word document", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": Form("an Excel workbook of all its tables", XLSX),
    "ods": Form("an OpenDocument spreadsheet of all its tables", ODS),
}
"""By what the names of files end with. The same report and council make the same bytes of each."""
_SPREADSHEETS: Final[Mapping[str, Callable[[TableSet, BinaryIO], None]]] = {"xlsx": write_xlsx, "ods": write_ods}


class Press:
    """Makes files of reports, beside the event loop."""

    def __init__(self) -> None:
        self._typesetter = Typesetter()

    async def print(self, report: Report, council: str, endings: Sequence[str] = tuple(FORMS)) -> Mapping[str, bytes]:
        """The files by what their names end with, in the name of the council.

        Raises:
            NotSet: setting one took too long.
        """
        found = await asyncio.to_thread(_own, report, council, [each for each in endings if each not in ENDINGS])
        if to_set := [each for each in endings if each in ENDINGS]:
            found |= await self._typesetter.files(document_of(report, council), to_set)
        return found


def _own(report: Report, council: str, endings: Sequence[str]) -> dict[str, bytes]:
    return {ending: _page(report, council) if ending == "html" else _book(report, ending) for ending in endings}


def _page(report: Report, council: str) -> bytes:
    return printed_report(ReportOut.of(report).model_dump(mode="json"), council).encode()


def _book(report: Report, ending: str) -> bytes:
    file = io.BytesIO()
    _SPREADSHEETS[ending](tables_of(report, _made_at(report)), file)
    return file.getvalue()


def _made_at(report: Report) -> datetime:
    return report.published_at or report.drafted_at


def page_policy(page: bytes) -> str:
    """What a browser may load for the page: nothing but its own style, named by what that is."""
    style = page.decode().partition(REPORT_STYLE[0])[2].partition(REPORT_STYLE[1])[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
