"""The register over HTTP: entering, reading, changing and refusing."""

import asyncio
from typing import Any

import pytest

from chassis.storage import migrate
from services.risks.domain.matrix import DEFAULT_MATRIX
from services.risks.schemas.assessing import AssessmentIn, DecisionIn, OverrideIn
from services.risks.schemas.explaining import SimulationIn
from services.risks.schemas.linking import LinksIn
from services.risks.schemas.matrices import MatrixIn
from services.risks.schemas.register import RiskIn
from tests.integration.risks.conftest import counted


async def test_a_risk_is_entered_and_read_back(register: Any, tied: Any):
    entered = await register.risk(
        category="Financial",
        department="People",
        target={"impact": 4, "likelihood": 2},
        controls=["Fortnightly board"],
        assurances=[{"source": "FARG", "line": 2}],
        actions=[{"text": "Review in December", "due": "2018-12-01"}],
        links=tied("ae/RK9"),
    )
    assert entered == await register.get("/risks/OCC4")
    rating = {"impact": 4, "likelihood": 3, "score": 12, "band": "amber"}
    assert entered["assessed"] == entered["indicated"] == entered["effective"] == rating
    assert entered["target"]["score"] == 8
    assert entered["movement"] == "new"
    assert entered["register"] == "people-2018"
    assert entered["controls"] == ["Fortnightly board"]
    assert entered["assurances"][0]["line"] == 2
    assert entered["actions"][0]["due"] == "2018-12-01"
    assert entered["matrix"] == "five-by-five@1"
    assert entered["links"] == [
        {
            "indicator": "ae",
            "area": "RK9",
            "breakdown": {},
            "group": "ae",
            "signal": "target",
            "provisional": "ignore",
            "severity_now": None,
            "severity_at": None,
            "unconfirmed": False,
            "takes_part": False,
            "pending": True,
            "stale": True,
            "latest_period": None,
            "version": None,
        }
    ]
    assert entered["flags"] == ["unknown_link", "pending_link", "stale_link"]


@pytest.mark.both_engines
async def test_the_longest_texts_have_room(register: Any):
    """What a body may be long is what a column takes; SQLite would take anything."""
    texts = dict.fromkeys(("category", "department", "outcome"), "x" * 120)
    texts |= dict.fromkeys(("owner", "appetite"), "x" * 200) | {"title": "x" * 400}
    entered = await register.risk(**texts)
    assert {name: entered[name] for name in texts} == texts
    grid = [["green", "amber"], ["amber", "red"]]
    matrix = {"code": "m" * 60, "version": 999_999, "title": "x" * 200, "grid": grid}
    matrix |= {"impacts": ["x" * 120, "y" * 120], "likelihoods": ["x" * 120, "y" * 120]}
    assert (await register.post("/matrices", json=matrix))["title"] == "x" * 200
    await register.post("/matrices", json=matrix | {"title": "x" * 201}, status=422)


async def test_a_legacy_risk_has_a_colour_and_no_score_until_assessed(register: Any, tied: Any):
    legacy = await register.risk("BC02", assessment=None, legacy_band="yellow", links=tied("ae/RK9"))
    assert legacy["effective"] == {"impact": None, "likelihood": None, "score": None, "band": "yellow"}
    assert legacy["indicated"]["band"] is None
    assert legacy["movement"] is None
    assert legacy["flags"] == ["legacy", "unassessed", "unknown_link", "pending_link", "stale_link"]
    await register.say("ae/RK9", 1, "r")
    await register.say("ae/RK9", 2, "g")
    assert (await register.get("/risks/BC02"))["effective"]["score"] is None
    assert "carries the colour yellow" in (await register.get("/risks/BC02/explanation"))["text"]
    await register.post(
        "/risks/BC02/simulations", {"signals": [{"indicator": "ae", "area": "RK9", "severity": 2}]}, 409
    )
    assessed = await register.post("/risks/BC02/assessments", {"impact": 3, "likelihood": 2, "reason": "Scored"})
    assert assessed["effective"]["score"] == 6
    assert "legacy" not in assessed["flags"]


