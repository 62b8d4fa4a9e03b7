"""A process that writes rows with a setting of ``synchronous``, and says the number of each once it is committed."""

import sqlite3
import sys


def main() -> None:
    path, synchronous = sys.argv[1:]
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"PRAGMA synchronous={synchronous}")
    connection.execute("CREATE TABLE IF NOT EXISTS written (number INTEGER PRIMARY KEY, filler BLOB)")
    number = 0
    while True:
        number += 1
        connection.execute("INSERT INTO written VALUES (?, zeroblob(3000))", (number,))
        print(number, flush=True)  # noqa: T201  whoever reads it takes the row for saved


if __name__ == "__main__":
    main()
