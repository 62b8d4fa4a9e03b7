"""No event of the register may feed a signal: what signals are made from follows nothing of the register."""

from chassis.events.subscription import Subscription
from contracts.pledges import HomesRated
from contracts.topics import events_topic
from services.finance.app import SPEC as FINANCE
from services.indicators.app import SPEC as INDICATORS
from services.risks.app import SPEC as RISKS


def topics(*subscriptions: Subscription) -> set[str]:
    return {topic for each in subscriptions for topic in each.topics}


def test_the_register_reads_indicators_and_finance_alone() -> None:
    assert topics(*RISKS.subscriptions) == {events_topic("indicators"), events_topic("finance")}


def test_neither_of_them_follows_the_register() -> None:
    assert topics(*INDICATORS.subscriptions, *FINANCE.subscriptions) == {
        events_topic("pledges"),
        events_topic("indicators"),
    }


def test_what_becomes_an_observation_carries_nothing_of_a_risk() -> None:
    """Pledges follow the register too; of what they say indicators fold how homes are rated, and nothing else."""
    assert not [name for name in HomesRated.model_fields if "risk" in name]
