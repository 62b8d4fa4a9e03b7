"""Each of OCC2 to OCC5, on the reference data and by the services' own rules, can rise and can fall."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from contracts.indicators import SeriesPoint
from contracts.period import Period, PeriodKind
from services.indicators.domain.areas import Area
from services.indicators.domain.definitions import BenchmarkMethod, Indicator, Unit
from services.indicators.domain.observations import Observation, Revision, SeriesKey
from services.indicators.domain.series import series_state
from services.indicators.domain.targets import Baseline, Target, TargetKind
from services.indicators.events import updated
from services.risks.domain import links as risk_links
from services.risks.domain.matrix import DEFAULT_MATRIX, Rating
from services.risks.domain.rating import Kind, Mode, RatingInputs, indicate
from services.risks.domain.severity import Signal, confirmed_severity
from suite.load.dataset import Reference, read_reference
from suite.load.row_types import IndicatorRow, RiskLinkRow, TargetRow

PLYMOUTH = "E06000026"
Posted = Mapping[str, list[tuple[str, str]]]

UP: dict[str, Posted] = {
    "OCC2": {"residential-admissions-65-plus": [("2017/18 Q4", "130.0")]},
    "OCC3": {"cyp-single-assessments-45-days": [("2017/18 Q4", "60.0")]},
    "OCC4": {"ae-four-hour-wait": [("Jan-18", "76.6")]},
    "OCC5": {"cqc-good-or-outstanding": [("2017/18 Q4", "65.0")]},
}
DOWN: dict[str, Posted] = {
    "OCC2": {"residential-admissions-65-plus": [("2017/18 Q4", "105.0"), ("2018/19 Q1", "104.0")]},
    "OCC3": {"cyp-single-assessments-45-days": [("2017/18 Q4", "90.0"), ("2018/19 Q1", "88.0")]},
    "OCC4": {"ae-four-hour-wait": [("Jan-18", "85.0"), ("Feb-18", "86.0")]},
    "OCC5": {"cqc-good-or-outstanding": [("2017/18 Q4", "80.0"), ("2018/19 Q1", "82.0")]},
}


@pytest.fixture(scope="module")
def reference() -> Reference:
    return read_reference()


def _indicator(row: IndicatorRow, methods: Mapping[str, str]) -> Indicator:
    return Indicator(
        row.code,
        row.name,
        Unit(row.unit),
        row.decimals,
        row.polarity,
        PeriodKind(row.frequency),
        (row.framework,),
        BenchmarkMethod(methods[row.framework]),
    )


def _target(row: TargetRow, version: int) -> Target:
    baseline = Baseline(row.baseline_period, row.baseline_value) if row.baseline_period and row.baseline_value else None
    return Target(
        TargetKind(row.kind),
        value=row.value,
        baseline=baseline,
        due=row.due,
        tolerance=row.tolerance_percent or Decimal(5),
        applies_from=row.in_force_from,
        version=version,
    )


def _series(reference: Reference, indicator: str, posted: Iterable[tuple[str, str]]) -> tuple[SeriesPoint, ...]:
    key = SeriesKey(indicator, PLYMOUTH)
    observed = {
        row.period: Observation(row.period, row.value)
        for row in reference.observations
        if (row.indicator, row.area) == (indicator, PLYMOUTH)
    }
    observed |= {Period.parse(label): Observation(Period.parse(label), Decimal(value)) for label, value in posted}
    targets = [row for row in reference.targets if (row.indicator, row.area) == (indicator, PLYMOUTH)]
    definition = next(row for row in reference.indicators if row.code == indicator)
    methods = {row.code: row.benchmark_method for row in reference.frameworks}
    defined = _indicator(definition, methods)
    state = series_state(
        defined,
        [Revision(key, each, 1, "tester", datetime(2018, 2, 28, tzinfo=UTC)) for each in observed.values()],
        {},
        [_target(row, version) for version, row in enumerate(targets, 1)],
    )
    told = updated(key, defined, Area(PLYMOUTH, "Plymouth", "unitary_authority"), state)
    return tuple(map(SeriesPoint.model_validate, told["series"]))


def _severity(reference: Reference, link: RiskLinkRow, posted: Posted) -> int | None:
    series = _series(reference, link.indicator, posted.get(link.indicator, ()))
    return confirmed_severity(series, Signal(link.signal)).severity


def _likelihood(reference: Reference, ref: str, posted: Posted) -> int:
    risk = next(row for row in reference.risks if row.ref == ref)
    links = [
        risk_links.IndicatorLink(
            risk_links.LinkKey(risk_links.SeriesKey(row.indicator, row.area), Signal(row.signal)),
            row.group,
            at=_severity(reference, row, {}),
            now=_severity(reference, row, posted),
        )
        for row in reference.risk_links
        if row.risk == ref
    ]
    assessed = Rating(risk.impact, risk.likelihood)
    inputs = RatingInputs(Kind(risk.kind), Mode(risk.mode), DEFAULT_MATRIX, assessed, risk.target_likelihood)
    return indicate(inputs, links).rating.likelihood


def test_every_link_is_known_and_none_is_red_once_loaded(reference: Reference):
    standing = {(row.risk, row.indicator): _severity(reference, row, {}) for row in reference.risk_links}
    assert standing == {
        ("OCC2", "residential-admissions-65-plus"): 1,
        ("OCC2", "dtoc-adult-social-care"): 0,
        ("OCC3", "cyp-single-assessments-45-days"): 1,
        ("OCC3", "cyp-child-protection-plans"): 0,
        ("OCC4", "ae-four-hour-wait"): 1,
        ("OCC4", "dtoc-all"): 0,
        ("OCC4", "emergency-admissions-65-plus"): 0,
        ("OCC4", "rtt-18-weeks"): 0,
        ("OCC5", "cqc-good-or-outstanding"): 1,
        ("OCC5", "dtoc-adult-social-care"): 0,
    }


@pytest.mark.parametrize(("ref", "assessed"), [("OCC2", 4), ("OCC3", 4), ("OCC4", 4), ("OCC5", 3)])
def test_a_risk_stands_as_assessed_once_loaded(reference: Reference, ref: str, assessed: int):
    assert _likelihood(reference, ref, {}) == assessed


@pytest.mark.parametrize(("ref", "raised"), [("OCC2", 5), ("OCC3", 5), ("OCC4", 5), ("OCC5", 4)])
def test_one_bad_period_raises_it(reference: Reference, ref: str, raised: int):
    assert _likelihood(reference, ref, UP[ref]) == raised


@pytest.mark.parametrize(
    ("ref", "assessed", "lowered"), [("OCC2", 4, 3), ("OCC3", 4, 3), ("OCC4", 4, 3), ("OCC5", 3, 2)]
)
def test_two_good_periods_lower_it_and_one_does_not(reference: Reference, ref: str, assessed: int, lowered: int):
    assert _likelihood(reference, ref, DOWN[ref]) == lowered
    first_only = {indicator: posted[:1] for indicator, posted in DOWN[ref].items()}
    assert _likelihood(reference, ref, first_only) == assessed


def test_every_single_link_can_raise_its_risk_and_bring_it_back(reference: Reference):
    """Far worse once, then far better twice, on each link alone."""
    for row in reference.risk_links:
        definition = next(i for i in reference.indicators if i.code == row.indicator)
        last = _series(reference, row.indicator, ())[-1]
        good, first = definition.polarity.sign, last.period.next()
        worse, better, best = (last.value * (1 + good * Decimal(change)) for change in ("-0.3", "0.2", "0.22"))
        bad = [(str(first), f"{worse:.1f}")]
        again = [*bad, (str(first.next()), f"{better:.1f}"), (str(first.next().next()), f"{best:.1f}")]
        assessed = _likelihood(reference, row.risk, {})
        assert _likelihood(reference, row.risk, {row.indicator: bad}) == assessed + 1, row
        assert _likelihood(reference, row.risk, {row.indicator: again}) <= assessed, row


def test_real_months_of_2018_take_occ4_up_and_down_again(reference: Reference):
    """Plymouth's own A&E months (NHS England, provider RK9) as they came in."""
    months = [
        ("2018-01", "81.64", 4),
        ("2018-02", "76.63", 5),
        ("2018-03", "75.84", 5),
        ("2018-04", "80.78", 5),
        ("2018-05", "85.84", 4),
        ("2018-06", "90.21", 3),
    ]
    posted: list[tuple[str, str]] = []
    for label, value, expected in months:
        posted.append((label, value))
        assert _likelihood(reference, "OCC4", {"ae-four-hour-wait": posted}) == expected, label
