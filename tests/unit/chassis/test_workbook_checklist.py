"""What the Analysis Function's checklist of 7 July 2021 asks of a spreadsheet, by statement, in both formats."""

import io
import re
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
import python_calamine

from chassis.web.render.ods import write_ods
from chassis.web.render.table import Column, Note, Table
from chassis.web.render.xlsx import write_xlsx

LONG = "Words that go on and on. " * 12
COLUMNS = (
    Column("area", "Area", "Where."),
    Column("value", "Value", "How many.", is_number=True),
    Column("remark", "Remark", LONG),
)
TABLE = Table(
    "waits",
    "Waits",
    "How long people wait.",
    COLUMNS,
    [("Plymouth", Decimal("79.29"), LONG), ("Torbay", "[c]", None)],
    datetime(2018, 3, 1, 10, tzinfo=UTC),
    notes=(Note("Of all departments."), Note("Per cent.", ("value",))),
    sources=("NHS England",),
)
SHEETS = ["Cover", "Contents", "Notes", "Columns", "Shorthand", "Table"]
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ODF = {name: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("table", "office", "text", "style")}
HREF = "{http://www.w3.org/1999/xlink}href"


@pytest.fixture(scope="module")
def written():
    files = {"xlsx": io.BytesIO(), "ods": io.BytesIO()}
    write_xlsx(TABLE, files["xlsx"])
    write_ods(TABLE, files["ods"])
    return files


@pytest.fixture(scope="module")
def xlsx(written):
    with zipfile.ZipFile(written["xlsx"]) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


@pytest.fixture(scope="module")
def ods(written):
    with zipfile.ZipFile(written["ods"]) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


@pytest.fixture(params=["xlsx", "ods"])
def pages(request, written):
    """Cells by sheet."""
    file = written[request.param]
    file.seek(0)
    book = python_calamine.CalamineWorkbook.from_filelike(file)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def table_in(page):
    """A sheet's table: from the row with headings, which is the first of more than one cell, to the end."""
    top = next(n for n, row in enumerate(page) if len([cell for cell in row if cell != ""]) > 1)
    return page[:top], page[top:]


def test_sheets_come_in_order_with_a_title_first_and_none_is_empty(pages):
    assert list(pages) == SHEETS
    assert all(page[0][0] for page in pages.values())
    assert pages["Cover"][0][0] == TABLE.title


def test_each_has_one_table_with_a_header_of_unique_words_and_nothing_below_it(pages):
    for name in SHEETS[1:]:
        above, (head, *rows) = table_in(pages[name])
        assert all(head), name
        assert len(set(head)) == len(head), name
        assert all(row[0] != "" for row in rows), f"{name}: at the left edge, without an empty row, to the end"
        assert all(any(row[n] != "" for row in rows) for n in range(len(head))), f"{name}: without an empty column"
        assert not any(cell for row in above for cell in row[1:]), f"{name}: a cell for each remark"


def test_what_stands_above_a_table_says_how_many_there_are_and_what_empty_cells_symbols_and_notes_mean(pages):
    above, _ = table_in(pages["Table"])
    said = " ".join(row[0] for row in above)
    for word in ("one table", "Empty cells", "Shorthand", "[note 1], are on the sheet Notes", "Source: NHS England"):
        assert word in said


def test_notes_are_led_to_from_titles_and_headings_and_from_no_cell_of_figures(pages):
    above, (head, *rows) = table_in(pages["Table"])
    assert above[0][0] == "Waits [note 1]"
    assert head == ["Area", "Value [note 2]", "Remark"]
    assert not any("[note" in str(cell) for row in rows for cell in row)
    _, (_, *notes) = table_in(pages["Notes"])
    assert notes == [["[note 1]", "Of all departments."], ["[note 2]", "Per cent."]]


def test_symbols_are_explained_and_numbers_are_numbers(pages):
    _, (_, *rows) = table_in(pages["Table"])
    assert [row[1] for row in rows] == [79.29, "[c]"]
    _, (_, *symbols) = table_in(pages["Shorthand"])
    assert "[c]" in [row[0] for row in symbols]


def cells_of(xlsx, sheet):
    return {cell.get("r"): cell for cell in ET.fromstring(xlsx[f"xl/worksheets/sheet{sheet}.xml"]).iter(f"{MAIN}c")}  # noqa: S314  our own


