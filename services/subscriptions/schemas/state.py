"""The newest events of all aggregates as lines of JSON, as rows, and as columns (Parquet)."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from chassis.web.render.table import Cell, Column
from services.subscriptions.domain.feed import FeedEvent, FeedHead

NDJSON: Final = "application/x-ndjson"
PARQUET: Final = "application/vnd.apache.parquet"
NAME: Final = "state"
COLUMNS: Final = (
    Column("service", "Service", "Which service published the event"),
    Column("subject", "Aggregate", "The aggregate that the event tells the state of"),
    Column("type", "Type", "Type of the event"),
    Column("id", "Event", "Id of the event"),
    Column("time", "Moment", "The moment that the event is of, in UTC"),
    Column("generation", "Generation", "Generation of the database that published it", is_number=True),
    Column("aggregateversion", "Version", "Version of the aggregate, which counts its events", is_number=True),
    Column("position", "Position", "Position of the event in the feed", is_number=True),
    Column("area", "Area", "Area that the aggregate is of, where it is of one"),
    Column("event", "Event as JSON", "The whole event, as it was published"),
)


def json_lines(events: Sequence[FeedEvent]) -> bytes:
    """A line for each event; a line end within JSON is a blank."""
    return b"".join(event.body.replace(b"\n", b" ").replace(b"\r", b" ") + b"\n" for event in events)


def row_of(event: FeedEvent) -> Sequence[Cell]:
    told = (event.service, event.subject, event.type, event.event_id, event.time)
    order = (event.generation, event.version, event.position)
    return (*told, *order, event.area, event.body.decode())


def load_parquet() -> Any:
    """The library: it takes a third of a second and some 50 MB to load, so only who asks for Parquet loads it."""
    from pyarrow import parquet  # noqa: PLC0415

    return parquet


class ParquetPages:
    """Writes events as one Parquet file, a row group for each page, to whatever takes bytes as they come.

    Its columns are those of the CSV, with numbers as integers and the moment in microseconds of UTC. Memory holds one
    row group.
    """

    def __init__(self, sink: Callable[[bytes], None]) -> None:
        import pyarrow as pa  # noqa: PLC0415

        self._arrow: Any = pa
        self._schema = pa.schema([(each.name, _type_of(pa, each)) for each in COLUMNS])
        self._file: Any = pa.PythonFile(_Written(sink), mode="w")
        self._writer: Any = load_parquet().ParquetWriter(self._file, self._schema, compression="zstd")

    def write(self, events: Sequence[FeedEvent]) -> None:
        """Add a row group."""
        columns = zip(*map(row_of, events), strict=True)
        arrays = [self._arrow.array(values, each.type) for values, each in zip(columns, self._schema, strict=True)]
        self._writer.write_batch(self._arrow.record_batch(arrays, schema=self._schema))

    def close(self) -> None:
        """Write what a Parquet file ends with."""
        self._writer.close()
        self._file.close()


def _type_of(arrow: Any, column: Column) -> Any:
    if column.is_number:
        return arrow.int64()
    return arrow.timestamp("us", tz="UTC") if column.name == "time" else arrow.string()


class _Written:
    """A file that hands on what is written to it, and can do nothing else."""

    closed = False

    def __init__(self, sink: Callable[[bytes], None]) -> None:
        self._sink = sink

    def write(self, content: bytes) -> int:
        self._sink(bytes(content))
        return len(content)

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def flush(self) -> None:
        """Everything was handed on."""

    def close(self) -> None:
        self.closed = True


def headers_of(head: FeedHead) -> dict[str, str]:
    """What the state is as of: with this the feed is followed on."""
    found = {"feed-position": str(head.last_position), "cache-control": "private, no-store"}
    return found | ({"last-event-id": head.last_event_id} if head.last_event_id else {})
