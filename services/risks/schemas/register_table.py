"""The register as the table of a file: every field as printed, previous and current rating side by side."""

from collections.abc import Iterator
from datetime import datetime

from chassis.web.render.table import Cell, Column, Note, Row, Table, known_at
from services.risks.domain.history import RegisterLine, RegisterState
from services.risks.domain.matrix import BandedRating, Rating
from services.risks.domain.register import Action, Assurance
from services.risks.schemas.cells import write_items

DESCRIBED = (
    Column("ref", "Reference", "Reference of the risk in its register"),
    Column("register", "Register", "Code of the register"),
    Column("kind", "Kind", "Whether it is a threat or an opportunity"),
    Column("status", "Status", "Where the risk is in its life"),
    Column("category", "Category", "Category as the register has it; empty where it has none"),
    Column("title", "Risk", "The risk in one sentence"),
    Column("cause", "Cause", "What could bring the event about"),
    Column("event", "Event", "What could happen"),
    Column("consequence", "Consequence", "What would follow"),
    Column("department", "Department", "Department that the risk belongs to"),
    Column("outcome", "Corporate plan outcome", "Outcome of the corporate plan that is at risk"),
    Column("owner", "Owner", "Who answers for it"),
    Column("controls", "Controls", "What is in place, one a line"),
    Column("assurances", "Assurances", "Who confirms it, one a line: source | line of defence | opinion | day"),
    Column("inherent_impact", "Inherent impact", "Impact without any controls", is_number=True),
    Column("inherent_likelihood", "Inherent likelihood", "Likelihood without any controls", is_number=True),
)
PREVIOUS = (
    Column("previous_impact", "Previous impact", "Impact at the end of the quarter before", is_number=True),
    Column("previous_likelihood", "Previous likelihood", "Likelihood at the end of the quarter before", is_number=True),
    Column("previous_score", "Previous score", "Impact times likelihood then", is_number=True),
    Column("previous_band", "Previous RAG", "Colour at the end of the quarter before, in words"),
)
ASSESSED = (
    Column("assessed_impact", "Assessed impact", "Impact that the owner last judged", is_number=True),
    Column("assessed_likelihood", "Assessed likelihood", "Likelihood that the owner last judged", is_number=True),
)
CURRENT = (
    Column("current_impact", "Current impact", "Impact in effect", is_number=True),
    Column("current_likelihood", "Current likelihood", "Likelihood in effect", is_number=True),
    Column("current_score", "Current score", "Impact times likelihood in effect", is_number=True),
    Column("current_band", "RAG", "Colour of the rating in effect, in words"),
    Column("movement", "Movement", "Against the end of the quarter before"),
)
AIMED = (
    Column("actions", "Action plan", "What is still to be done, one a line: what | who | day"),
    Column("target_impact", "Target impact", "Impact that is aimed for", is_number=True),
    Column("target_likelihood", "Target likelihood", "Likelihood that is aimed for", is_number=True),
    Column("proximity", "Proximity", "When it may strike"),
    Column("appetite", "Appetite", "How much of this risk is accepted, in words"),
    Column("appetite_score", "Appetite score", "Highest score that is wanted in its category", is_number=True),
    Column("tolerance_score", "Tolerance score", "Highest score that is borne in its category", is_number=True),
    Column("appetite_status", "Against appetite", "Where the rating in effect is against these, in words"),
    Column("review_date", "Review date", "Day by which it is to be looked at again"),
    Column("mode", "Mode", "Whether indicators move it by themselves or propose"),
    Column("matrix", "Matrix", "Matrix that it is rated on, with its version"),
    Column("legacy_band", "Legacy RAG", "Colour of a risk that came without a score, until it is assessed"),
    Column("notes", "Notes", "Where the papers that it was drawn from contradict each other"),
)
COLUMNS = (*DESCRIBED, *PREVIOUS, *ASSESSED, *CURRENT, *AIMED)
_LIMITS = ("appetite_score", "tolerance_score", "appetite_status")
COMPUTED = frozenset({"previous_score", "previous_band", "notes", *_LIMITS, *(column.name for column in CURRENT)})
"""Columns that an import does not read: they follow from others, or cannot be written in a cell."""


def register_table(state: RegisterState, made_at: datetime) -> Table:
    """The lines by reference."""
    quarter = f" at the end of {state.at.quarter}" if state.at.quarter else ""
    recorded = known_at(state.at.as_of)
    return Table(
        name="register",
        title=f"Risk register{quarter}{recorded}",
        about=f"Risks with their ratings on {state.day.isoformat()}, movement against {state.compared_with.label}.",
        columns=COLUMNS,
        rows=[tuple(_row(line)) for line in state.lines],
        made_at=made_at,
        notes=(
            Note("A score is for order and display; nothing is clamped to fit a matrix."),
            Note("A risk that came with a colour only has no score until it is assessed."),
            Note("The CSV can be changed and sent back; links to indicators and decisions are not part of it."),
        ),
    )


def _row(line: RegisterLine) -> Iterator[Cell]:
    given = line.description
    yield from (line.ref, line.register, line.kind.value, line.status.value, given.category, given.title)
    yield from (given.cause, given.event, given.consequence, given.department, given.outcome, given.owner)
    yield write_items([(text,) for text in given.controls])
    yield write_items([_assurance(one) for one in given.assurances])
    yield from _cell(given.inherent)
    yield from _rating(line.previous)
    yield from _cell(line.assessed)
    yield from _rating(line.current)[:-1]
    yield from (line.band.value if line.band else None, line.movement.value if line.movement else None)
    yield write_items([_action(one) for one in given.actions])
    yield from _cell(given.target)
    yield from (given.proximity, given.appetite, *_limits(line), given.review_date, line.mode.value, line.matrix.name)
    yield line.legacy_band.value if line.legacy_band and line.assessed is None else None
    yield "; ".join(str(note) for note in given.notes) or None


def _limits(line: RegisterLine) -> Row:
    limits, status = line.limits, line.appetite_status
    return (limits.appetite, limits.tolerance, status and status.value) if limits else (None, None, None)


def _cell(rating: Rating | None) -> Row:
    return (rating.impact, rating.likelihood) if rating else (None, None)


def _rating(given: BandedRating | None) -> Row:
    if given is None:
        return (None, None, None, None)
    rating = given.rating
    return (rating.impact, rating.likelihood, rating.score, given.band.value)


def _assurance(one: Assurance) -> tuple[str | None, ...]:
    return (one.source, str(one.line) if one.line else None, one.opinion, one.date.isoformat() if one.date else None)


def _action(one: Action) -> tuple[str | None, ...]:
    return (one.text, one.owner, one.due.isoformat() if one.due else None)
