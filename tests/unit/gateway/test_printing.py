"""A report on paper: what is set, and the files that come of it, by the process that makes them."""

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import docx
import pytest
import typst

from gateway.reports.errors import NotSet
from gateway.reports.printing import typesetting
from gateway.reports.printing.document import Document, document_of
from gateway.reports.printing.typesetting import Typesetter, command, written
from gateway.reports.report import CellKind, Column, Content, FrontSheet, Report, ReportState, ReportTable, Sources

MARKUP = '#panic("read") *bold* $x$ <label> @nobody `raw` // = Heading'
LONG = "A narrative that goes on for a while and says why. " * 60
FAR = "日本語 🎉 العربية"
MOST_BYTES = 300 * 1_048_576
SCORECARD = ReportTable(
    "scorecard",
    "Scorecard",
    2,
    (
        Column("Strategy"),
        Column("Indicator"),
        Column("Value", CellKind.NUMBER),
        Column("Benchmark", CellKind.COLOUR),
        Column("Comment"),
    ),
    (
        ("Care", "A&E four hour wait", "79.29", "red", LONG),
        ("Care", "Delayed transfers", None, None, None),
        ("Care", "Admissions", "1234.5", "dark_green", "Better\nthan before"),
    ),
)
MONEY = (Column("Line"), Column("Budget", CellKind.MONEY))
FUND = ReportTable("fund", "Fund, 2017/18", 1, MONEY, tuple((f"Line {n}", f"{n}000.00") for n in range(120)))
NOTHING = ReportTable("decisions", "Decisions asked for", 1, (Column("Decision"),))
SHEET = FrontSheet(
    "Quarter three",
    board="Health and Wellbeing Board",
    key_decision=False,
    recommendations=("Note the report", MARKUP),
    alternatives=("None",),
    summary=f"First.\n\nSecond, by {FAR}.",
)
DRAFTED = datetime(2018, 3, 1, 10, tzinfo=UTC)


def report(sheet: FrontSheet = SHEET, *tables: ReportTable) -> Report:
    sources = Sources("2017/18 Q3", "card", "Plymouth", "2017/18", "2018-02-28")
    content = Content(sheet, sources, tables or (SCORECARD, FUND, NOTHING))
    return Report("2017/18 Q3", ReportState.DRAFT, content, "Ana", DRAFTED)


PUBLISHED = report().published("Ana", datetime(2018, 3, 2, 9, 30, tzinfo=UTC))


def test_what_is_set_says_all_of_the_report() -> None:
    found = document_of(PUBLISHED, "Plymouth City Council")
    assert (found.title, found.council) == ("Quarter three", "Plymouth City Council")
    assert found.about == "Quarter 2017/18 Q3, Plymouth; funds of 2017/18; figures as known on 28 February 2018."
    assert found.state == "Published by Ana, 2 March 2018, 09:30."
    assert found.front == (("Board", "Health and Wellbeing Board"), ("Key decision", "No"))
    assert [(part.title, part.kind, len(part.texts)) for part in found.parts] == [
        ("Summary", "paragraphs", 2),
        ("Recommendations", "numbered", 2),
        ("Alternatives considered", "items", 1),
    ]
    scorecard, fund, nothing = found.tables
    assert [column.share is None for column in scorecard.columns] == [True, True, True, True, False]
    assert [row.may_break for row in scorecard.rows] == [True, False, False]
    assert scorecard.rows[0].cells[3].word == "Red"  # type: ignore[union-attr]  # a colour is no text
    assert fund.rows[1].cells == ("Line 1", "£1,000") or list(fund.rows[1].cells) == ["Line 1", "£1,000"]
    assert (fund.figure, nothing.figure, list(nothing.rows)) == (None, None, [])
    assert scorecard.figure is not None
    assert scorecard.figure.alternative == "Benchmark: 1 dark green, 1 red, 1 no colour."
    uncoloured = replace(SCORECARD, rows=(SCORECARD.rows[1],))
    assert document_of(report(SHEET, uncoloured), "X").tables[0].figure is None, "there is nothing to show"
    assert document_of(report(), "X").state == "Draft, not published."


@pytest.fixture(scope="module")
def document() -> Document:
    return document_of(PUBLISHED, "Plymouth City Council")


