"""Languages as BCP 47 tags: checked against the registry, and in one spelling."""

from typing import Annotated

import langcodes
from langcodes.tag_parser import LanguageTagError
from pydantic import BeforeValidator

from schemas.described import read_list, refusal

_EXPECTED = "expected a language tag (BCP 47) such as de, pl, yi or pt-BR"


def read_language(value: object) -> str:
    """The tag in its standard spelling: `ger` and `DE` are `de`, `iw` is `he`."""
    if not isinstance(value, str):
        raise refusal(_EXPECTED, value)
    tag = value.strip()
    standard = standard_tag(tag)
    if standard is None:
        meant = _tag_of_name(tag)
        raise refusal(f"{_EXPECTED}{f' (did you mean {meant}?)' if meant else ''}", value)
    if standard in ("und", "mul") or standard.startswith("x-"):
        raise refusal("expected the tag of each language, or no field where none is known", value)
    return standard


def standard_tag(tag: str) -> str | None:
    """`tag` in its standard spelling, or None where the registry does not know it."""
    if not tag.isascii() or not langcodes.tag_is_valid(tag):
        return None
    try:
        return str(langcodes.standardize_tag(tag))
    except LanguageTagError:
        return None


def same_language(one: str, other: str) -> bool:
    """Whether two tags name one language, whatever region or script they add."""
    return one.split("-")[0] == other.split("-")[0]


def _tag_of_name(name: str) -> str | None:
    if not name:
        return None
    try:
        return str(langcodes.find(name))
    except LookupError:
        return None


Language = Annotated[str, BeforeValidator(read_language)]
Languages = Annotated[tuple[Language, ...], BeforeValidator(read_list)]