async def test_the_printed_movement_is_carried_over(register: Any):
    for ref, previous, movement in (("A", 3, "up"), ("B", 4, "unchanged"), ("C", 5, "down"), ("D", None, "new")):
        carried = {"previous_impact": 4, "previous_likelihood": previous} if previous else {}
        risk = await register.risk(ref, assessment={"impact": 4, "likelihood": 4, "reason": "Register", **carried})
        assert risk["movement"] == movement
    history = (await register.get("/risks/B/history"))["items"]
    assert [entry["cause"] for entry in history] == ["carried_over"]
    assert "2017/18 Q3" in history[0]["why"]
    told = await register.outbox()
    assert ("reviewed", "B", 1) in told
    assert "B" not in [subject for type_, subject, _ in told if type_ == "rescored"]
    again = {"impact": 4, "likelihood": 4, "reason": "Again", "previous_impact": 4, "previous_likelihood": 1}
    await register.post("/risks/A/assessments", again, 409)


async def test_a_rating_can_be_carried_over_with_the_first_assessment_made_later(register: Any):
    await register.risk(assessment=None)
    body = {"impact": 4, "likelihood": 4, "reason": "Register", "previous_impact": 4, "previous_likelihood": 4}
    assert (await register.post("/risks/OCC4/assessments", body))["movement"] == "unchanged"


async def test_movement_follows_the_business_date_into_the_next_quarter(register: Any):
    from datetime import date

    assert (await register.risk())["movement"] == "new"
    await register.pin(date(2018, 4, 2))
    assert (await register.get("/risks/OCC4"))["movement"] == "unchanged"
    raised = await register.post("/risks/OCC4/assessments", {"impact": 4, "likelihood": 4, "reason": "Worse"})
    assert raised["movement"] == "up"


async def test_the_register_is_filtered_searched_and_paged(register: Any):
    for number in range(5):
        await register.risk(f"R{number}", category="Financial" if number % 2 else "Market")
    await register.risk("T", register="other", title="100% of beds_full", kind="opportunity")
    await register.risk("Z", assessment={"impact": 5, "likelihood": 5, "reason": "Worst"})

    async def refs(**params: str) -> list[str]:
        return [risk["ref"] for risk in (await register.get("/risks", **params))["items"]]

    assert await refs(category="Financial") == ["R1", "R3"]
    assert await refs(register="other") == ["T"]
    assert await refs(kind="opportunity") == ["T"]
    assert await refs(band="red") == ["Z"]
    assert await refs(search="0% OF") == ["T"]
    assert await refs(search="_full") == ["T"]
    assert await refs(search="%R") == []
    assert await refs(search="r1") == ["R1"]
    first = await register.get("/risks", limit=4)
    rest = await register.get("/risks", limit=4, cursor=first["next"])
    assert [risk["ref"] for risk in first["items"] + rest["items"]] == ["R0", "R1", "R2", "R3", "R4", "T", "Z"]
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        ("/risks", {"ref": "OCC4", "register": "people-2018", "title": "Again"}, 409, "ref"),
        ("/risks", {"ref": "a b", "register": "people-2018", "title": "T"}, 422, "ref"),
        ("/risks", {"ref": "N", "register": "people-2018", "title": "T", "colour": "red"}, 422, "colour"),
        ("/risks", {"ref": "N", "register": "people-2018", "title": "T", "matrix": "none@1"}, 422, "matrix"),
        (
            "/risks",
            {"ref": "N", "register": "r", "title": "T", "assessment": {"impact": 6, "likelihood": 1, "reason": "x"}},
            422,
            "assessment.impact",
        ),
        (
            "/risks",
            {"ref": "N", "register": "r", "title": "T", "target": {"impact": 1, "likelihood": 9}},
            422,
            "target.likelihood",
        ),
        ("/risks/OCC4/assessments", {"impact": 4, "likelihood": 6, "reason": "x"}, 422, "likelihood"),
        ("/risks/OCC4/assessments", {"impact": 4, "likelihood": 4}, 422, "reason"),
        ("/risks/OCC4/assessments", {"impact": 4, "likelihood": 2.5, "reason": "x"}, 422, "likelihood"),
        ("/risks/OCC4/simulations", {"signals": [{"indicator": "ae", "area": "RK9", "colour": "white"}]}, 422, None),
        ("/risks/OCC4/simulations", {"signals": [{"indicator": "no", "area": "RK9", "colour": "red"}]}, 422, None),
        ("/risks/OCC4/simulations", {"signals": [{"indicator": "ae", "area": "RK9"}]}, 422, None),
        ("/risks/OCC4/override", {"impact": 4, "likelihood": 2, "until": "2018-07-01", "reason": "x"}, 422, "until"),
        ("/risks/OCC4/override", {"impact": 4, "likelihood": 2, "until": "2018-02-27", "reason": "x"}, 422, "until"),
        ("/risks/NONE/assessments", {"impact": 4, "likelihood": 4, "reason": "x"}, 404, None),
        ("/risks/OCC4/proposals/1/accept", {"reason": "x"}, 404, None),
        ("/risks/OCC4/assessments", {"impact": 4, "likelihood": 4, "reason": "nul \x00"}, 422, "reason"),
    ],
)
async def test_what_is_refused_names_the_field(register: Any, path: str, body: Any, status: int, field: str | None):
    await register.risk()
    problem = await register.post(path, body, status)
    assert problem["type"].startswith("/problems/")
    assert problem["status"] == status
    if field:
        assert field in [error["field"] for error in problem["errors"]]


