"""What it takes to add areas up."""

from decimal import Decimal

import pytest

from services.indicators.domain.importing import sums
from services.indicators.domain.importing.drafts import Draft
from services.indicators.domain.importing.shipped import NATIVE
from services.indicators.domain.observations import SeriesKey
from services.indicators.service.survey import Counter, Stopped

PARTS = {"RK9": ["QJK"], "R1H": ["QJK"]}
MONTHS = [f"2017-{month:02d}" for month in range(1, 13)]


def added() -> sums.Sums:
    made = sums.Sums(NATIVE, "E12000009", PARTS)
    for line, (area, period) in enumerate(((area, period) for period in MONTHS for area in PARTS), 2):
        made.add(Draft(SeriesKey("waits", area), period, {"count": Decimal(5)}, {}, {}, (line,)))
    return made


def test_what_an_area_is_part_of_is_found_once_for_all_sums(monkeypatch):
    asked, found = [], sums.wholes_of
    monkeypatch.setattr(sums, "wholes_of", lambda area, parents: asked.append(area) or found(area, parents))
    drafts = list(added().outcomes(lambda: None))
    assert [each.figures["count"] for each in drafts] == [10] * len(MONTHS)
    assert sorted(asked) == ["E12000009", *sorted(PARTS)]


def test_adding_up_goes_on_only_while_somebody_waits():
    counter = Counter()
    outcomes = added().outcomes(counter.go_on)
    assert next(outcomes).period == MONTHS[0]
    counter.stopped = True
    with pytest.raises(Stopped):
        next(outcomes)
