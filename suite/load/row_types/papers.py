"""Rows of what the papers and former versions say otherwise."""

from typing import Literal

from suite.load.csv_files import FileRow, Several


class FormerNameRow(FileRow):
    """What a former version loaded in place of an official name, in any text of the resource."""

    kind: Literal["frameworks", "indicators", "risks", "funds"]
    code: str
    former: str
    name: str


class ContradictionRow(FileRow):
    """Two or three figures of one thing as the papers print them, the one in use and why.

    ``shown_by`` says whether the figures can be found by comparing the files, or stand in the documents only;
    ``resources`` name what the note belongs to, ``<kind>/<code>``.
    """

    code: str
    topic: str
    figure_1: str
    source_1: str
    figure_2: str
    source_2: str
    figure_3: str | None = None
    source_3: str | None = None
    used: str
    why: str
    shown_by: Literal["data", "documents"]
    resources: Several
