"""The list of contradictions as ``docs/reference-data.md`` has it: ``python -m suite.load.documents`` prints it."""

from collections.abc import Iterable

from suite.load.contradictions import Contradiction, contradictions
from suite.load.dataset import read_reference


def contradictions_as_markdown(found: Iterable[Contradiction]) -> str:
    """A table of what, every figure with its source, the one used, and why."""
    return "\n".join(["| what | figures | used | because |", "|---|---|---|---|", *map(_row, found)])


def _row(contradiction: Contradiction) -> str:
    note = contradiction.note
    figures = "; ".join(f"{one.figure} ({one.source})" for one in note.figures)
    return f"| {note.topic} | {figures} | {note.used} | {note.why} |"


if __name__ == "__main__":
    print(contradictions_as_markdown(contradictions(read_reference())))
