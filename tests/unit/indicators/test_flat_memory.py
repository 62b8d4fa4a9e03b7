"""What reading a file of observations takes of memory does not grow with the file."""

import csv
import tracemalloc
from pathlib import Path

from chassis.tabular.sorting import SortedRows
from services.indicators.domain.importing.order import ImportOrder
from services.indicators.domain.importing.shipped import NATIVE
from services.indicators.service.survey import Counter, survey_file

FEW = 6_000


def peak(path: Path, rows: int) -> int:
    """Bytes at most, of what Python holds, from the first row read to the last one given back in order."""
    with path.open("w", encoding="utf-8", newline="") as file:
        written = csv.writer(file)
        written.writerow(("indicator", "area", "period", "value", "status"))
        for n in range(rows):
            written.writerow(("waits", f"A{n % 50:02d}", f"{1900 + n // 50 % 100}", f"{n % 90}.5", "final"))
    tracemalloc.start()
    try:
        with path.open("rb") as read, SortedRows() as rows_read:
            survey = survey_file(read, NATIVE, ImportOrder(path.name, "native"), rows_read, Counter(), {})
            given = sum(row.counts for batch in rows_read.batches(2000) for row in batch.rows)
        assert (survey.rows_read, given) == (rows, rows)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_five_times_the_rows_take_as_much_memory(tmp_path: Path):
    assert peak(tmp_path / "many.csv", 5 * FEW) < 1.2 * peak(tmp_path / "few.csv", FEW)
