"""Every row of the 41 lists drawn from the papers is somewhere in the reference data, counted list by list."""

from collections.abc import Callable, Mapping

import pytest

from suite.load.dataset import Reference, read_reference
from tests.unit.reference.test_lists import FIGURES

Count = Callable[[Reference], int]

TOLD_AS_CONTRADICTIONS = [
    "cqc-inadequate",
    "cqc-share",
    "cqc-scope",
    "emergency-65-direction",
    "assessments-quarter",
    "first-hub",
    "hubs-phase-1",
    "delegated-commissioning",
    "occ3-category",
    "occ5-category",
    "occ4-review",
    "pioneering",
    "budget-directorate",
    "savings-plan-share",
    "commissioning-base-council",
    "range-sum-staffing-2014-15-higher",
    "range-sum-staffing-2014-15-lower",
    "range-sum-commissioning-2015-16-lower",
    "staffing-phasing",
    "population-65-forecast",
    "population-of-plymouth",
    "health-profile-reds",
    "trend-column",
    "frameworks-inferred",
    "counts-without-significance",
    "excess-weight-line",
    "smoking-line",
    "readmissions-line",
    "looked-after-polarity",
    "dtoc-definition",
    "reablement-definition",
    "residential-definition",
]
MISSING_TARGETS = {
    "children-in-care-overall",
    "children-in-care-independent",
    "children-child-protection-plan",
    "alcohol-admissions",
    "excess-weight-4-5",
    "excess-weight-10-11",
    "wellbeing-low-satisfaction",
}
OF_OTHER_FILES = [
    "hubs-offer",
    "icp-functions",
    "corporate-plan-2018",
    "corporate-plan-2013",
    "sib-aims",
    "stp-priorities",
    "finance-assumptions-2014",
    "differences-of-wording",
    "cited-2014",
    "cited-2018",
    "people-and-roles",
    "measures-2014",
    "narratives-2017-q3",
]
"""Printed lists that are not one of the 33 small ones."""


def lines(*codes: str) -> Count:
    return lambda r: sum(row.list in codes for row in r.all_list_items)


def actions(kind: str, **fields: str) -> Count:
    return lambda r: sum(
        row.kind == kind and all(getattr(row, name) == value for name, value in fields.items()) for row in r.all_actions
    )


def starting(prefix: str) -> Count:
    """Dependencies whose code begins so."""
    return lambda r: sum(row.code.startswith(prefix) for row in r.dependencies)


