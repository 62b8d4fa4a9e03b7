"""NHS England's A&E months imported into a real suite."""

from decimal import Decimal
from pathlib import Path

import pytest

from suite.load.ae import import_ae
from suite.load.csv_files import BadRows

EXCERPT = Path(__file__).parents[2] / "fixtures" / "ae" / "ae_excerpt.csv"
OBSERVATIONS = "/indicators/v1/indicators/ae-four-hour-wait/observations"


async def test_months_arrive_with_count_and_denominator(suite):
    report = await import_ae(suite.client, EXCERPT)
    assert {area: counts.created for area, counts in report.counts.items()} == {"RK9": 36, "E92000001": 36}
    items = (await suite.get(f"{OBSERVATIONS}?area=RK9&limit=200"))["items"]
    december = next(item for item in items if item["period"] == "2017-12")
    assert (december["value"], december["count"], december["denominator"]) == ("79.31", "9609", "12116")
    assert december["status"] == "final"
    assert "RK9: rows of type other in 20 of 36 months" in report.notes
    assert any("E06000026 has 79.29 (printed), RK9 79.31" in note for note in report.notes)


async def test_importing_again_changes_nothing(suite):
    await import_ae(suite.client, EXCERPT)
    await suite.caught_up()
    before = await suite.events()
    again = await import_ae(suite.client, EXCERPT)
    await suite.caught_up()
    assert {area: counts.unchanged for area, counts in again.counts.items()} == {"RK9": 36, "E92000001": 36}
    assert await suite.events() == before


async def test_other_figures_are_a_revision_that_says_where_they_are_from(suite, tmp_path):
    await import_ae(suite.client, EXCERPT)
    late = tmp_path / "late.csv"
    text = EXCERPT.read_text(encoding="utf-8")
    assert text.count("2018-01-01,RK9,1,7952,2140,2972") == 1
    late.write_text(text.replace("2018-01-01,RK9,1,7952,2140", "2018-01-01,RK9,1,7952,2152"), encoding="utf-8")
    report = await import_ae(suite.client, late)
    assert {area: (c.changed, c.unchanged) for area, c in report.counts.items()} == {
        "RK9": (1, 35),
        "E92000001": (1, 35),
    }
    items = (await suite.get(f"{OBSERVATIONS}?area=RK9&limit=200"))["items"]
    january = next(item for item in items if item["period"] == "2018-01")
    assert (january["revision"], january["reason"]) == (2, "Other figures in late.csv")


async def test_a_provider_nobody_named_is_made(suite):
    await import_ae(suite.client, EXCERPT, providers=("RH8",))
    areas = (await suite.get("/indicators/v1/areas?limit=200"))["items"]
    assert next(area for area in areas if area["code"] == "RH8")["type"] == "provider"


async def test_nothing_of_a_bad_file_is_saved(suite, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text(EXCERPT.read_text(encoding="utf-8") + "2019-04-01,RK9,1,10,11,0\n", encoding="utf-8")
    before = await suite.events()
    with pytest.raises(BadRows, match="11 breaches of 10 attendances"):
        await import_ae(suite.client, bad)
    assert await suite.events() == before
    assert (await suite.get(f"{OBSERVATIONS}?area=RK9"))["items"] == []


async def test_england_gives_plymouth_its_benchmark_colour(suite):
    await import_ae(suite.client, EXCERPT)
    status = await suite.get("/indicators/v1/indicators/ae-four-hour-wait/status?area=E06000026")
    assert status["benchmark"]["colour"] == "amber"
    assert status["benchmark"]["rule"] == "fifteen_percent"
    england = await suite.get("/indicators/v1/indicators/ae-four-hour-wait/status?area=E92000001")
    assert Decimal(england["series"][-1]["value"]) > 0
