"""YAML and JSON as archivists write them, read to plain text, lists and mappings, and nothing else.

YAML's own ideas of types stay out: in it `no` (Norwegian) is False and 1996-05-04 a date object. Keys that
come twice are refused (both parsers silently keep the last), and so are tags; aliases are bounded.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from archive.errors import MetadataError
from schemas.described import Location, Problem

_MOST_VALUES = 200_000
_DEEPEST = 50
_TEXT_TAG = "tag:yaml.org,2002:str"
_PLAIN_TAGS = {_TEXT_TAG, "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}


@dataclass(frozen=True, slots=True)
class Written:
    """What a file says: texts, lists, mappings; None where nothing was written; true and false in JSON only.

    `lines` gives the line of each place, counted from 1 (empty for JSON, whose parser tells none).
    """

    data: Any
    lines: Mapping[Location, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def read_yaml(text: str, file: Path) -> Written:
    """A YAML document; every scalar stays the text that was written. Raises MetadataError if it is none."""
    try:
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f" in line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        hint = "; text with a colon in it needs quotes" if "mapping values" in str(error.problem) else ""
        raise MetadataError(
            file, "", f"expected YAML; it breaks off{where}: {error.problem}{hint}"
        ) from error
    except yaml.YAMLError as error:
        raise MetadataError(file, "", f"expected YAML: {str(error).splitlines()[0]}") from error
    except RecursionError as error:
        raise _too_deep(file) from error
    if node is None:
        return Written(None)
    reader = _NodeReader(file)
    data = reader.read(node, ())
    return Written(data, reader.lines, tuple(reader.problems))


def read_json(text: str, file: Path) -> Written:
    """A JSON document; numbers stay the text that was written. Raises MetadataError where it is none."""
    problems: list[Problem] = []

    def mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for name, value in pairs:
            if name in fields:
                problems.append(Problem((name,), "expected each field once, found it twice"))
            fields[name] = value
        return fields

    try:
        data = json.loads(text, object_pairs_hook=mapping, parse_int=str, parse_float=str, parse_constant=str)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise MetadataError(file, "", f"expected JSON; it breaks off in {where}: {error.msg}") from error
    except RecursionError as error:
        raise _too_deep(file) from error
    if _is_deep(data):
        raise _too_deep(file)
    return Written(data, problems=tuple(problems))


def _is_deep(data: Any) -> bool:
    """Whether there are more levels than we take; Python's own limit differs between its versions."""
    level = [data]
    for _ in range(_DEEPEST):
        inner: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                inner += value.values()
            elif isinstance(value, list):
                inner += value
        level = inner
    return any(isinstance(value, dict | list) for value in level)


def _too_deep(file: Path) -> MetadataError:
    return MetadataError(file, "", f"expected at most {_DEEPEST} levels within each other")


class _NodeReader:
    """Turns YAML's nodes into plain values, keeping lines and collecting what it refuses."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.lines: dict[Location, int] = {}
        self.problems: list[Problem] = []

    def read(self, node: yaml.Node, location: Location) -> Any:
        # An alias is a node met again, so a few lines can stand for billions of values, or for themselves.
        if len(self.lines) > _MOST_VALUES:
            raise MetadataError(self.file, "", f"expected at most {_MOST_VALUES} values, aliases followed")
        if len(location) > _DEEPEST:
            raise MetadataError(self.file, "", f"expected at most {_DEEPEST} levels within each other")
        self.lines[location] = node.start_mark.line + 1
        if node.tag not in _PLAIN_TAGS:
            self.problems.append(Problem(location, f"expected a value without a tag, found '{node.tag}'"))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, location)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(each, (*location, place)) for place, each in enumerate(node.value)]
        quoted = isinstance(node, yaml.ScalarNode) and bool(node.style)
        return node.value if quoted or node.value not in ("", "~", "null") else None

    def _mapping(self, node: yaml.MappingNode, location: Location) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.problems.append(Problem(location, "expected names of fields, found a list or fields"))
                continue
            name = str(key.value)
            if name in fields:
                line = key.start_mark.line + 1
                self.problems.append(
                    Problem((*location, name), f"expected each field once, found it again in line {line}")
                )
                continue
            fields[name] = self.read(value, (*location, name))
            self.lines[(*location, name)] = key.start_mark.line + 1
        return fields
