"""Whatever way events arrive among an officer's decisions, ratings are a function of the final inputs.

The inputs: the newest event of each series, and the decisions with their snapshots. The model below is the domain page
told once more, without a line of the service.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.risks.service.overriding import sweep_overrides
from services.risks.service.signals import list_evaluated

SEVERITY = {"g": 0, "a": 1, "r": 2}
PARTS = ("", "/sex=male", "/sex=female", "/age=65+;sex=male")
INDICATORS = ("one", "two")
SERIES = [(indicator, part) for indicator in INDICATORS for part in PARTS[: 3 if indicator == "one" else 4]]
VERSIONS = 4
FIRST_DAY, LATER_DAY = date(2018, 2, 28), date(2018, 4, 2)
LAST_DAYS = {FIRST_DAY: "2018-03-31", LATER_DAY: "2018-06-30"}
"""By business date, the last day of an override: the first ends before the later day."""
STORED = ("assessed_likelihood", "indicated_likelihood", "effective_likelihood")
WHY = {"reason": "Looked again"}


def severity(colours: str, *, counting: bool) -> int | None:
    """Capitals are provisional, w is white, c suppressed."""
    found = [SEVERITY[x.lower()] for x in colours if x.lower() in SEVERITY and (counting or x.islower())]
    return max(found[-2:]) if found else None


@dataclass
class Model:
    """What the risk should be, kept by hand from what was delivered and decided."""

    colours: dict[str, tuple[int, str]] = field(default_factory=dict)
    links: dict[tuple[str, bool], int | None] = field(default_factory=dict)
    assessed: int = 3
    mode: str = "auto"
    override: tuple[int, str] | None = None
    closed_with: int | None = None
    today: date = FIRST_DAY
    has_rejected: bool = False

    def now(self, link: tuple[str, bool]) -> int | None:
        subject, counting = link
        return severity(self.colours[subject][1], counting=counting) if subject in self.colours else None

    def deliver(self, subject: str, version: int, colours: str) -> None:
        if version > self.colours.get(subject, (0, ""))[0]:
            self.colours[subject] = version, colours

    def link(self, wanted: Sequence[tuple[str, bool]]) -> None:
        self.links = {link: self.links[link] if link in self.links else self.now(link) for link in wanted}

    def assess(self, likelihood: int) -> None:
        self.assessed, self.links = likelihood, {link: self.now(link) for link in self.links}

    def close(self) -> None:
        self.override = None
        self.closed_with = self.effective()

    @property
    def is_overridden(self) -> bool:
        return self.override is not None and self.today <= date.fromisoformat(self.override[1])

    def effective(self) -> int:
        if self.closed_with is not None:
            return self.closed_with
        if self.override is not None and self.is_overridden:
            return self.override[0]
        return self.indicated() if self.mode == "auto" else self.assessed

    @property
    def proposes(self) -> bool:
        return self.closed_with is None and self.mode == "propose" and self.indicated() != self.assessed

    def indicated(self) -> int:
        if self.closed_with is not None:
            return self.assessed
        groups: dict[str, list[tuple[int, int]]] = {}
        for link, at in self.links.items():
            if at is not None:
                now = self.now(link)
                groups.setdefault(link[0].split("/")[0], []).append((at, at if now is None else now))
        worst = [(max(at for at, _ in group), max(now for _, now in group)) for group in groups.values()]
        if not worst:
            return self.assessed
        delta = max(now for _, now in worst) - max(at for at, _ in worst)
        red = sum(now == 2 and now > at for at, now in worst)
        delta = max(-1, min(delta, 2 if red >= 2 else 1))
        likelihood = max(1, min(5, self.assessed + delta))
        return max(likelihood, min(self.assessed, 2)) if delta < 0 else likelihood


letters = st.text("garwcGAR", min_size=1, max_size=6)
histories = st.fixed_dictionaries({series: st.lists(letters, min_size=1, max_size=VERSIONS) for series in SERIES})
wanted = st.lists(st.tuples(st.sampled_from(SERIES), st.booleans()), max_size=5, unique_by=lambda link: link[0])
PROPOSE: tuple[str, Any] = ("mode", "propose")
decisions = st.one_of(
    st.tuples(st.tuples(st.just("assess"), st.integers(1, 5))),
    st.tuples(st.tuples(st.just("link"), wanted)),
    st.just((("close", None), ("reopen", None))),
    st.tuples(st.tuples(st.just("override"), st.integers(1, 5)), st.sampled_from([("lift", None), ("wait", None)])),
    st.just((PROPOSE, ("accept", None))),
    st.just((PROPOSE, ("reject", None), ("mode", "auto"))),
)
"""What belongs together is made in any order, and with anything between."""
numbers = count()


@st.composite
def stories(draw: st.DrawFn) -> tuple[dict[tuple[str, str], list[str]], list[tuple[str, Any]]]:
    """Versions of each series, and steps: deliveries in any order, some again, some never, and decisions between.

    Mostly something is linked before, of which the first version is known.
    """
    published = draw(histories)
    every = [("deliver", (series, v)) for series, versions in published.items() for v in range(1, len(versions) + 1)]
    arrived = draw(st.lists(st.sampled_from(every), max_size=10))
    made = [step for steps in draw(st.lists(decisions, min_size=1, max_size=4)) for step in steps]
    first: list[tuple[str, Any]] = [("deliver", (series, 1)) for series in SERIES]
    linked = [*first, ("link", draw(wanted))] if draw(st.integers(0, 3)) else []
    return published, [*linked, *draw(st.permutations(arrived + made))]


def names(run: int, series: tuple[str, str]) -> str:
    return f"{series[0]}-{run}/E06000026{series[1]}"


@dataclass
class Officer:
    """Who decides about a risk, and has the model know of it. What cannot be decided as the risk stands is left."""

    register: Any
    tied: Any
    run: int
    model: Model

    @property
    def risk(self) -> str:
        return f"/risks/R{self.run}"

    async def decide(self, what: str, detail: Any) -> None:
        if what == "wait":
            self.model.today = LATER_DAY
            await self.register.pin(LATER_DAY)
        elif (self.model.closed_with is None) is (what != "reopen"):
            await getattr(self, what)(detail)

    async def link(self, detail: Sequence[tuple[tuple[str, str], bool]]) -> None:
        links = [(names(self.run, series), counting) for series, counting in detail]
        self.model.link(links)
        bodies = [self.tied(s, provisional="count" if counting else "ignore")[0] for s, counting in links]
        await self.register.put(f"{self.risk}/links", {"links": bodies} | WHY)

    async def assess(self, likelihood: int) -> None:
        self.model.assess(likelihood)
        await self.register.post(f"{self.risk}/assessments", {"impact": 4, "likelihood": likelihood} | WHY)

    async def override(self, likelihood: int) -> None:
        until = LAST_DAYS[self.model.today]
        self.model.override = likelihood, until
        body = {"impact": 4, "likelihood": likelihood, "until": until} | WHY
        await self.register.post(f"{self.risk}/override", body, 200)

    async def lift(self, _: None) -> None:
        status = 200 if self.model.is_overridden else 409
        if status == 200:
            self.model.override = None
        await self.register.delete(f"{self.risk}/override?reason=Over", status)

    async def mode(self, mode: str) -> None:
        self.model.mode = mode
        await self.register.patch(self.risk, {"mode": mode} | WHY)

    async def close(self, _: None) -> None:
        self.model.close()
        await self.register.post(f"{self.risk}/close", WHY, 200)

    async def reopen(self, _: None) -> None:
        self.model.closed_with = None
        await self.register.post(f"{self.risk}/reopen", WHY, 200)

    async def accept(self, _: None) -> None:
        for each in await self.proposals():
            assert each["proposed"]["likelihood"] == self.model.indicated()
            self.model.assess(each["proposed"]["likelihood"])
            await self.register.post(f"{self.risk}/proposals/{each['id']}/accept", WHY, 200)

    async def reject(self, _: None) -> None:
        for each in await self.proposals():
            self.model.has_rejected = True
            await self.register.post(f"{self.risk}/proposals/{each['id']}/reject", WHY, 200)

    async def proposals(self) -> Sequence[Any]:
        found: Sequence[Any] = (await self.register.get(f"{self.risk}/proposals", state="open"))["items"]
        assert self.model.has_rejected or len(found) == self.model.proposes
        return found


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(story=stories(), batch=st.integers(1, 5))
async def test_ratings_are_a_function_of_the_final_inputs_and_the_decisions(
    register: Any, tied: Any, event: Any, story: Any, batch: int
):
    run, (published, steps) = next(numbers), story
    model, waiting = Model(), list[Any]()
    officer = Officer(register, tied, run, model)
    await register.pin(FIRST_DAY)
    await register.risk(f"R{run}", target={"impact": 4, "likelihood": 2})
    for what, detail in steps:
        if what == "deliver":
            series, version = detail
            subject, colours = names(run, series), published[series][version - 1]
            waiting.append(event(subject, version, colours))
            model.deliver(subject, version, colours)
            if len(waiting) < batch:
                continue
        await register.hear(*waiting)
        waiting.clear()
        if what != "deliver":
            await officer.decide(what, detail)
    await register.hear(*waiting)

    risk = await register.get(officer.risk)
    found = {
        (link["indicator"], str(link["breakdown"]), link["provisional"]): (link["severity_at"], link["severity_now"])
        for link in risk["links"]
    }
    expected = {}
    for link, at in model.links.items():
        body = tied(link[0])[0]
        key = (body["indicator"], str(body.get("breakdown", {})), "count" if link[1] else "ignore")
        expected[key] = (at, model.now(link))
    assert found == expected
    ratings = {name: risk[name]["likelihood"] for name in ("assessed", "indicated", "effective")}
    asked = {"assessed": model.assessed, "indicated": model.indicated(), "effective": model.effective()}
    assert ratings == asked
    await officer.proposals()
    await register.database.write(sweep_overrides)
    stored = {ref: rest for ref, *rest in await register.column("risk", "ref", *STORED)}
    for name, likelihood in zip(asked, stored[risk["ref"]], strict=True):
        is_kept = model.closed_with is not None and name == "indicated"
        assert is_kept or likelihood == asked[name], f"{name}, as it is stored"
    assert (await register.database.read(lambda tx: list_evaluated(tx, "")))[risk["ref"]], "as it is verified"
    *_, told = await register.events(risk["ref"])
    assert told.get("effective", told.get("after"))["likelihood"] == model.effective(), "as the newest event tells it"
