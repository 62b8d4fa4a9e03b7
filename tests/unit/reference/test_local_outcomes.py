"""The Local Outcomes Framework: every outcome, the metrics that could be read, and what of them is inferred."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from services.indicators.schemas.frameworks import FrameworkIn
from services.indicators.schemas.indicators import IndicatorIn
from services.indicators.schemas.scorecards import ScorecardIn
from suite.load.csv_files import BadRows
from suite.load.dataset import REFERENCE
from suite.load.local_outcomes import framework_body, metric_body, read_local_outcomes, scorecard_body


def test_sixteen_outcomes_and_thirty_four_metrics() -> None:
    outcomes, metrics = read_local_outcomes()
    assert [row.number for row in outcomes] == list(range(1, 17))
    assert [row.number for row in outcomes if row.contextual] == [15, 16]
    assert len({row.code for row in metrics}) == len(metrics) == 34
    by_outcome = Counter(row.outcome for row in metrics)
    assert by_outcome == {2: 5, 3: 5, 4: 1, 5: 3, 6: 1, 8: 7, 13: 2, 14: 3, 15: 5, 16: 2}
    assert all(row.source for row in [*outcomes, *metrics])
    assert sum("outcome" in row.inferred for row in metrics) == 20


def test_every_body_is_one_that_the_service_accepts() -> None:
    outcomes, metrics = read_local_outcomes()
    assert "incomplete" in FrameworkIn.model_validate(framework_body(metrics)).name
    made = {row.code: IndicatorIn.model_validate(metric_body(row)) for row in metrics}
    assert all("polarity" in each.inferred for each in made.values())
    assert made["lof-healthy-life-expectancy"].dimensions == {"sex": ["male", "female"]}
    assert "LG Inform 3155 and 3156" in str(made["lof-healthy-life-expectancy"].definition)
    card = ScorecardIn.model_validate(scorecard_body(outcomes, metrics, None))
    assert (len(card.sections), len(card.to_domain("x").indicators)) == (16, 34)
    assert card.sections[14].name == "15. Economic prosperity and regeneration (contextual)"


def test_a_metric_of_no_outcome_is_named(tmp_path: Path) -> None:
    for name in ("lof_outcomes_2026.csv", "lof_metrics_2026.csv"):
        shutil.copy(REFERENCE / name, tmp_path)
    metrics = tmp_path / "lof_metrics_2026.csv"
    metrics.write_text(metrics.read_text().replace("lof-suicide-rate,8,", "lof-suicide-rate,17,"))
    with pytest.raises(BadRows, match="lof-suicide-rate is of no outcome"):
        read_local_outcomes(tmp_path)
