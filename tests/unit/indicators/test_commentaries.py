"""Which commentaries can be sent, when a reason is needed, and which stands beside a period."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.period import Period
from services.indicators.domain.commentaries import (
    Commentary,
    CommentaryRevision,
    CommentaryState,
    commentary_faults,
    commentary_on,
    needs_reason,
)
from services.indicators.domain.observations import SeriesKey

DRAFT, PUBLISHED, WITHDRAWN = CommentaryState
NOW = datetime(2018, 2, 28, tzinfo=UTC)


def recorded(period: str = "2017-12", **said: Any) -> CommentaryRevision:
    written = Commentary(SeriesKey("ae", "RK9"), Period.parse(period), **({"state": PUBLISHED, "text": "full"} | said))
    return CommentaryRevision(1, 1, written, "Ana", NOW)


@pytest.mark.parametrize(
    ("is_there", "state", "text", "field"),
    [
        (False, DRAFT, "full", None),
        (False, PUBLISHED, "full", None),
        (False, DRAFT, None, "text"),
        (False, WITHDRAWN, None, "state"),
        (True, WITHDRAWN, None, None),
        (True, WITHDRAWN, "full", "text"),
        (True, PUBLISHED, None, "text"),
    ],
)
def test_what_cannot_be_sent(is_there: bool, state: CommentaryState, text: str | None, field: str | None):
    sent = recorded(state=state, text=text).commentary
    found = commentary_faults(recorded() if is_there else None, sent)
    assert [name for name, _ in found] == ([field] if field else [])


@pytest.mark.parametrize(
    ("is_published", "state", "text", "needed"),
    [
        (False, PUBLISHED, "full", False),
        (True, PUBLISHED, "full", False),
        (True, PUBLISHED, "fuller", True),
        (True, DRAFT, "fuller", False),
        (True, WITHDRAWN, None, True),
    ],
)
def test_what_everybody_read_goes_with_a_reason_only(
    is_published: bool, state: CommentaryState, text: str | None, needed: bool
):
    published = recorded() if is_published else None
    assert needs_reason(published, recorded(state=state, text=text).commentary) is needed


@pytest.mark.parametrize(
    ("shown", "said", "expected"),
    [
        ("2017-12", ["2017-12"], "2017-12"),
        ("2017-12", ["2017/18 Q3"], "2017/18 Q3"),
        ("2017/18 Q3", ["2017-12"], "2017-12"),
        ("2017/18 Q3", ["2017-11", "2017-12", "2018-01"], "2017-12"),
        ("2018-01", ["2017/18 Q3", "2017-12"], None),
        ("2017-12", ["2017-12", "2017/18 Q3"], "2017-12"),
        ("2017-11", ["2017-11", "2017/18 Q3"], "2017-11"),  # its own before a later one
        ("2017-12", [], None),
    ],
)
def test_which_stands_beside_a_period(shown: str, said: list[str], expected: str | None):
    found = commentary_on(Period.parse(shown), [recorded(period) for period in said])
    assert (found and found.commentary.period.label) == expected