async def test_a_reference_and_ratings_are_not_patched(register: Any):
    await register.risk()
    for field in ("ref", "assessed", "effective", "legacy_band", "kind"):
        problem = await register.patch("/risks/OCC4", {field: "x"}, 422)
        assert problem["errors"][0]["field"] == field
    await register.patch("/risks/OCC4", {"title": None}, 422)
    await register.patch("/risks/NONE", {"title": "T"}, 404)


async def test_only_what_is_sent_is_changed(register: Any):
    before = await register.risk(category="Financial", owner="A")
    after = await register.patch("/risks/OCC4", {"owner": "B", "category": None, "review_date": "2018-02-27"})
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"owner", "category", "review_date", "flags", "changed_at"}
    assert after["flags"] == ["review_due"]
    assert await register.patch("/risks/OCC4", {"owner": "B"}) == after


@pytest.mark.parametrize("path", ["", "/history", "/explanation", "/proposals"])
async def test_an_unknown_reference_is_not_found(register: Any, path: str):
    assert (await register.get(f"/risks/NONE{path}", 404))["type"] == "/problems/risk-unknown"


async def test_the_default_matrix_is_there_and_versions_are_immutable(register: Any):
    found = (await register.get("/matrices"))["items"]
    assert [matrix["name"] for matrix in found] == ["five-by-five@1", "five-by-five-opportunity@1"]
    assert found[0]["grid"] == [[band.value for band in row] for row in DEFAULT_MATRIX.grid]
    assert found[0]["impacts"] == list(DEFAULT_MATRIX.impacts)
    small = {
        "code": "two-by-three",
        "version": 1,
        "title": "Two by three",
        "impacts": ["low", "high"],
        "likelihoods": ["rare", "likely", "sure"],
        "grid": [["green", "green", "amber"], ["green", "amber", "red"]],
    }
    added = await register.post("/matrices", small)
    assert added["name"] == "two-by-three@1"
    assert await register.post("/matrices", small, 200) == added
    await register.post("/matrices", small | {"title": "Other"}, 409)
    await register.post("/matrices", small | {"version": 2, "grid": [["green"]]}, 422)
    rated = {"impact": 2, "likelihood": 3, "reason": "Top"}
    risk = await register.risk("S", matrix="two-by-three@1", assessment=rated)
    assert risk["effective"]["band"] == "red"
    await register.post("/risks/S/assessments", {"impact": 3, "likelihood": 3, "reason": "x"}, 422)


