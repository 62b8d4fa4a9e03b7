"""Explanations name the link, the change, the event and version behind it, and the rule that limited it."""

from dataclasses import replace
from datetime import date

from services.risks.domain.explanation import explain, formula, why_decided, why_moved
from services.risks.domain.links import IndicatorLink, LinkKey, SeriesKey
from services.risks.domain.matrix import DEFAULT_MATRIX, Rating
from services.risks.domain.rating import Kind, Mode, Override, RatingInputs, rate
from services.risks.domain.records import Cause
from services.risks.domain.severity import Signal

TODAY = date(2018, 2, 28)
INPUTS = RatingInputs(Kind.THREAT, Mode.AUTO, DEFAULT_MATRIX, Rating(4, 3), 2)
RED = IndicatorLink(
    LinkKey(SeriesKey("ae-four-hour-wait", "RK9"), Signal.TARGET), "flow", at=0, now=2, version=7, event_id="e-7"
)
STILL = IndicatorLink(
    LinkKey(SeriesKey("delayed-transfers", "E06000026"), Signal.TREND),
    "discharge",
    at=1,
    now=1,
    version=3,
    event_id="e-3",
)


def test_it_says_what_moved_from_what_to_what_by_which_event_and_which_rule_limited_it():
    text = explain(INPUTS, [STILL, RED], rate(INPUTS, [STILL, RED], TODAY))
    assert text.startswith("It stands at 16 (impact 4, likelihood 4, amber); it was assessed at 12")
    assert (
        "ae-four-hour-wait in RK9 (target, group flow) went from green to red, by event e-7 (indicator version 7)"
        in text
    )
    assert text.index("ae-four-hour-wait") < text.index("delayed-transfers")
    assert "delayed-transfers in E06000026 (trend, group discharge) is amber, as at its snapshot" in text
    assert "raise the likelihood by 1 step." in text


def test_a_limit_is_named_by_its_number():
    text = explain(INPUTS, [RED], rate(INPUTS, [RED], TODAY))
    assert "Rule 1 applied: indicators make a risk worse by one step at most" in text


def test_links_that_take_no_part_say_why():
    unknown, silent = replace(RED, at=None), replace(STILL, now=None)
    text = explain(INPUTS, [unknown, silent], rate(INPUTS, [unknown, silent], TODAY))
    assert "was unknown at its snapshot and is red now, so it takes no part" in text
    assert "says nothing now" in text
    assert "leave the likelihood where it was assessed" in text
    assert "Rule 6 applied" in text
    assert "Rule 7 applied" in text


def test_an_override_says_until_when_and_why():
    overridden = replace(INPUTS, override=Override(Rating(2, 2), TODAY, "extra beds", "officer"))
    text = explain(overridden, [RED], rate(overridden, [RED], TODAY))
    assert "It stands at 4 (impact 2, likelihood 2, green) by an override until 2018-02-28 (extra beds)" in text
    assert "Rule 8 applied" in text


def test_without_links_the_likelihood_is_as_assessed():
    assert formula(INPUTS, rate(INPUTS, [], TODAY)) == ["likelihood = 3 as assessed", "score = 4 x 3 = 12"]


def test_history_says_only_what_moved():
    why = why_moved(INPUTS, [STILL, RED], Rating(4, 3), rate(INPUTS, [STILL, RED], TODAY))
    assert why.startswith("Effective rating from 12 (impact 4, likelihood 3, amber) to 16")
    assert "e-7" in why
    assert "delayed-transfers" not in why


def test_a_first_rating_comes_from_nothing():
    why = why_moved(INPUTS, [], None, rate(INPUTS, [], TODAY))
    assert why == "Effective rating from not rated to 12 (impact 4, likelihood 3, amber)."
    still = why_moved(INPUTS, [STILL], None, rate(INPUTS, [STILL], TODAY))
    assert still.startswith(f"{why} Every linked indicator stands as at its snapshot.")


def test_a_decision_is_told_with_its_reason_and_the_rules_but_without_the_indicators():
    overridden = replace(INPUTS, override=Override(Rating(2, 2), TODAY, "extra beds", "officer"))
    standing = rate(overridden, [STILL, RED], TODAY)
    why = why_decided(overridden, Cause.OVERRIDE, Rating(4, 4), standing, "extra beds")
    assert why.startswith(
        "Effective rating from 16 (impact 4, likelihood 4, amber) to 4 (impact 2, likelihood 2, green)"
    )
    assert ", green). An override was set. " in why
    assert why.endswith("Reason given: extra beds")
    assert "ae-four-hour-wait" not in why
    lifted = why_decided(INPUTS, Cause.OVERRIDE, Rating(2, 2), rate(INPUTS, [RED], TODAY), None)
    assert ", amber). An override ended." in lifted
    assert "Reason given" not in lifted
    assessed = why_decided(INPUTS, Cause.ASSESSMENT, Rating(2, 2), rate(INPUTS, [RED], TODAY), None)
    assert ", amber). Its owner assessed it." in assessed


def test_two_steps_that_two_red_groups_ask_for_are_not_limited():
    other = replace(RED, key=LinkKey(SeriesKey("delayed-transfers", "E06000026"), Signal.TARGET), group="discharge")
    ratings = rate(INPUTS, [RED, other], TODAY)
    assert formula(INPUTS, ratings)[-2] == "likelihood = 3 + 2 = 5"
    assert "Rule 2" in explain(INPUTS, [RED, other], ratings)
