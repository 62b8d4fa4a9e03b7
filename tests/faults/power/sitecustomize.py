"""Python runs this before anything else where it is on the path: SQLite's files are on a disk that forgets."""

import forgetful_disk

forgetful_disk.install()