WHERE: Mapping[str, tuple[int, tuple[Count, ...]]] = {
    "benefits_2014": (23, (lambda r: len(r.benefits),)),
    "board_members": (16, (lambda r: len(r.board_members),)),
    "boards": (28, (lambda r: len(r.boards),)),
    "care_homes_model": (
        18,
        (lambda r: sum(row.part_of == "care-homes" and row.weight is None for row in r.commitments),),
    ),
    "cited_documents": (17, (lines("cited-2014", "cited-2018"),)),
    "commitments_2018": (
        95,
        (
            lambda r: actions("commitment")(r) - len({"caring-city", "one-public-estate"}),
            lambda r: sum(bool(row.partners or row.printed_period or row.figure) for row in r.actions),
        ),
    ),
    "constraints_2014": (2, (starting("2014-constraint-"),)),
    "contradictions_more": (
        66,
        (
            lines("differences-of-wording"),
            lambda r: sum(row.code in TOLD_AS_CONTRADICTIONS for row in r.contradictions),
        ),
    ),
    "corporate_kpis": (7, (lambda r: sum(row.framework == "KPI-2018" for row in r.indicators),)),
    "corporate_plan_2013": (
        25,
        (
            lambda r: sum(row.scorecard == "corporate-plan-2013" for row in [*r.sections, *r.aims]),
            lines("corporate-plan-2013"),
        ),
    ),
    "corporate_plan_2018": (8, (lines("corporate-plan-2018"),)),
    "cqc_ratings": (
        12,
        (
            lambda r: len(r.rating_counts),
            lambda r: sum(row.indicator == "cqc-good-or-outstanding" for row in r.observations),
            lambda r: sum(row.code == "cqc-share" for row in r.contradictions),
        ),
    ),
    "cyp_system": (25, (lambda r: sum(row.code.startswith("cyp-work-") for row in r.commitments),)),
    "decisions": (11, (lambda r: len(r.decisions),)),
    "dependencies": (24, (starting("2018-"),)),
    "dependencies_2014": (6, (starting("2014-0"),)),
    "efficiency_workstreams": (
        5,
        (lambda r: sum(row.priority == "efficiency-programmes" and row.kind == "must_do" for row in r.actions),),
    ),
    "finance_assumptions_2014": (22, (lines("finance-assumptions-2014"),)),
    "hubs_tiers": (27, (lines("hubs-offer"),)),
    "icp_functions": (25, (lines("icp-functions"),)),
    "icp_stages": (4, (actions("stage"),)),
    "indicator_names": (22, (lambda r: sum(row.scorecard == "integrated-2017-18" for row in r.scorecard_lines),)),
    "measure_names_2014": (19, (lines("measures-2014"),)),
    "meetings": (10, (lambda r: len(r.meetings),)),
    "narratives_2017_q3": (13, (lambda r: len(r.commentaries),)),
    "need_figures": (64, (lambda _: len(FIGURES),)),
    "option_points": (50, (lambda r: len(r.option_points),)),
    "options": (4, (lambda r: len(r.options),)),
    "other_lists": (162, (lambda r: len(r.all_list_items) - lines(*OF_OTHER_FILES)(r),)),
    "people_roles": (67, (lines("people-and-roles"),)),
    "pledge_sets": (
        5,
        (
            lambda r: len(r.pledge_sets),
            lambda r: sum(row.set == "2013" for row in r.pledges),
            lambda r: sum(row.code == "pledges-count" for row in r.contradictions),
        ),
    ),
    "providers": (24, (lambda r: len(r.providers),)),
    "report_front_sheets": (2, (lambda r: len(r.reports),)),
    "report_sign_offs": (14, (lambda r: len(r.report_sign_offs),)),
    "responsibilities": (15, (lambda r: sum(len(row.boards) for row in r.responsibilities),)),
    "risk_categories": (18, (lambda r: len(r.risks),)),
    "risk_mitigations_2014": (
        23,
        (lambda r: sum(len(row.actions) for row in r.risks if row.in_register == "business-case-2014"),),
    ),
    "roadmap_2014": (29, (actions("roadmap"),)),
    "sib_aims": (6, (lines("sib-aims"),)),
    "stp_priorities": (7, (lines("stp-priorities"),)),
    "targets_2014_missing": (7, (lambda r: len({row.indicator for row in r.targets} & MISSING_TARGETS),)),
}
"""By list, how many rows it has, and what of the reference data they are: the counts add up to them.

Where each figure of need is kept is told one by one in ``test_lists``."""


@pytest.fixture(scope="module")
def reference() -> Reference:
    return read_reference()


def test_there_are_forty_one_lists():
    assert (len(WHERE), sum(rows for rows, _ in WHERE.values())) == (41, 1027)


@pytest.mark.parametrize("name", WHERE)
def test_every_row_of_the_papers_is_loaded_as_something(reference: Reference, name: str):
    rows, counts = WHERE[name]
    assert sum(count(reference) for count in counts) == rows


def test_the_small_lists_are_thirty_three_and_each_line_has_its_source(reference: Reference):
    small = {row.code for row in reference.printed_lists} - set(OF_OTHER_FILES)
    assert len(small) == 33
    assert all(row.source for row in [*reference.printed_lists, *reference.all_list_items])


def test_the_care_homes_model_has_seven_elements_that_say_eighteen_parts(reference: Reference):
    elements = {row.phase for row in reference.commitments if row.part_of == "care-homes" and row.weight == 0}
    parts = [row.phase for row in reference.commitments if row.part_of == "care-homes" and row.weight is None]
    assert elements == set(parts) == set(range(1, 8))
