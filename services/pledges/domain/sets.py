"""Pledge sets, and how a pledge is named within them."""

import re
from dataclasses import dataclass

_IN_SET = re.compile(r"([0-9]{4})-(.+)", re.ASCII | re.DOTALL)
_LEADING_ZEROS = re.compile(r"0+(?=[0-9])", re.ASCII)


@dataclass(frozen=True, slots=True)
class PledgeSet:
    """The promises of one administration, named by its year. ``size`` is how many it made, where that is known.

    ``public``: its pledges are among the promises that are given out for anybody to read.
    """

    code: str
    title: str
    size: int | None = None
    source: str | None = None
    public: bool = False


@dataclass(frozen=True, slots=True)
class PledgeSetView:
    """``recorded`` counts the pledges of the set that are here; a bare number means a pledge of the newest set."""

    pledge_set: PledgeSet
    recorded: int
    newest: bool


@dataclass(frozen=True, slots=True)
class PledgeRef:
    """How a pledge is named: ``2018-46``, or ``46``, which is the newest set's."""

    number: str
    set_code: str | None = None

    @classmethod
    def parse(cls, text: str) -> "PledgeRef":
        found = _IN_SET.fullmatch(text)
        set_code, number = found.groups() if found else (None, text)
        return cls(plain_number(number), set_code)


def plain_number(number: str) -> str:
    """The number without leading zeros: 55 and 055 are one."""
    return _LEADING_ZEROS.sub("", number, count=1) if number[:1] == "0" else number


def pledge_id(set_code: str, number: str) -> str:
    return f"{set_code}-{number}"
