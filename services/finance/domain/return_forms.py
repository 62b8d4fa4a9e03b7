"""Which form of the Better Care Fund's return a quarter has, and which of its metrics an indicator can tell."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from contracts.period import Period
from services.finance.domain.ledger import financial_year
from services.finance.domain.return_cells import Template
from services.finance.domain.return_template_2025 import template_of_2025
from services.finance.domain.return_templates import template_of_2015, template_of_2017
from services.finance.domain.series import Series


class Metric(StrEnum):
    """A metric of the return, in any of its forms."""

    NEA = "nea"
    DTOC = "dtoc"
    LOCAL = "local"
    EXPERIENCE = "experience"
    RESIDENTIAL = "residential"
    REABLEMENT = "reablement"
    ADMISSIONS = "admissions"
    DISCHARGE_DELAY = "discharge_delay"


@dataclass(frozen=True, slots=True)
class MetricLink:
    """The series of an indicator that tells a metric of a fund."""

    metric: Metric
    series: Series


def template_of(quarter: Period, linked: Collection[str] = ()) -> Template | None:
    """The form of a quarter; null where none is known: before 2015/16, and from 2018/19 to 2024/25.

    Metrics that are ``linked`` to an indicator nobody types, in a form that asks for their values.
    """
    year = financial_year(quarter).label
    if year in ("2015/16", "2016/17"):
        return template_of_2015(quarter)
    return template_of_2017(quarter) if year == "2017/18" else template_of_2025(quarter, linked)