SMALL = {
    "code": "one-by-two",
    "version": 1,
    "title": "Two by two",
    "impacts": ["low", "high"],
    "likelihoods": ["rare", "sure"],
    "grid": [["green", "amber"], ["amber", "red"]],
}


async def test_the_same_matrix_sent_many_times_at_once_is_added_once(register: Any):
    calls = [register.http.post("/risks/v1/matrices", json=SMALL) for _ in range(8)]
    answers = await asyncio.gather(*calls)
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.text for answer in answers}) == 1
    other = [register.http.post("/risks/v1/matrices", json=SMALL | {"version": 2, "title": t}) for t in "ab"]
    assert sorted([answer.status_code for answer in await asyncio.gather(*other)]) == [201, 409]


async def test_databases_of_one_process_keep_their_matrices_apart(open_register: Any):
    first, second = await open_register(), await open_register()
    for opened, title in ((first, "ab"), (second, "cd")):
        await opened.post("/matrices", SMALL | {"impacts": list(title)})
        rated = {"impact": 2, "likelihood": 2, "reason": "x"}
        await opened.risk("S", matrix="one-by-two@1", assessment=rated)
    await second.post("/matrices", SMALL | {"version": 2, "grid": [["red", "red"], ["red", "red"]]})
    await first.post("/matrices", SMALL | {"version": 2, "grid": [["green", "green"], ["green", "green"]]})
    for opened, band in ((first, "green"), (second, "red")):
        risk = await opened.risk("T", matrix="one-by-two@2", assessment={"impact": 1, "likelihood": 1, "reason": "x"})
        assert (await opened.get("/risks/T"))["effective"]["band"] == risk["effective"]["band"] == band


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/risks", {"ref": "N", "register": "r", "title": "T", "kind": "x", "mode": "x", "legacy_band": "x"}),
        ("/risks/OCC4/simulations", {"signals": [{"indicator": "ae", "area": "RK9", "colour": "x"}]}),
        ("/matrices", SMALL | {"grid": [["x", "x"], ["x", "x"]]}),
    ],
)
async def test_choices_are_refused_in_the_words_of_the_wire(register: Any, tied: Any, path: str, body: Any):
    await register.risk()
    problem = await register.post(path, body, 422)
    for error in problem["errors"]:
        assert "Input should be '" in error["message"]
        assert not {"<", ">"} & set(error["message"])


async def test_a_risk_is_read_with_three_statements(register: Any, tied: Any):
    await register.say("ae/RK9", 1, "gg")
    await register.risk(links=tied("ae/RK9"))
    await register.risk("OCC5", links=tied("ae/RK9"))
    with counted(register.database) as statements:
        await register.get("/risks/OCC4")
    assert len(statements) == 3, statements
    with counted(register.database) as statements:
        await register.say("ae/RK9", 2, "ggr")
    assert not [statement for statement in statements if "FROM matrix" in statement]
    told = 2 if register.database.dialect == "sqlite" else 1
    assert len(statements) == 7 + told, statements  # whatever the number of risks: heard, kept, locked, told


async def test_bodies_have_examples_that_fit(register: Any):
    schemas = (await register.http.get("/openapi.json")).json()["components"]["schemas"]
    for body in (RiskIn, MatrixIn, LinksIn, AssessmentIn, OverrideIn, SimulationIn, DecisionIn):
        for example in schemas[body.__name__]["examples"]:
            body.model_validate(example)


async def test_every_path_is_documented(register: Any):
    document = (await register.http.get("/openapi.json")).json()
    for path, operations in document["paths"].items():
        assert path.startswith("/risks/v1/")
        for operation in operations.values():
            assert operation["summary"]
            assert operation["description"]
    assert "register" in document["components"]["schemas"]["RiskOut"]["properties"]


async def test_migrations_match_the_tables(register: Any):
    url = register.database.url.render_as_string(hide_password=False)
    await asyncio.to_thread(migrate.check, "services.risks", url)
