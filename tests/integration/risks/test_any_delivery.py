"""Whatever way events arrive among an officer's decisions, ratings are a function of the final inputs.

The inputs: the newest event of each series, and the decisions with their snapshots. The model below is the domain page
told once more, without a line of the service.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SEVERITY = {"g": 0, "a": 1, "r": 2}
PARTS = ("", "/sex=male", "/sex=female", "/age=65+;sex=male")
INDICATORS = ("one", "two")
SERIES = [(indicator, part) for indicator in INDICATORS for part in PARTS[: 3 if indicator == "one" else 4]]
VERSIONS = 4


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

    def indicated(self) -> int:
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
decisions = st.one_of(
    st.tuples(st.just("assess"), st.integers(1, 5)),
    st.tuples(st.just("link"), wanted),
)
numbers = count()


@st.composite
def stories(draw: st.DrawFn) -> tuple[dict[tuple[str, str], list[str]], list[tuple[str, Any]]]:
    """Versions of each series, and steps: deliveries in any order, some again, some never, and decisions between.

    The newest version of every series is among them.
    """
    published = draw(histories)
    newest = [("deliver", (series, len(versions))) for series, versions in published.items()]
    older = [("deliver", (series, v)) for series, versions in published.items() for v in range(1, len(versions))]
    again = draw(st.lists(st.sampled_from(newest + older), max_size=6))
    arrived = newest + draw(st.lists(st.sampled_from(older), unique=True)) + again if older else newest + again
    made: list[tuple[str, Any]] = draw(st.lists(decisions, min_size=1, max_size=4))
    return published, draw(st.permutations(arrived + made))


def names(run: int, series: tuple[str, str]) -> str:
    return f"{series[0]}-{run}/E06000026{series[1]}"


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(story=stories(), batch=st.integers(1, 5))
async def test_ratings_are_a_function_of_the_final_inputs_and_the_decisions(
    register: Any, tied: Any, event: Any, story: Any, batch: int
):
    run, (published, steps) = next(numbers), story
    model, ref, waiting = Model(), f"R{run}", list[Any]()
    await register.risk(ref, target={"impact": 4, "likelihood": 2})
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
        if what == "link":
            links = [(names(run, series), counting) for series, counting in detail]
            model.link(links)
            bodies = [tied(s, provisional="count" if counting else "ignore")[0] for s, counting in links]
            await register.put(f"/risks/{ref}/links", {"links": bodies, "reason": "Linked otherwise"})
        elif what == "assess":
            model.assess(detail)
            body = {"impact": 4, "likelihood": detail, "reason": "Looked again"}
            await register.post(f"/risks/{ref}/assessments", body)
    await register.hear(*waiting)

    risk = await register.get(f"/risks/{ref}")
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
    assert (risk["assessed"]["likelihood"], risk["indicated"]["likelihood"]) == (model.assessed, model.indicated())
    assert risk["effective"] == risk["indicated"]
