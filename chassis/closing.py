"""Whether this process is about to end: what answers without an end of its own, such as a stream, then ends as well."""

_begun = False


def begin() -> None:
    """Say that the process takes no more calls."""
    global _begun  # noqa: PLW0603  it is one process's
    _begun = True


def has_begun() -> bool:
    return _begun
