"""What changed, for people: line by line, what was and what is."""

from collections.abc import Iterator, Sequence
from typing import Any

from schemas.cells import record_lines
from schemas.columns import write_value
from schemas.described import printable
from schemas.metadata import TestimonyMetadata

_SHORT = 60


def differences(field: str, before: Any, after: Any, effects: Sequence[str] = ()) -> Iterator[str]:
    """The lines that tell of one field which became another."""
    old, new = _lines(field, before), _lines(field, after)
    told = f"{field} ({', '.join(effects)})" if effects else field
    if len(old) <= 1 and len(new) <= 1 and all(len(line) <= _SHORT for line in (*old, *new)):
        yield f"{told}: {_shown(old)} \N{RIGHTWARDS ARROW} {_shown(new)}"
        return
    yield told
    went, came = [line for line in old if line not in new], [line for line in new if line not in old]
    if not went and not came:  # the same in another order, or more than once
        went, came = old, new
    for sign, lines in (("-", went), ("+", came)):
        for line in lines:
            yield f"  {sign} {printable(line, len(line))}"


def _shown(lines: Sequence[str]) -> str:
    return printable(lines[0], _SHORT) if lines else "(nothing)"


def _lines(field: str, value: Any) -> list[str]:
    if field == "access":
        return [_statement(each) for each in value or ()]
    if isinstance(value, list) and field in TestimonyMetadata.model_fields:
        lines: list[str] = []
        for each in value:
            lines += record_lines(write_value(field, [each])) if isinstance(each, dict) else [str(each)]
        return lines
    return [] if value is None else str(value).splitlines()


def _statement(said: dict[str, Any]) -> str:
    if "about" in said:  # a description cannot say it: it is on a chapter, say
        more = [f"{name}: {value}" for name, value in said.items() if name not in ("about", "level")]
        return "; ".join([f"{said['about']}: {said['level']}", *more])
    return write_value("access", [said])
