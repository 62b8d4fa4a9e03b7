"""Series by breakdown: symbols and marks, several frameworks, gaps, areas and scorecards with their history.

Every observation, target and series there is becomes one of the total. What was not recorded before (who defined an
area or a scorecard, and when) is recorded as known from ever, by nobody known.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from chassis.storage.types import ExactDecimal, JsonText, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FROM_EVER = {"actor": "unknown", "recorded_at": datetime(1900, 1, 1, tzinfo=UTC)}
CRUDE = ("percentage", "count", "rate_per_100000", "rate_per_10000")
NEW_OF_INDICATOR = (
    ("frameworks", JsonText),
    ("benchmark_method", sa.String(40)),
    ("own_method", sa.String(40)),
    ("calculation", sa.String(20)),
    ("rounded_to", sa.Integer()),
    ("dimensions", JsonText),
    ("gap", JsonText),
    ("gaps", JsonText),
    ("retired_on", sa.Date()),
    ("provenance", JsonText),
)
NEW_OF_OBSERVATION = (
    ("missing", sa.String(10)),
    ("marks", sa.String(20)),
    ("last_final", sa.Integer()),
    ("provenance", JsonText),
)
KEYS = {
    "series": ("indicator", "area"),
    "observation": ("indicator", "area", "period_end", "period_start", "revision"),
    "target": ("indicator", "area", "version"),
}


def upgrade() -> None:
    _give_series_breakdowns()
    _widen_observations()
    _widen_indicators()
    _give_areas_a_history()
    _give_scorecards_a_history()
    _add_projections()


def downgrade() -> None:
    op.drop_table("projection")
    _take_history_from_scorecards()
    _take_history_from_areas()
    _narrow_indicators()
    _narrow_observations()
    _take_breakdowns_from_series()


def _breakdown() -> sa.Column[Any]:
    return sa.Column("breakdown", sa.String(100), server_default="", nullable=False)


def _give_series_breakdowns() -> None:
    for table in ("observation", "target"):
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(f"fk_{table}_indicator_area", type_="foreignkey")
    for table, (indicator, area, *rest) in KEYS.items():
        with op.batch_alter_table(table) as batch:
            batch.add_column(_breakdown())
            batch.drop_constraint(f"pk_{table}", type_="primary")
            batch.create_primary_key(f"pk_{table}", [indicator, area, "breakdown", *rest])
    with op.batch_alter_table("target") as batch:
        named = ["indicator", "area", "breakdown"]
        batch.create_foreign_key("fk_target_indicator_area_breakdown", "series", named, named)


def _take_breakdowns_from_series() -> None:
    """Series of a breakdown go: there was no room for them."""
    with op.batch_alter_table("target") as batch:
        batch.drop_constraint("fk_target_indicator_area_breakdown", type_="foreignkey")
    for table, key in KEYS.items():
        op.execute(f"DELETE FROM {table} WHERE breakdown <> ''")  # noqa: S608  ours
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(f"pk_{table}", type_="primary")
            batch.drop_column("breakdown")
            batch.create_primary_key(f"pk_{table}", list(key))
    for table in ("observation", "target"):
        with op.batch_alter_table(table) as batch:
            named = ["indicator", "area"]
            batch.create_foreign_key(f"fk_{table}_indicator_area", "series", named, named)


LAST_FINAL = """
UPDATE observation SET last_final = (
    SELECT max(earlier.revision) FROM observation AS earlier
    WHERE earlier.indicator = observation.indicator AND earlier.area = observation.area
        AND earlier.breakdown = observation.breakdown AND earlier.period_end = observation.period_end
        AND earlier.period_start = observation.period_start AND earlier.revision <= observation.revision
        AND earlier.status = 'final'
)
"""


def _widen_observations() -> None:
    with op.batch_alter_table("observation") as batch:
        for name, kind in NEW_OF_OBSERVATION:
            batch.add_column(sa.Column(name, kind, nullable=True))
    op.execute(LAST_FINAL)


def _narrow_observations() -> None:
    op.execute("DELETE FROM observation WHERE missing IS NOT NULL")
    with op.batch_alter_table("observation") as batch:
        for name, _ in NEW_OF_OBSERVATION:
            batch.drop_column(name)


def _widen_indicators() -> None:
    with op.batch_alter_table("indicator_revision") as batch:
        batch.add_column(sa.Column("reason", sa.Text(), nullable=True))
    with op.batch_alter_table("indicator") as batch:
        for name, kind in NEW_OF_INDICATOR:
            batch.add_column(sa.Column(name, kind, nullable=True))
    op.create_table(
        "indicator_framework",
        sa.Column("framework", sa.String(40), nullable=False),
        sa.Column("indicator", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(["framework"], ["framework.code"], name="fk_indicator_framework_framework"),
        sa.ForeignKeyConstraint(["indicator"], ["indicator.code"], name="fk_indicator_framework_indicator"),
        sa.PrimaryKeyConstraint("framework", "indicator", name="pk_indicator_framework"),
    )
    op.execute(
        "INSERT INTO indicator_framework (framework, indicator) "
        "SELECT framework, code FROM indicator WHERE framework IS NOT NULL"
    )
    _fill_indicators()
    with op.batch_alter_table("indicator") as batch:
        batch.drop_constraint("fk_indicator_framework", type_="foreignkey")
        batch.drop_column("framework")
        for name, kind in NEW_OF_INDICATOR:
            if name in {"benchmark_method", "calculation", "rounded_to"}:
                batch.alter_column(name, existing_type=kind, nullable=False)


def _fill_indicators() -> None:
    table = _table(
        "indicator", "code", "unit", "framework", "benchmark_method", "calculation", "rounded_to", "frameworks"
    )
    framework = _table("framework", "code", "benchmark_method")
    connection = op.get_bind()
    found = connection.execute(sa.select(framework.c.code, framework.c.benchmark_method))
    methods = {row.code: row.benchmark_method for row in found}
    for code, unit, named in connection.execute(sa.select(table.c.code, table.c.unit, table.c.framework)).all():
        values = {
            "frameworks": {"format": 1, "codes": [named]} if named else None,
            "benchmark_method": methods.get(named, "fifteen_percent"),
            "calculation": "crude" if unit in CRUDE else "other",
            "rounded_to": 1,
        }
        connection.execute(sa.update(table).where(table.c.code == code).values(values))


def _narrow_indicators() -> None:
    with op.batch_alter_table("indicator") as batch:
        batch.add_column(sa.Column("framework", sa.String(40), nullable=True))
        batch.create_foreign_key("fk_indicator_framework", "framework", ["framework"], ["code"])
    op.execute(
        "UPDATE indicator SET framework = "
        "(SELECT min(f.framework) FROM indicator_framework AS f WHERE f.indicator = indicator.code)"
    )
    op.drop_table("indicator_framework")
    with op.batch_alter_table("indicator") as batch:
        for name, _ in NEW_OF_INDICATOR:
            batch.drop_column(name)
    with op.batch_alter_table("indicator_revision") as batch:
        batch.drop_column("reason")


def _give_areas_a_history() -> None:
    with op.batch_alter_table("area") as batch:
        batch.add_column(sa.Column("parents", JsonText, nullable=True))
        batch.add_column(sa.Column("successors", JsonText, nullable=True))
    history = _history("area")
    area = sa.table(
        "area", *(sa.column(name) for name in ("code", "name", "type")), *map(_day, ("valid_from", "valid_to"))
    )
    for row in op.get_bind().execute(sa.select(area)).mappings().all():
        dates = {name: row[name].isoformat() if row[name] else None for name in ("valid_from", "valid_to")}
        content = {"format": 1, **row, **dates, "parents": [], "successors": []}
        op.get_bind().execute(sa.insert(history).values(area=row["code"], revision=1, content=content, **FROM_EVER))


def _day(name: str) -> sa.ColumnClause[Any]:
    return sa.column(name, sa.Date())


def _take_history_from_areas() -> None:
    op.drop_table("area_revision")
    with op.batch_alter_table("area") as batch:
        batch.drop_column("parents")
        batch.drop_column("successors")


def _history(of: str) -> sa.Table:
    """The table of everything ``of`` ever was."""
    length = 20 if of == "area" else 80
    reason = [sa.Column("reason", sa.Text(), nullable=True)] if of == "area" else []
    return op.create_table(
        f"{of}_revision",
        sa.Column(of, sa.String(length), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", JsonText, nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        *reason,
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint([of], [f"{of}.code"], name=f"fk_{of}_revision_{of}"),
        sa.PrimaryKeyConstraint(of, "revision", name=f"pk_{of}_revision"),
    )


def _give_scorecards_a_history() -> None:
    history = _history("scorecard")
    scorecard = _table("scorecard", "code", "name", "area", "comparator")
    for row in op.get_bind().execute(sa.select(scorecard)).mappings().all():
        content = {"format": 1, **row, "sections": list(_sections(row["code"]))}
        op.get_bind().execute(
            sa.insert(history).values(scorecard=row["code"], revision=1, content=content, **FROM_EVER)
        )
    with op.batch_alter_table("scorecard_line") as batch:
        batch.drop_index("ix_scorecard_line_indicator")
    for table in ("scorecard_line", "scorecard_aim", "scorecard_section"):
        op.drop_table(table)


def _sections(scorecard: str) -> Iterator[dict[str, Any]]:
    lines = _parts(scorecard, "scorecard_line", "section", "aim", "line", "indicator")
    aims = _parts(scorecard, "scorecard_aim", "section", "aim", "name")
    for section, code, name in _parts(scorecard, "scorecard_section", "section", "code", "name"):
        found = [(aim, title) for at, aim, title in aims if at == section]
        yield {
            "code": code,
            "name": name,
            "aims": [
                {"name": title, "lines": [_line(i) for s, a, _, i in lines if (s, a) == (section, aim)]}
                for aim, title in found
            ],
        }


def _line(indicator: str) -> dict[str, Any]:
    return {"indicator": indicator, "breakdown": "", "provenance": None}


def _parts(scorecard: str, name: str, *columns: str) -> list[Any]:
    table = _table(name, "scorecard", *columns)
    wanted = [table.c[column] for column in columns]
    query = sa.select(*wanted).where(table.c.scorecard == scorecard).order_by(*wanted)
    return list(op.get_bind().execute(query).all())


def _take_history_from_scorecards() -> None:
    section, aim, line = _scorecard_tables()
    history = sa.table(
        "scorecard_revision", sa.column("scorecard"), sa.column("revision"), sa.column("content", JsonText)
    )
    newest = sa.select(history).order_by(history.c.scorecard, history.c.revision)
    definitions = {row.scorecard: row.content for row in op.get_bind().execute(newest)}
    for code, content in definitions.items():
        for s, each in enumerate(content["sections"], start=1):
            at = {"scorecard": code, "section": s}
            op.get_bind().execute(sa.insert(section).values(**at, code=each["code"], name=each["name"]))
            for a, found in enumerate(each["aims"], start=1):
                op.get_bind().execute(sa.insert(aim).values(**at, aim=a, name=found["name"]))
                for n, row in enumerate(found["lines"], start=1):
                    op.get_bind().execute(sa.insert(line).values(**at, aim=a, line=n, indicator=row["indicator"]))
    op.drop_table("scorecard_revision")


def _scorecard_tables() -> tuple[sa.Table, sa.Table, sa.Table]:
    def number(name: str) -> sa.Column[Any]:
        return sa.Column(name, sa.Integer(), autoincrement=False, nullable=False)

    def text(name: str, length: int) -> sa.Column[Any]:
        return sa.Column(name, sa.String(length), nullable=False)

    section = op.create_table(
        "scorecard_section",
        text("scorecard", 80),
        number("section"),
        text("code", 80),
        text("name", 300),
        sa.ForeignKeyConstraint(["scorecard"], ["scorecard.code"], name="fk_scorecard_section_scorecard"),
        sa.PrimaryKeyConstraint("scorecard", "section", name="pk_scorecard_section"),
    )
    aim = op.create_table(
        "scorecard_aim",
        text("scorecard", 80),
        number("section"),
        number("aim"),
        text("name", 300),
        sa.ForeignKeyConstraint(
            ["scorecard", "section"],
            ["scorecard_section.scorecard", "scorecard_section.section"],
            name="fk_scorecard_aim_scorecard_section",
        ),
        sa.PrimaryKeyConstraint("scorecard", "section", "aim", name="pk_scorecard_aim"),
    )
    line = op.create_table(
        "scorecard_line",
        text("scorecard", 80),
        number("section"),
        number("aim"),
        number("line"),
        text("indicator", 80),
        sa.ForeignKeyConstraint(["indicator"], ["indicator.code"], name="fk_scorecard_line_indicator"),
        sa.ForeignKeyConstraint(
            ["scorecard", "section", "aim"],
            ["scorecard_aim.scorecard", "scorecard_aim.section", "scorecard_aim.aim"],
            name="fk_scorecard_line_scorecard_section_aim",
        ),
        sa.PrimaryKeyConstraint("scorecard", "section", "aim", "line", name="pk_scorecard_line"),
    )
    op.create_index("ix_scorecard_line_indicator", "scorecard_line", ["indicator"])
    return section, aim, line


def _add_projections() -> None:
    op.create_table(
        "projection",
        sa.Column("indicator", sa.String(80), nullable=False),
        sa.Column("area", sa.String(20), nullable=False),
        _breakdown(),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("period_kind", sa.String(30), nullable=False),
        sa.Column("value", ExactDecimal(), nullable=False),
        sa.Column("lower", ExactDecimal(), nullable=True),
        sa.Column("upper", ExactDecimal(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("provenance", JsonText, nullable=True),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["indicator"], ["indicator.code"], name="fk_projection_indicator"),
        sa.ForeignKeyConstraint(["area"], ["area.code"], name="fk_projection_area"),
        sa.PrimaryKeyConstraint(
            "indicator", "area", "breakdown", "name", "period_end", "period_start", "revision", name="pk_projection"
        ),
    )


def _table(name: str, *columns: str) -> sa.TableClause:
    kinds: dict[str, Any] = {"frameworks": JsonText, "content": JsonText, "rounded_to": sa.Integer()}
    return sa.table(name, *(sa.column(column, kinds.get(column, sa.String())) for column in columns))
