"""Rows of the register and its links."""

from typing import Literal

from contracts.risks import Band
from suite.load.csv_files import FileRow, Several
from suite.load.row_types.shared import Basis


class RiskRow(FileRow):
    ref: str
    in_register: str
    kind: Literal["threat", "opportunity"]
    category: str = ""
    title: str
    cause: str = ""
    event: str = ""
    consequence: str = ""
    department: str = ""
    outcome: str = ""
    owner: str = ""
    controls: Several = ()
    assurances: Several = ()
    actions: Several = ()
    previous_impact: int | None = None
    previous_likelihood: int | None = None
    impact: int | None = None
    likelihood: int | None = None
    legacy_band: Band | None = None
    target_impact: int | None = None
    target_likelihood: int | None = None
    target_basis: Basis | None = None
    mode: Literal["auto", "propose"]


class RiskLinkRow(FileRow):
    risk: str
    position: int
    indicator: str
    area: str
    group: str
    signal: Literal["target", "benchmark", "trend", "best"]
    why: str
