"""Bodies of pledge sets."""

from typing import Self

from pydantic import Field

from chassis.web.bodies import OutBody, StrictBody
from services.pledges.domain.sets import PledgeSet, PledgeSetView
from services.pledges.schemas.fields import Name


class PledgeSetIn(StrictBody):
    title: Name = Field(examples=["The council's hundred pledges of 2018"])
    size: int | None = Field(None, ge=1, le=9999, description="How many pledges were made", examples=[100])
    source: Name | None = Field(None, examples=["commissioning-intentions-2018-20 front sheet"])
    public: bool = Field(
        default=False, description="Whether its pledges are among the promises given out for anybody to read"
    )

    def to_domain(self, code: str) -> PledgeSet:
        return PledgeSet(code, self.title, self.size, self.source, self.public)


class PledgeSetOut(OutBody):
    """The promises of one administration."""

    code: str = Field(examples=["2018"])
    title: str
    size: int | None
    source: str | None
    public: bool = Field(description="Whether its pledges are among the promises given out for anybody to read")
    recorded: int = Field(description="How many of its pledges are here", examples=[10])
    newest: bool = Field(description="Whether a bare number in a path is a pledge of this set")

    @classmethod
    def of(cls, view: PledgeSetView) -> Self:
        found = view.pledge_set
        return cls(
            code=found.code,
            title=found.title,
            size=found.size,
            source=found.source,
            public=found.public,
            recorded=view.recorded,
            newest=view.newest,
        )