def test_contents_lead_to_every_sheet_by_its_name(xlsx, ods):
    links = ET.fromstring(xlsx["xl/worksheets/sheet2.xml"]).iter(f"{MAIN}hyperlink")  # noqa: S314  our own
    assert [each.get("location") for each in links] == [f"'{name}'!A1" for name in SHEETS[2:]]
    links = list(ET.fromstring(ods["content.xml"]).iter(f"{{{ODF['text']}}}a"))  # noqa: S314  our own
    assert [(each.get(HREF), each.text) for each in links] == [(f"#{name}.A1", name) for name in SHEETS[2:]]


def test_tables_are_marked_up(xlsx, ods):
    tables = [text for name, text in xlsx.items() if name.startswith("xl/tables/")]
    assert [re.search(r'displayName="(\w+)"', each)[1] for each in tables] == [f"{name}_table" for name in SHEETS[1:]]
    assert all('headerRowCount="0"' not in each and "<autoFilter" not in each for each in tables)
    assert ods["content.xml"].count("<table:table-header-rows>") == len(SHEETS) - 1
    assert re.findall(r'range table:name="(\w+)_table" table:contains-header="true"', ods["content.xml"]) == SHEETS[1:]


def test_nothing_is_merged_hidden_frozen_filtered_or_drawn(xlsx, ods):
    for name, text in xlsx.items():
        for wrong in (
            "<mergeCell",
            "<autoFilter",
            "<pane ",
            "<f>",
            'hidden="1"',
            "<headerFooter",
            "<drawing",
            "Hidden",
        ):
            assert wrong not in text, name
    assert not [name for name in xlsx if re.search(r"vba|media|drawings|comments", name)]
    for wrong in ("-spanned=", "<table:filter", 'visibility="', "<draw:", "display-filter", "covered-table-cell"):
        assert wrong not in ods["content.xml"]
    assert sorted(ods) == ["META-INF/manifest.xml", "content.xml", "meta.xml", "mimetype", "styles.xml"]


def test_no_colour_says_anything(xlsx, ods):
    styles = ET.fromstring(xlsx["xl/styles.xml"])  # noqa: S314  our own
    fills = [each.get("patternType") for each in styles.iter(f"{MAIN}patternFill")]
    assert fills == ["none", "gray125"], "the two that every workbook has"
    assert not re.search(r"background|fo:color", ods["content.xml"] + ods["styles.xml"])


def test_text_wraps_and_figures_stand_right_also_where_a_symbol_is_one(xlsx, ods):
    styles = ET.fromstring(xlsx["xl/styles.xml"])  # noqa: S314  our own
    looks = [
        (found := each.find(f"{MAIN}alignment")) is not None and found.attrib for each in styles.find(f"{MAIN}cellXfs")
    ]
    cells = cells_of(xlsx, 6)
    top = max(int(where[1:]) for where in cells if where.startswith("C")) - 1
    for where in (f"B{top + 1}", f"B{top + 2}"):
        assert looks[int(cells[where].get("s"))]["horizontal"] == "right", where
    for where in (f"A{top + 1}", f"C{top + 1}", f"A{top}", f"C{top}"):
        assert looks[int(cells[where].get("s"))]["wrapText"] == "1", where
    content = ods["content.xml"]
    for name, look in (("heading", 'fo:wrap-option="wrap"'), ("text", 'fo:wrap-option="wrap"'), ("number", '"end"')):
        style = re.search(rf'<style:style style:name="{name}".*?</style:style>', content)
        assert style
        assert look in style[0]
    numbers = re.findall(r'<table:table-cell table:style-name="number"[^>]*><text:p>([^<]*)', content)
    assert numbers == ["79.29", "[c]"]


def test_a_file_says_what_it_is_by_whom_and_in_which_language_and_opens_at_its_beginning(xlsx, ods):
    assert "<dc:title>Waits</dc:title>" in xlsx["docProps/core.xml"]
    assert "<dc:creator>Commissioning Suite</dc:creator>" in xlsx["docProps/core.xml"]
    assert "en-GB" in xlsx["docProps/custom.xml"]
    assert [n for n in range(1, 7) if 'tabSelected="1"' in xlsx[f"xl/worksheets/sheet{n}.xml"]] == [1]
    assert not [n for n in range(1, 7) if "<selection" in xlsx[f"xl/worksheets/sheet{n}.xml"]]
    for said in ("<dc:title>Waits</dc:title>", "<dc:creator>Commissioning Suite</dc:creator>", "<dc:language>en-GB<"):
        assert said in ods["meta.xml"]
