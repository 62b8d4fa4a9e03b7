"""Files that are sent as the body of a call: taken as they come in, onto the disk, and read from there."""

import hashlib
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Final, cast

from starlette.types import Receive

_IN_MEMORY: Final = 1_048_576


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that has arrived whole; ``digest`` is its SHA-256. It is gone once the call is answered."""

    file: BinaryIO
    size: int
    digest: bytes

    def close(self) -> None:
        self.file.close()


async def receive_upload(receive: Receive) -> Upload:
    """The file of a body; its size is bounded further out."""
    file = cast("BinaryIO", SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115  the call closes it
    digest = hashlib.sha256()
    try:
        while True:
            message = await receive()
            part = message.get("body", b"")
            digest.update(part)
            file.write(part)
            if not message.get("more_body", False):
                break
    except BaseException:
        file.close()
        raise
    size = file.tell()
    file.seek(0)
    return Upload(file, size, digest.digest())
