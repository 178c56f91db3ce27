"""Text files from outside, read whole: bounded in size, decoded without guessing."""

import codecs
from pathlib import Path

from archive.errors import MetadataError

_MARKS = (
    # UTF-32's little-endian mark begins with UTF-16's, so it is looked for first.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def read_text(path: Path, limit: int) -> str:
    """The text of `path`: UTF-8, or what its byte order mark says (the mark is left out).

    Raises MetadataError where the file cannot be read, is longer than `limit` bytes, or is not such text.
    """
    return decode(read_bytes(path, limit), path)


def read_bytes(path: Path, limit: int) -> bytes:
    """A file as it is. Raises MetadataError where it cannot be read or is longer than `limit` bytes."""
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise MetadataError(path, "", f"expected a file that can be read: {error.strerror}") from error
    if len(content) > limit:
        raise MetadataError(path, "", f"expected at most {limit // 1_048_576} MiB of text")
    return content


def decode(content: bytes, file: Path | str) -> str:
    """The text of a file's content. Raises MetadataError where it is none: an encoding is never guessed,
    since a wrong guess would write wrong letters into names."""
    mark, encoding = next(((m, e) for m, e in _MARKS if content.startswith(m)), (b"", "utf-8"))
    content = content.removeprefix(mark)
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        sentence = f"expected text in UTF-8; line {line} is not: save the file again as UTF-8"
        raise MetadataError(file, "", sentence) from error
