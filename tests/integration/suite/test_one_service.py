"""An operator's commands inside one service's container: they know that service's database, and no other."""

import pytest

pytestmark = pytest.mark.postgres

OTHERS = "indicators, pledges, finance, subscriptions, gateway"


@pytest.fixture
def risks(suite, empty_database):
    """The command line with the environment of the risks service, migrated."""
    assert suite("migrate", "risks", BUS="kafka", DATABASE_URL_RISKS=empty_database)[0] == 0
    return suite


def test_dead_letters_of_this_service_are_listed(risks, tmp_path):
    status, said, error = risks("dead-letters", "list")
    assert (status, said) == (0, "0 dead letters\n")
    assert error == "Left out, for want of an address: finance, indicators, pledges, subscriptions\n"
    assert list(tmp_path.iterdir()) == []


def test_its_business_date_is_moved_and_shown(risks, tmp_path):
    for arguments in (["2018-06-30"], []):
        status, said, error = risks("business-date", *arguments)
        assert (status, said) == (0, "2018-06-30\n")
        assert error == f"Left out, for want of an address: {OTHERS}\n"
    assert list(tmp_path.iterdir()) == []
