"""What stands in one cell of a table: a text, several values, or several sets of fields (docs/manifest.md).

    places    Łódź | Poland
    people    interviewee: (published name); id: P-17; names: (name at birth) | (name later)
    access    restricted; recording: 2; start: 1m23s; reason: (why)

A backslash stands before a `|`, `;` or backslash, or a line's end, that belongs to the text.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args, get_origin

from schemas.described import Described, refusal

Value = str | list[str] | list[dict[str, Any]]
"""What a cell says: what a sidecar would."""

_TOKENS = re.compile(r"\\.|[^\\]|\\$", re.DOTALL)
_MARKED = re.compile(r"[\\;|\n\r]")
_FORMULA = r"=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20"
"""What a formula begins with; the last four are full-width, as East Asian keyboards have them."""


def harmless(cell: str) -> str:
    """`cell` as no spreadsheet takes it for a formula: an apostrophe goes before what looks like one.

    Before apostrophes that stand there already, too, so that `natural` gives every cell back as it was.
    """
    return f"'{cell}" if re.match(f"'*[{_FORMULA}]", cell) else cell


def natural(cell: str) -> str:
    """`cell` without the apostrophe that `harmless` puts before it."""
    return cell[1:] if re.match(f"'+[{_FORMULA}]", cell) else cell


def parts_of(annotation: Any) -> type[Described] | None:
    """The sets of fields that a field of this type holds several of, or None."""
    inner = get_args(annotation)[0] if is_several(annotation) else None
    return inner if isinstance(inner, type) and issubclass(inner, Described) else None


def is_several(annotation: Any) -> bool:
    """Whether a field of this type holds several values."""
    return get_origin(annotation) is tuple


def write_list(values: Sequence[str]) -> str:
    """Several values in one cell."""
    return " | ".join(_marked(value) for value in values)


def read_list_cell(cell: str) -> list[str]:
    """The values of a cell: between `|`, or one a line. Raises as `schemas.described.refusal` does."""
    texts = [part for line in _split(cell, "\n") for part in _split(line, "|")]
    return [_unmarked(text) for text in texts if text.strip()]


def write_records(records: Sequence[Mapping[str, Any]], part: type[Described]) -> str:
    """Sets of fields in one cell, one a line."""
    return "\n".join(write_record(record, part) for record in records)


def write_record(record: Mapping[str, Any], part: type[Described]) -> str:
    """One set of fields: what it is about first, the others by name."""
    first, second = _headline(part)
    headline = _marked(str(record.get(first, "")))
    if second and record.get(second):
        headline = f"{headline}: {_marked(str(record[second]))}"
    named = [name for name in part.field_names() if name not in (first, second)]
    written = [
        f"{name}: {write_list(value) if isinstance(value, list) else _marked(str(value))}"
        for name in named
        if (value := record.get(name)) not in (None, "", [])
    ]
    return "; ".join([headline, *written])


def read_records(cell: str, part: type[Described]) -> list[dict[str, Any]]:
    """The sets of fields of a cell, to be read by `part`. Raises as `schemas.described.refusal` does."""
    return [_read_record(line, part) for line in _split(cell, "\n") if line.strip()]


def record_lines(cell: str) -> list[str]:
    """The sets of fields of a cell, each as it is written."""
    return [line.strip() for line in _split(cell, "\n") if line.strip()]


def without(line: str, name: str) -> str:
    """A set of fields as it is written, but for the field of that name."""
    parts = [part.strip() for part in _split(line, ";")]
    return "; ".join(part for part in parts if part and _key(part.partition(":")[0]) != name)


def _headline(part: type[Described]) -> tuple[str, str | None]:
    """The field that needs no name, and the one that stands behind it after a colon, for people."""
    first = next(field.alias or name for name, field in part.model_fields.items() if field.is_required())
    return first, "published_name" if "published_name" in part.model_fields else None


def _read_record(line: str, part: type[Described]) -> dict[str, Any]:
    first, second = _headline(part)
    several = {
        field.alias or name for name, field in part.model_fields.items() if is_several(field.annotation)
    }
    record: dict[str, Any] = {}
    headline, *rest = _split(line, ";")
    if second:
        role, colon, name = headline.partition(":")
        if colon and _key(role) in part.field_names():
            rest = [headline, *rest]  # written with names throughout
        else:
            record[first] = _unmarked(role)
            record |= {second: _unmarked(name)} if name.strip() else {}
    else:
        record[first] = _unmarked(headline)
    for written in rest:
        if not written.strip():
            continue
        name, colon, value = written.partition(":")
        key = _key(name)
        if not colon:
            raise refusal(
                "expected the name of a field and a colon after each ; (within a text, \\; is a semicolon)",
                written.strip(),
            )
        if key in record:
            raise refusal(f"expected {key} once in a line", written.strip())
        record[key] = read_list_cell(value) if key in several else _unmarked(value)
    return record


def _key(name: str) -> str:
    return name.strip().casefold().replace(" ", "_").replace("-", "_")


def _marked(text: str) -> str:
    return _MARKED.sub(r"\\\g<0>", text)


def _unmarked(text: str) -> str:
    """A text without its backslashes."""
    said = []
    for token in _TOKENS.findall(text.strip()):
        if token in (";", "|"):
            raise refusal(
                f"expected \\{token} for a {token} that belongs to the text, and | between values", text
            )
        if token.startswith("\\") and not _MARKED.fullmatch(token[1:]):
            raise refusal("expected two backslashes where one belongs to the text", text)
        said.append(token[1:] if token.startswith("\\") else token)
    return "".join(said)


def _split(text: str, separator: str) -> list[str]:
    """`text` cut at each separator that no backslash stands before; the backslashes stay."""
    parts = [""]
    for token in _TOKENS.findall(text):
        if token == separator:
            parts.append("")
        else:
            parts[-1] += token
    return parts
