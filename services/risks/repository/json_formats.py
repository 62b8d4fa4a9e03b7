"""What JSON columns hold, by format. Whatever was ever stored can be read; only the newest format is written.

Format 0, without a number, is that of version 0.1: lists, and ratings as the bodies of its API.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from contracts.breakdown import Breakdown
from contracts.notes import SourcedFigure, SourceNote
from contracts.period import Period
from contracts.risks import Band
from services.risks.domain.acceptances import LinkThen, TakenOn
from services.risks.domain.links import IndicatorLink, LinkKey, SeriesKey
from services.risks.domain.losses import LossBand
from services.risks.domain.matrix import BandedRating, Matrix, Rating
from services.risks.domain.rating import Kind, Mode, Override, RatingInputs
from services.risks.domain.records import IndicatorVersion, RatedBy
from services.risks.domain.register import Action, Assurance
from services.risks.domain.severity import Provisional, Signal

FORMAT = 1
READABLE = frozenset({0, FORMAT})

Json = Any


class UnknownFormatError(ValueError):
    """Something newer than this program wrote what is stored."""


def _checked(stored: Json) -> Json:
    found = stored.get("format", 0) if isinstance(stored, Mapping) else 0
    if found not in READABLE:
        raise UnknownFormatError(f"format {found} is not known here; known: {sorted(READABLE)}")
    return stored


def write_items(items: Sequence[Any]) -> Json:
    return {"format": FORMAT, "items": list(items)}


def read_items(stored: Json) -> list[Any]:
    found: list[Any] = stored if isinstance(stored, list) else _checked(stored)["items"]
    return found


def write_rating(given: BandedRating) -> Json:
    rating = given.rating
    return {"format": FORMAT, "impact": rating.impact, "likelihood": rating.likelihood, "band": given.band.value}


def read_rating(stored: Json) -> BandedRating:
    _checked(stored)
    return BandedRating(Rating(stored["impact"], stored["likelihood"]), Band(stored["band"]))


def write_taken_on(given: TakenOn) -> Json:
    return {"format": FORMAT, **asdict(given)}


def read_taken_on(stored: Json) -> TakenOn:
    _checked(stored)
    links = tuple(LinkThen(one["subject"], one["signal"], one["severity"]) for one in stored["links"])
    return TakenOn(stored["version"], Rating(**stored["assessed"]), Rating(**stored["indicated"]), links)


def write_assurances(assurances: Sequence[Assurance]) -> Json:
    return write_items(
        [
            {
                "source": one.source,
                "line": one.line,
                "opinion": one.opinion,
                "date": one.date.isoformat() if one.date else None,
            }
            for one in assurances
        ]
    )


def read_assurances(stored: Json) -> tuple[Assurance, ...]:
    return tuple(Assurance(one["source"], one["line"], one["opinion"], _day(one["date"])) for one in read_items(stored))


def write_actions(actions: Sequence[Action]) -> Json:
    return write_items(
        [{"text": one.text, "owner": one.owner, "due": one.due.isoformat() if one.due else None} for one in actions]
    )


def read_actions(stored: Json) -> tuple[Action, ...]:
    return tuple(Action(one["text"], one["owner"], _day(one["due"])) for one in read_items(stored))


def write_notes(notes: Sequence[SourceNote]) -> Json | None:
    """Nothing where there are none, as before there were any."""
    return write_items([asdict(note) for note in notes]) if notes else None


def read_notes(stored: Json | None) -> tuple[SourceNote, ...]:
    return () if stored is None else tuple(_note(one) for one in read_items(stored))


def _note(stored: Json) -> SourceNote:
    figures = tuple(SourcedFigure(one["figure"], one["source"]) for one in stored["figures"])
    return SourceNote(stored["topic"], figures, stored["used"], stored["why"])


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def series_columns(series: SeriesKey) -> dict[str, str]:
    """A series as the columns, and the fields, that name it."""
    return {"indicator": series.indicator, "area": series.area, "breakdown": series.breakdown.text}


def write_versions(versions: Sequence[IndicatorVersion]) -> Json:
    return write_items(
        [
            {
                **series_columns(one.series),
                "generation": one.generation,
                "version": one.version,
            }
            for one in versions
        ]
    )


def read_versions(stored: Json) -> list[IndicatorVersion]:
    """Those of format 0 are of totals, and of the first generation."""
    return [
        IndicatorVersion(
            series=SeriesKey(one["indicator"], one["area"], Breakdown.parse(one.get("breakdown", ""))),
            generation=one.get("generation", 1),
            version=one["version"],
        )
        for one in read_items(stored)
    ]


def write_rated(rated: RatedBy) -> Json:
    """The matrix goes by its name, which is beside it."""
    inputs = rated.inputs
    given = {name: getattr(inputs, name) for name in ("kind", "mode", "target_likelihood")}
    cells = {name: _cell(getattr(inputs, name)) for name in ("assessed", "closed_with")}
    links = [_write_link(link) for link in rated.links]
    return {
        "format": FORMAT,
        **given,
        **cells,
        "override": _write_override(inputs.override),
        "links": links,
        "today": rated.today.isoformat(),
    }


def read_rated(stored: Json, matrix: Matrix) -> RatedBy:
    _checked(stored)
    assessed, closed = stored["assessed"], stored["closed_with"]
    inputs = RatingInputs(
        kind=Kind(stored["kind"]),
        mode=Mode(stored["mode"]),
        matrix=matrix,
        assessed=Rating(**assessed),
        target_likelihood=stored["target_likelihood"],
        override=_read_override(stored["override"]),
        closed_with=Rating(**closed) if closed else None,
    )
    return RatedBy(inputs, [_read_link(link) for link in stored["links"]], date.fromisoformat(stored["today"]))


def _cell(rating: Rating | None) -> Json | None:
    return asdict(rating) if rating else None


def _write_override(given: Override | None) -> Json | None:
    return given and {**asdict(given), "until": given.until.isoformat()}


def _read_override(stored: Json | None) -> Override | None:
    return stored and Override(
        Rating(**stored["rating"]), date.fromisoformat(stored["until"]), stored["reason"], stored["by"]
    )


_LINK_VALUES = ("group", "at", "now", "version", "event_id", "unconfirmed", "generation", "points")


def _write_link(link: IndicatorLink) -> Json:
    return {
        **series_columns(link.series),
        "signal": link.signal,
        "provisional": link.key.provisional,
        **{name: getattr(link, name) for name in _LINK_VALUES},
        "latest": str(link.latest) if link.latest else None,
        "snapshot_at": link.snapshot_at.isoformat() if link.snapshot_at else None,
    }


def _read_link(stored: Json) -> IndicatorLink:
    series = SeriesKey(stored["indicator"], stored["area"], Breakdown.parse(stored["breakdown"]))
    snapshot_at, latest = stored["snapshot_at"], stored["latest"]
    return IndicatorLink(
        key=LinkKey(series, Signal(stored["signal"]), Provisional(stored["provisional"])),
        **{name: stored[name] for name in _LINK_VALUES},
        latest=Period.parse(latest) if latest else None,
        snapshot_at=datetime.fromisoformat(snapshot_at) if snapshot_at else None,
    )


def write_losses(bands: Sequence[LossBand]) -> Json | None:
    """Nothing where there are none, as before there were any."""
    return (
        write_items([{name: str(value) for name, value in asdict(band).items()} for band in bands]) if bands else None
    )


def read_losses(stored: Json | None) -> tuple[LossBand, ...]:
    if stored is None:
        return ()
    decimals = ("chance", "low", "high")
    return tuple(
        LossBand(int(one["likelihood"]), *(Decimal(one[name]) for name in decimals)) for one in read_items(stored)
    )


def read_snapshot(stored: Json) -> list[IndicatorLink]:
    """The links of an assessment as they stood at that moment; those of format 0 are of totals."""
    return [
        IndicatorLink(
            key=LinkKey(
                SeriesKey(one["indicator"], one["area"], Breakdown.parse(one.get("breakdown", ""))),
                Signal(one["signal"]),
                Provisional(one.get("provisional", Provisional.IGNORE)),
            ),
            group=one["group"],
            at=one["severity"],
            now=one["severity"],
            version=one["version"],
            generation=one.get("generation", 1),
        )
        for one in read_items(stored)
    ]
