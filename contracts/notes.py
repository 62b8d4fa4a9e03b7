"""Where the sources of a figure contradict each other: both figures, the one in use and why."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from contracts.reasons import NotBlank, Reason

Phrase = Annotated[str, Field(min_length=1, max_length=300), NotBlank]


@dataclass(frozen=True, slots=True)
class SourcedFigure:
    """A figure as its source prints it, and which source that is."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    figure: Phrase
    source: Phrase


@dataclass(frozen=True, slots=True)
class SourceNote:
    """A note on a resource whose sources disagree. Nothing is mended: every figure stays readable beside that in use.

    A plain value, for domain state and bodies alike (``notes: tuple[SourceNote, ...] = ()``).
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    topic: Phrase
    figures: Annotated[tuple[SourcedFigure, ...], Field(min_length=1, max_length=10)]
    used: Phrase
    why: Reason

    def __str__(self) -> str:
        both = " against ".join(f"{one.figure} ({one.source})" for one in self.figures)
        return f"{self.topic}: {both}; used: {self.used}, because {self.why}"
