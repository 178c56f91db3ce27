"""docker-compose.yml as an engine would understand it: anchors resolved, variables put in."""

import re
import secrets
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"

SECRETS = ("DATABASE_PASSWORD", "SEARCH_PASSWORD")
"""What a person has to give."""

OURS = ("schema", "site", "worker", "metrics")
"""The services that run our image."""

_VARIABLE = re.compile(r"\$(?:(\$)|\{(\w+)(?:(:?[-?])([^}]*))?\}|(\w+))")


class VariableMissing(Exception):
    """A variable that has to be given is not."""


@cache
def _given() -> Mapping[str, str]:
    return {name: secrets.token_hex(24) for name in SECRETS}


def given() -> dict[str, str]:
    """The least that a person gives: passwords of this run of the tests."""
    return dict(_given())


def interpolate(text: str, variables: Mapping[str, str]) -> str:
    """Put variables into a text, as the compose specification says (chapter "Interpolation")."""

    def value(found: re.Match[str]) -> str:
        dollar, name, operator, more, plain = found.groups()
        if dollar:
            return "$"
        held = variables.get(name or plain)
        if operator is None:
            return held or ""
        if held is not None and (held or not operator.startswith(":")):
            return held
        if operator.endswith("?"):
            raise VariableMissing(f"{name} {more}")
        return str(more)

    return _VARIABLE.sub(value, text)


def _filled(part: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(part, str):
        return interpolate(part, variables)
    if isinstance(part, list):
        return [_filled(each, variables) for each in part]
    if isinstance(part, dict):
        return {name: _filled(each, variables) for name, each in part.items()}
    return part


def compose(variables: Mapping[str, str]) -> dict[str, Any]:
    """The whole file, with `variables` put in. Raises VariableMissing."""
    loaded = _filled(yaml.safe_load(FILE.read_text(encoding="utf-8")), variables)
    return {name: part for name, part in loaded.items() if not name.startswith("x-")}


def services() -> dict[str, Any]:
    """The services, with the least given."""
    return dict(compose(given())["services"])


def mounts(service: Mapping[str, Any]) -> dict[str, tuple[str, bool]]:
    """Folder in the container -> the volume that lies there, and whether it may be written."""
    found = {}
    for each in service.get("volumes", ()):
        volume, folder, *options = each.split(":")
        found[folder] = (volume, options != ["ro"])
    return found
