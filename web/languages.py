"""Languages as people call them, and which way they are written."""

from functools import lru_cache

import langcodes
from langcodes.tag_parser import LanguageTagError

_RIGHT_TO_LEFT = frozenset({"Hebr", "Arab", "Syrc", "Thaa", "Nkoo", "Adlm", "Rohg", "Samr", "Mand"})


@lru_cache(maxsize=1024)
def language_name(tag: str, interface: str) -> str:
    """`German`, `Yiddish (Latin)`; the tag itself where nobody knows it."""
    try:
        return str(langcodes.get(tag).display_name(interface))
    except LanguageTagError:
        return tag


@lru_cache(maxsize=1024)
def direction(tag: str) -> str:
    """`rtl` or `ltr`, by the script that the language is written in here (`yi-Latn` runs left to right)."""
    try:
        script = langcodes.get(tag).maximize().script
    except LanguageTagError:
        return "ltr"
    return "rtl" if script in _RIGHT_TO_LEFT else "ltr"
