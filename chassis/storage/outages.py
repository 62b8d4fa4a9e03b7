"""What an error of a database means: it is away, it asks for another try, or it cannot keep what was sent."""

import errno
import sqlite3

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

_RETRYABLE = {"40001", "40P01"}  # serialization failure, deadlock


def is_outage(error: BaseException) -> bool:
    """Whether the database, not the work, is at fault: gone, full, busy or out of connections."""
    if isinstance(error, PoolTimeoutError | InterfaceError | OSError | TimeoutError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    code = getattr(error.orig, "sqlstate", None) or ""
    gone = code[:2] in {"08", "53", "57"} or code in {"58030", "25006"}
    return gone or error.connection_invalidated or (isinstance(error, OperationalError) and not code)


def is_full(error: BaseException) -> bool:
    """Whether there is no room left to write."""
    if isinstance(error, OSError):
        return error.errno in {errno.ENOSPC, errno.EDQUOT}
    cause = error.orig if isinstance(error, DBAPIError) else error
    return (
        getattr(cause, "sqlstate", None) == "53100" or getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    )


def is_unstorable(error: BaseException) -> bool:
    """Whether a text was sent that no database keeps: a NUL, or half of a surrogate pair."""
    if isinstance(error, UnicodeEncodeError):
        return True
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in {"22021", "22P05"}


def is_retryable(error: DBAPIError) -> bool:
    if getattr(error.orig, "sqlstate", None) in _RETRYABLE:
        return True
    return isinstance(error.orig, sqlite3.OperationalError) and "locked" in str(error.orig)
