"""What a page says of a list that it shows a part of."""

import pytest

from portal.listing import Listing

ITEMS = [{"n": n} for n in range(200)]


@pytest.mark.parametrize(
    ("listing", "size", "rest"),
    [
        (Listing(ITEMS, 200, 1000, "after-x=1"), 1000, "200 of 1000 are shown here."),
        (Listing(ITEMS[:50], 50, 450), 450, ""),
        (Listing(ITEMS, 200, None, "after-x=1"), 200, "200 are shown here; there are more."),
        (Listing(ITEMS[:3], 3, 3), 3, ""),
        (Listing((), 0, 0), 0, ""),
    ],
)
def test_how_many_there_are_is_said_on_every_page(listing: Listing, size: int, rest: str) -> None:
    assert (listing.size(), listing.rest) == (size, rest)


def test_of_what_is_left_out_nothing_is_counted() -> None:
    found = Listing(ITEMS, 200, 1000, "after-x=1").where(lambda each: each["n"] < 3)
    assert (found.size(), found.rest) == (3, "3 are shown here, of 200 that were looked through; there may be more.")
    every = Listing(ITEMS, 200, 1000, "after-x=1").where(lambda each: each["n"] >= 0)
    assert every.size() == 200, "of those that follow, nobody knows how many are wanted"
