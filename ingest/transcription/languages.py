"""Whisper's names for languages and ours (BCP 47)."""

from collections.abc import Collection

import langcodes

from archive.errors import LanguageUnknown

_TO_TAG = {"jw": "jv", "iw": "he"}
"""Whisper's codes that are no longer, or never were, the language's."""
_HEARD_AS = {"nb": "no", "fil": "tl"}
"""Languages that Whisper knows under another one's code."""


def to_tag(code: str) -> str:
    """The BCP 47 tag for a language as an engine names it."""
    return _TO_TAG.get(code, code)


def from_tag(tag: str, codes: Collection[str]) -> str:
    """The engine's code, one of `codes`, for a BCP 47 tag: of `de-AT` the language is heard, not the country.

    Raises LanguageUnknown for a language that the engine cannot hear.
    """
    by_tag = {to_tag(code): code for code in codes}
    try:
        asked = langcodes.Language.get(tag)
    except ValueError as error:
        raise LanguageUnknown(f"{tag!r} is not a language tag (BCP 47)") from error
    language, wider = asked.language or "", asked.prefer_macrolanguage().language or ""
    for name in (tag, language, _HEARD_AS.get(language, ""), wider):
        if name in by_tag:
            return by_tag[name]
    raise LanguageUnknown(
        f"the recognition model does not hear the language {tag!r}; it hears {', '.join(sorted(by_tag))}"
    )