async def test_the_same_document_makes_the_same_bytes(document: Document) -> None:
    first = await Typesetter().files(document)
    assert await Typesetter().files(document) == first
    assert first["pdf"].startswith(b"%PDF-1.7")
    other = await Typesetter().files(replace(document, title="Other"))
    assert [first[each] == other[each] for each in ("pdf", "docx")] == [False, False]


async def test_a_clerk_has_headings_header_rows_and_pictures_described(document: Document) -> None:
    content = (await Typesetter().files(document, ["docx"]))["docx"]
    found = docx.Document(io.BytesIO(content))
    about = found.core_properties
    assert (about.title, about.language, about.author) == ("Quarter three", "en-GB", "Plymouth City Council")
    headings = [each.text for each in found.paragraphs if each.style.name == "Heading 1"]
    parts = ["Summary", "Recommendations", "Alternatives considered"]
    assert headings == [*parts, "Scorecard", "Fund, 2017/18", "Decisions asked for"]
    assert [each.text for each in found.paragraphs if each.style.name == "List Number"] == list(SHEET.recommendations)
    scorecard, fund = found.tables
    assert [cell.text for cell in scorecard.rows[0].cells] == [column.title for column in SCORECARD.columns]
    assert [cell.text for cell in scorecard.rows[3].cells][2:4] == ["1,234.5", "▲▲ Dark green"]
    assert len(fund.rows) == 121
    with zipfile.ZipFile(io.BytesIO(content)) as parts_of:
        text, styles = (parts_of.read(f"word/{name}.xml").decode() for name in ("document", "styles"))
    assert (text.count("<w:tblHeader/>"), text.count("<w:tblCaption ")) == (2, 2)
    assert 'descr="Benchmark: 1 dark green, 1 red, 1 no colour."' in text
    assert 'w:val="en-US"' not in styles
    assert 'w:orient="landscape"' in text


def test_what_somebody_wrote_is_text(document: Document, tmp_path: Path) -> None:
    odd = replace(document, council=MARKUP, front=(("Board", f"{MARKUP} \x07 {FAR}"),))
    for ending in ("pdf", "docx"):
        done = subprocess.run(command(str(tmp_path), ending), input=written(odd), capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
    found = docx.Document(tmp_path / "report.docx")
    assert any(MARKUP in paragraph.text for paragraph in found.paragraphs)


MEASURED = """
import os, subprocess
def measured(command):
    process = subprocess.Popen(command)
    _, status, used = os.wait4(process.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    print(used.ru_maxrss)
"""
"""A process that starts another counts at least as much for that one as it has itself: it is a small one that does."""


@pytest.mark.parametrize("ending", ["pdf", "docx"])
def test_it_is_set_within_its_memory(tmp_path: Path, ending: str) -> None:
    rows = SCORECARD.rows * 60
    large = document_of(report(SHEET, replace(SCORECARD, rows=rows), FUND), "Plymouth")
    program = f"{MEASURED}\nmeasured({command(str(tmp_path), ending)!r})"
    done = subprocess.run([sys.executable, "-c", program], input=written(large), capture_output=True, check=True)
    assert int(done.stdout) * 1024 < MOST_BYTES


async def test_what_cannot_be_set_is_said(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RuntimeError, match="nothing-of-the-kind"):
        await Typesetter().files(replace(document, front=()), ["nothing-of-the-kind"])
    monkeypatch.setattr(typesetting, "SECONDS", 0.01)
    with pytest.raises(NotSet, match="more than"):
        await Typesetter().files(document)


@pytest.mark.rest
@pytest.mark.verapdf
async def test_every_part_of_a_report_keeps_pdf_ua(
    document: Document, tmp_path: Path, pdf_check: Callable[[Path], tuple[bool, str]]
) -> None:
    file = tmp_path / "report.pdf"
    file.write_bytes((await Typesetter().files(document, ["pdf"]))["pdf"])
    keeps, said = pdf_check(file)
    assert keeps, said
    untagged = tmp_path / "untagged.pdf"
    untagged.write_bytes(typst.compile(b'#set document(title: "A")\nWords', pdf_tags=False))
    assert not pdf_check(untagged)[0], "it tells one from the other"
