"""What a batch writes, kept until the batch ends: in memory while it is little, else in a file that nobody
else sees.
"""

import json
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Any

_IN_MEMORY = 16_000_000
"""Bytes that are kept in memory."""

_TOGETHER = 4_000_000
"""Bytes of one request, about: Elasticsearch advises some MB and refuses more than 100."""

Operation = tuple[bytes, bytes | None]
"""Lines of the bulk interface: what to do with which document, and the document where there is one."""


class Spool:
    """Operations in the order in which they came. To be closed."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed by `close`

    def put(self, document_id: str, document: dict[str, Any]) -> None:
        """Write a document, in the place of any of the same id."""
        self._line({"index": {"_id": document_id}})
        self._line(document)

    def delete(self, document_id: str) -> None:
        """Delete a document; one that is not there is no error."""
        self._line({"delete": {"_id": document_id}})

    def requests(self) -> Iterator[list[Operation]]:
        """All of it, in the pieces in which it is sent."""
        self._file.seek(0)
        together: list[Operation] = []
        size = 0
        for line in self._file:
            document = self._file.readline() if line.startswith(b'{"index"') else None
            together.append((line, document))
            size += len(line) + len(document or b"")
            if size > _TOGETHER:
                yield together
                together, size = [], 0
        if together:
            yield together

    def close(self) -> None:
        """Forget it."""
        self._file.close()

    def _line(self, value: dict[str, Any]) -> None:
        self._file.write(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
