"""The sentences of the interface in one language, through gettext; English is what stands in the code.

A catalogue is `locale/<tag>/LC_MESSAGES/messages.po`, compiled beside it (docs say how to add one). Which
one a reader gets, the Accept-Language header says.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path

from babel import Locale, UnknownLocaleError, negotiate_locale

DOMAIN = "messages"
ENGLISH = "en"
FOLDER = Path(__file__).parent / "locale"

# Babel's plain "en" is American; days are written "4 May 1996" in international English.
_FORMATS = {"en": "en_001"}


@dataclass(frozen=True, slots=True)
class Wording:
    """One language of the interface: its gettext functions, and the locale that formats dates and numbers."""

    language: str
    """BCP 47."""
    locale: Locale
    gettext: Callable[[str], str]
    ngettext: Callable[[str, str, int], str]

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return str(self.locale.text_direction)


@cache
def english() -> Wording:
    """What stands in the code, for what is English in every language of the interface."""
    return _wording(ENGLISH, NullTranslations())


def load_wordings(folder: Path = FOLDER) -> dict[str, Wording]:
    """Every language of which there is a compiled catalogue, by tag, English first."""
    wordings = {ENGLISH: english()}
    for catalogue in sorted(folder.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")):
        name = catalogue.parent.parent.name
        wordings[name.replace("_", "-")] = _wording(name, translation(DOMAIN, folder, [name]))
    return wordings


def choose_wording(wordings: dict[str, Wording], accept_language: str) -> Wording:
    """The wording that suits a reader best; English where none does."""
    preferred = [tag.replace("-", "_") for tag in _by_preference(accept_language)]
    found = negotiate_locale(preferred, [tag.replace("-", "_") for tag in wordings])
    return wordings[found.replace("_", "-")] if found else wordings["en"]


def _wording(name: str, catalogue: NullTranslations) -> Wording:
    try:
        locale = Locale.parse(_FORMATS.get(name, name))
    except UnknownLocaleError:
        locale = Locale.parse(_FORMATS["en"])
    return Wording(name.replace("_", "-"), locale, catalogue.gettext, catalogue.ngettext)


def _by_preference(accept_language: str) -> list[str]:
    """Tags of an Accept-Language header, the preferred first; what cannot be read is passed over."""
    weighted = []
    for part in accept_language.split(",")[:20]:
        tag, _, parameter = part.strip().partition(";")
        quality = parameter.strip().removeprefix("q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        if weight > 0 and tag.strip().replace("-", "").isalnum():
            weighted.append((-weight, tag.strip()))
    return [tag for _, tag in sorted(weighted, key=lambda pair: pair[0])]
