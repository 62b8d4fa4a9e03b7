"""What pages of boards and of the timeline work out before they show it."""

from portal.pages.boards import in_order_of_reporting, split_meetings
from portal.pages.timeline import by_quarter


def meeting(code: str, first: str, last: str | None = None) -> dict[str, str]:
    return {"code": code, "first_day": first, "last_day": last or first}


def test_a_meeting_is_ahead_until_its_last_day_is_over():
    meetings = [
        meeting("c", "2018-07-01"),
        meeting("a", "2018-02-01", "2018-02-28"),
        meeting("b", "2018-02-27"),
        meeting("d", "2018-01-01"),
    ]
    ahead, past = split_meetings(meetings, "2018-02-28")
    assert [each["code"] for each in ahead] == ["a", "c"]
    assert [each["code"] for each in past] == ["b", "d"]


def board(code: str, reports_to: str | None = None) -> dict[str, str | None]:
    return {"code": code, "reports_to": reports_to}


def test_boards_stand_below_the_one_they_report_to():
    boards = [board("a", "c"), board("b"), board("c"), board("d", "a"), board("e", "elsewhere")]
    found = [(depth, each["code"]) for depth, each in in_order_of_reporting(boards)]
    assert found == [(0, "b"), (0, "c"), (1, "a"), (2, "d"), (0, "e")]


def test_boards_in_a_circle_are_shown_all_the_same():
    found = in_order_of_reporting([board("a", "b"), board("b", "a"), board("c", "c")])
    assert sorted(each["code"] for _, each in found) == ["a", "b", "c"]


def test_actions_stand_in_the_quarter_of_their_financial_year():
    actions = [
        {"code": "b", "due": "2018-04-01"},
        {"code": "a", "due": "2018-03-31"},
        {"code": "c", "due": "2018-04-01"},
    ]
    found = [(quarter, [each["code"] for each in those]) for quarter, those in by_quarter(actions)]
    assert found == [("2017/18 Q4", ["a"]), ("2018/19 Q1", ["b", "c"])]
