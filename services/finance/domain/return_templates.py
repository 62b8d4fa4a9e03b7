"""The templates of the Better Care Fund's quarterly return, as data: 2015/16 to 2016/17, and 2017/18.

The forms themselves were not readable. Each cell says by what it is known: ``found`` on a published copy of its
guidance, ``corroborated`` by a council's public paper, ``recollected``, ``inferred`` from what is known beside it, or
``unsourced``: its rule is not known, and any text is taken. A section that a version has not is absent, not empty.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from contracts.period import Period
from services.finance.domain.return_cells import (
    QUARTERS,
    YES_NO,
    Basis,
    Cell,
    CellKind,
    Condition,
    Filled,
    Template,
    quarter_number,
)

IN_PROGRESS: Final = ("Yes", "No", "No - In Progress")
PROGRESS: Final = {
    "2015-17": (
        "On track to meet target",
        "On track for improved performance, but not to meet full target",
        "No improvement in performance",
        "Data not available to assess progress",
    ),
    "2017-18": (
        "On track to meet target",
        "Not on track to meet target",
        "Data not available to assess progress",
    ),
}
MATURITY: Final = ("Not yet established", "Plans in place", "Established", "Mature", "Exemplary")
AGREEMENT: Final = ("Strongly Agree", "Agree", "Neither Agree Nor Disagree", "Disagree", "Strongly Disagree")
CARE_TEAMS: Final = (
    "Yes - throughout the Health and Wellbeing Board area",
    "Yes - in most of the area",
    "Yes - in some parts",
    "No",
)
SHARING: Final = ("Not currently shared digitally", "Shared via interim solution", "Shared via Open API")
LIVE: Final = ("Live", "In development", "In pilot", "Installed (not live)", "Unavailable")
SETTINGS: Final = ("gp", "hospital", "social_care", "community", "mental_health", "specialised_palliative")
CONDITIONS: Final = {
    "2015-17": (
        "plans jointly agreed",
        "social care services maintained",
        "seven-day services",
        "data sharing between health and social care",
        "joint assessment and an accountable professional",
        "agreement on the impact on providers",
        "investment in out-of-hospital services",
        "an action plan for delayed transfers of care",
    ),
    "2017-18": (
        "plans jointly agreed",
        "the contribution of the NHS to social care maintained in line with inflation",
        "investment in out-of-hospital services of the NHS",
        "managing transfers of care",
    ),
}
METRICS: Final = {
    "2015-17": {
        "nea": "non-elective admissions",
        "dtoc": "delayed transfers of care",
        "local": "the local metric",
        "experience": "the local metric of patients' experience",
        "residential": "residential admissions",
        "reablement": "reablement",
    },
    "2017-18": {
        "nea": "non-elective admissions",
        "residential": "residential admissions",
        "reablement": "reablement",
        "dtoc": "delayed transfers of care",
    },
}
DATA_SHARING: Final = {
    "nhs_number": "the NHS number is the identifier that is used",
    "open_interfaces": "open interfaces are pursued",
    "governance": "controls of information governance are in place",
    "clarity": "people know how their data are used",
}
"""Parts of the condition on data sharing, the fourth of 2015/16 to 2016/17."""
CHANGES: Final = (
    "early discharge planning",
    "systems to monitor patient flow",
    "multi-disciplinary, multi-agency discharge teams",
    "home first, discharge to assess",
    "seven-day service",
    "trusted assessors",
    "focus on choice",
    "enhancing health in care homes",
)
INCOME: Final = {
    "dfg": "Disabled Facilities Grant",
    "ibcf": "improved Better Care Fund grant",
    "ccg_minimum": "minimum contribution of the clinical commissioning group",
    "ccg_additional": "additional contribution of the clinical commissioning group",
    "la_additional": "additional contribution of the council",
}
STATEMENTS: Final = (
    "joint working improved",
    "schemes were implemented as planned",
    "it had a positive impact on integration",
    "it contributed to managing non-elective admissions",
    "it contributed to managing delayed transfers of care",
    "it contributed to reablement",
    "it contributed to managing residential admissions",
)
_WITHOUT_ADMISSIONS: Final = date(2016, 4, 1)
"""From here on the form has no sheet of non-elective admissions."""


def template_of_2015(quarter: Period) -> Template:
    """The form of a quarter of 2015/16 or 2016/17."""
    return Template("2015-17", quarter, tuple(_of_2015_17(quarter)))


def template_of_2017(quarter: Period) -> Template:
    """The form of a quarter of 2017/18."""
    return Template("2017-18", quarter, tuple(_of_2017_18(quarter)))


def _cover() -> Iterator[Cell]:
    for code, asks in (
        ("board", "Health and Wellbeing Board"),
        ("completed_by", "completed by"),
        ("email", "e-mail"),
        ("telephone", "contact number"),
        ("signed_off_by", "who has signed it off on behalf of the board"),
    ):
        yield Cell(f"cover.{code}", "1 Cover", asks)
    yield Cell("cover.role", "1 Cover", "job title or role of who has signed it off", required=False)


def _data_sharing() -> Iterator[Cell]:
    for code, words in DATA_SHARING.items():
        cell = f"conditions.4.{code}"
        yield Cell(cell, "3 National conditions", words, CellKind.CHOICE, IN_PROGRESS, required=False)


def _non_elective() -> Iterator[Cell]:
    """In 2015/16 alone: admissions of the quarter, and what was released for performance."""
    sheet = "5 Supporting metrics"
    for code in ("baseline", "plan", "actual"):
        asks, basis = f"non-elective admissions: {code}", Basis.FOUND
        yield Cell(f"admissions.{code}", sheet, asks, CellKind.INTEGER, required=False, basis=basis)
    for code in ("released", "withheld"):
        asks = f"payment for performance: {code}"
        yield _money(f"admissions.{code}", sheet, asks, Filled.INPUT, Basis.RECOLLECTED, required=False)
    yield Cell("admissions.use", sheet, "what was done with what was not released", required=False)


def _pooling(sheet: str) -> Iterator[Cell]:
    basis = Basis.CORROBORATED
    asks = "have the funds been pooled by a section 75 agreement?"
    yield Cell("pooling.section_75", sheet, asks, CellKind.CHOICE, YES_NO, Filled.SUITE, basis=basis)
    when = Condition("pooling.section_75", ("No",))
    yield Cell("pooling.expected", sheet, "if not, the date by which they will be", CellKind.DATE, when=when)


def _conditions(version: str, choices: tuple[str, ...], *, dated: bool) -> Iterator[Cell]:
    sheet = "3 National conditions"
    for number, words in enumerate(CONDITIONS[version], 1):
        code = f"conditions.{number}"
        yield Cell(f"{code}.met", sheet, f"met: {words}", CellKind.CHOICE, choices)
        unmet = Condition(f"{code}.met", tuple(choice for choice in choices if choice != "Yes"))
        yield Cell(f"{code}.why", sheet, "why not, and what is done about it", when=unmet)
        if dated:
            yield Cell(f"{code}.expected", sheet, "the date by which it will be", CellKind.DATE, when=unmet)


def _metrics(version: str, asked: Sequence[tuple[str, str]]) -> Iterator[Cell]:
    basis = Basis.CORROBORATED if version == "2015-17" else Basis.RECOLLECTED
    for code, words in METRICS[version].items():
        named = f"metrics.{code}"
        progress, sheet = PROGRESS[version], "4 Metrics" if version == "2017-18" else "5 Supporting metrics"
        yield Cell(f"{named}.progress", sheet, f"progress of {words}", CellKind.CHOICE, progress, basis=basis)
        for field, asks in asked:
            yield Cell(f"{named}.{field}", sheet, asks)


def _money(code: str, sheet: str, asks: str, filled: Filled, basis: Basis, *, required: bool = True) -> Cell:
    return Cell(code, sheet, asks, CellKind.MONEY, filled=filled, required=required, basis=basis)


def _quarterly_money(quarter: Period) -> Iterator[Cell]:
    """Planned, forecast and actual income and expenditure of each quarter. The grid is corroborated only.

    Of a quarter that is over the actual counts in the forecast of the year, whatever was forecast of it.
    """
    sheet, basis, now = "4 Income and expenditure", Basis.CORROBORATED, quarter_number(quarter)
    yield _money("money.pooled", sheet, "the pooled fund in the approved plan", Filled.SUITE, Basis.RECOLLECTED)
    for flow in ("income", "expenditure"):
        for state in ("planned", "forecast", "actual"):
            for number, part in enumerate(QUARTERS, 1):
                is_over = number <= now
                if state == "actual" and not is_over:
                    continue
                filled = Filled.SUITE if (flow, state) == ("expenditure", "actual") else Filled.INPUT
                needed = state != "forecast" or not is_over
                yield _money(
                    f"money.{flow}.{state}.{part}",
                    sheet,
                    f"{flow} {state}, {part.upper()}",
                    filled,
                    basis,
                    required=needed,
                )
            yield _money(f"money.{flow}.{state}.year", sheet, f"{flow} {state}, added up", Filled.COMPUTED, basis)
        yield Cell(
            f"money.{flow}.why", sheet, f"comment on a difference of {flow} from the pooled fund", required=False
        )
    yield Cell("money.commentary", sheet, "progress against the financial plan")


def _additional_measures() -> Iterator[Cell]:
    sheet = "6 Additional measures"
    for setting in SETTINGS:
        asks = f"the NHS number is the identifier that is used: {setting.replace('_', ' ')}"
        yield Cell(f"measures.nhs_number.{setting}", sheet, asks, CellKind.CHOICE, YES_NO)
    for one in SETTINGS:
        for other in SETTINGS:
            if one != other:
                asks = f"information is shared from {one} to {other}".replace("_", " ")
                yield Cell(f"measures.shared.{one}.{other}", sheet, asks, CellKind.CHOICE, SHARING)
    for setting in SETTINGS:
        asks = f"progress of the interface: {setting.replace('_', ' ')}"
        yield Cell(f"measures.interface.{setting}", sheet, asks, CellKind.CHOICE, LIVE)
        yield Cell(f"measures.live_on.{setting}", sheet, "the date of going live", CellKind.DATE, required=False)
    yield Cell("measures.record", sheet, "pilot of an integrated digital care record", basis=Basis.UNSOURCED)
    budgets = ("start", "new", "stopped", "end")
    for moment in budgets:
        asks = f"personal health budgets: {moment}"
        yield Cell(f"measures.budgets.{moment}", sheet, asks, CellKind.INTEGER, basis=Basis.CORROBORATED)
    asks, basis = "personal health budgets: those of continuing healthcare", Basis.CORROBORATED
    yield Cell("measures.budgets.healthcare", sheet, asks, CellKind.INTEGER, required=False, basis=basis)
    for setting in ("non_acute", "acute"):
        asks = f"integrated care teams: {setting.replace('_', '-')} setting"
        yield Cell(f"measures.teams.{setting}", sheet, asks, CellKind.CHOICE, CARE_TEAMS)


def _of_2015_17(quarter: Period) -> Iterator[Cell]:
    yield from _cover()
    yield from _pooling("2 Budget arrangements")
    yield from _conditions("2015-17", IN_PROGRESS, dated=True)
    yield from _data_sharing()
    yield from _quarterly_money(quarter)
    yield from _metrics("2015-17", [("commentary", "commentary on progress")])
    if quarter.start < _WITHOUT_ADMISSIONS:
        yield from _non_elective()
    yield from _additional_measures()
    if quarter_number(quarter) == len(QUARTERS):
        yield from _year_end()
    yield Cell("narrative.progress", "7 Narrative", "progress of the plan for integration", basis=Basis.CORROBORATED)


def _of_2017_18(quarter: Period) -> Iterator[Cell]:
    is_last = quarter_number(quarter) == len(QUARTERS)
    yield from _cover()
    yield from _pooling("3 National conditions")
    yield from _conditions("2017-18", YES_NO, dated=False)
    asked = [("challenges", "challenges"), ("achievements", "achievements"), ("support", "support that is needed")]
    yield from _metrics("2017-18", asked)
    yield from _impact_changes()
    if is_last:
        yield from _yearly_money()
        yield from _year_end()
    yield Cell("narrative.progress", "8 Narrative", "progress of the plan for integration", basis=Basis.CORROBORATED)
    yield Cell("narrative.success", "8 Narrative", "a success of integration")


def _impact_changes() -> Iterator[Cell]:
    sheet = "5 High impact change model"
    for number, words in enumerate(CHANGES, 1):
        code = f"changes.{number}"
        for field, when in (("now", "this quarter"), ("next", "next quarter"), ("after", "the quarter after next")):
            yield Cell(f"{code}.{field}", sheet, f"maturity of {words}, {when}", CellKind.CHOICE, MATURITY)
        shown = Condition(f"{code}.now", ("Mature", "Exemplary"))
        yield Cell(f"{code}.impact", sheet, "how its impact is shown", when=shown)
        for field, asks in (
            ("challenges", "challenges"),
            ("milestones", "milestones met"),
            ("support", "support needed"),
        ):
            yield Cell(f"{code}.{field}", sheet, asks)
    for field, when in (("now", "this quarter"), ("planned", "planned")):
        asks = f"maturity of the hospital transfer protocol (red bag), {when}"
        yield Cell(f"changes.red_bag.{field}", sheet, asks, CellKind.CHOICE, MATURITY)
    yield Cell("changes.red_bag.why", sheet, "why there is no plan for it", required=False)


def _yearly_money() -> Iterator[Cell]:
    """Once, at the end of the year. By which source the fund is paid the suite does not know: those are typed."""
    sheet, basis = "6 Income and expenditure", Basis.RECOLLECTED
    for code, words in INCOME.items():
        for state in ("planned", "actual"):
            yield _money(f"money.income.{code}.{state}", sheet, f"{words}, {state}", Filled.INPUT, basis)
    for state in ("planned", "actual"):
        yield _money(f"money.income.{state}.year", sheet, f"income {state}, added up", Filled.COMPUTED, basis)
        yield _money(f"money.expenditure.{state}.year", sheet, f"expenditure {state}", Filled.SUITE, basis)
    for flow in ("income", "expenditure"):
        yield Cell(f"money.{flow}.why", sheet, f"comment on a difference of {flow}", required=False)


def _year_end() -> Iterator[Cell]:
    sheet = "7 Year-end feedback"
    for number, words in enumerate(STATEMENTS, 1):
        yield Cell(f"feedback.{number}.level", sheet, words, CellKind.CHOICE, AGREEMENT)
        yield Cell(f"feedback.{number}.comment", sheet, "comment")
    for kind in ("success", "challenge"):
        for number in (1, 2):
            code = f"feedback.{kind}.{number}"
            yield Cell(f"{code}.text", sheet, f"{kind} {number}")
            yield Cell(f"{code}.enabler", sheet, "enabler that it belongs to", basis=Basis.UNSOURCED)
