"""Outcomes and system performance objectives, with the indicators that show how they go."""

from dataclasses import dataclass
from enum import StrEnum


class ObjectiveKind(StrEnum):
    OUTCOME = "outcome"
    OBJECTIVE = "objective"
    """A system performance objective."""


@dataclass(frozen=True, slots=True)
class Objective:
    code: str
    title: str
    indicators: tuple[str, ...]
