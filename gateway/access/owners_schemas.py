"""The bodies and the table of what names nobody as its owner."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Self

from pydantic import ConfigDict, Field

from chassis.web.bodies import OutBody
from chassis.web.render.table import Column, Note, Table
from gateway.access.owners import Unowned, UnownedMention

_WHY: Final = {
    Unowned.NOBODY: "nothing is said",
    Unowned.UNKNOWN: "neither a person nor a post has that name",
    Unowned.VACANT: "nobody holds that post on the business date",
    Unowned.LEFT: "that person is not with the council on the business date",
}
_COLUMNS: Final = (
    Column("service", "Service", "Service that has it"),
    Column("kind", "Kind", "What it is, such as a risk or an indicator"),
    Column("code", "Code", "Its code or reference"),
    Column("title", "Title", "What it is called"),
    Column("field", "Field", "Where its owner is said, in the answer of the API"),
    Column("text", "Owner as printed", "What is said there; empty where nothing is"),
    Column("why", "Why", "Why that is nobody"),
)


class UnownedOut(OutBody):
    """Something that names nobody as its owner, though its text may be there."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "service": "risks",
                    "kind": "risk",
                    "code": "OCC4",
                    "title": "Demand is higher than planned",
                    "field": "owner",
                    "text": "Head of Commissioning",
                    "why": "vacant",
                }
            ]
        }
    )

    service: str = Field(description="Service that has it")
    kind: str = Field(description="What it is, such as `risk`, `indicator`, `pledge` or `key`")
    code: str = Field(description="Its code or reference, as in paths")
    title: str = Field(description="What it is called")
    field: str = Field(description="Where its owner is said, in the answer of the API")
    text: str | None = Field(description="What is said there, as printed; null where nothing is")
    why: Unowned = Field(
        description="Why that is nobody: `nobody` (nothing is said), `unknown` (neither person nor post), `vacant` (a "
        "post that nobody holds on the business date), `left` (a person who is not with the council on that date)"
    )

    @classmethod
    def of(cls, found: UnownedMention) -> Self:
        same = ("service", "kind", "code", "title", "field", "text")
        return cls(**{name: getattr(found.mention, name) for name in same}, why=found.why)


def unowned_table(found: Sequence[UnownedMention], made_at: datetime) -> Table:
    """A row for each, in the order of the list."""
    said = ((each.mention, _WHY[each.why]) for each in found)
    return Table(
        name="unowned",
        title="What names nobody as its owner",
        about="Everything of the suite whose owner is neither a person nor a post that somebody holds.",
        columns=_COLUMNS,
        rows=[(one.service, one.kind, one.code, one.title, one.field, one.text, why) for one, why in said],
        made_at=made_at,
        notes=(Note("People and posts are those entered in the suite; texts stay as they were printed.", ("text",)),),
    )
