"""The forms in which a word is found: `exact`, without what makes no difference, and its stems.

Case, diacritics, Hebrew points, final letters, ligatures, apostrophes and gershayim make no difference; a
stem carries its language (`de:mutt`), since what looks alike in two languages is not the same word.
"""

import threading
import unicodedata
from functools import lru_cache

import regex
import Stemmer

LONGEST_FORM = 80
"""Code points of a word that count; engines keep no endless terms, and no word of a language is longer."""

REMEMBERED = 1 << 16
"""Words whose forms are remembered: the different words of some hundred hours of speech, some 30 MB."""

APOSTROPHES = "'’‘ʼ＇׳`´"
GERSHAYIM = '"״“”„‟'
"""What stands for gershayim between Hebrew letters, in what machines and hurried people write."""

# Base language -> Snowball algorithm. Snowball's Serbian turns Cyrillic into Latin letters and knows
# ijekavian forms, so it serves all of Serbo-Croatian. Hebrew, Ukrainian and others have no stemmer.
_ALGORITHMS = {
    "ar": "arabic", "bs": "serbian", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german",
    "el": "greek", "en": "english", "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque",
    "fa": "persian", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hr": "serbian",
    "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian",
    "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pl": "polish",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sh": "serbian", "sr": "serbian", "st": "sesotho",
    "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
_OLD_TAGS = {"iw": "he", "ji": "yi", "in": "id", "mo": "ro"}
_SHARED = {"bs": "sr", "hr": "sr", "sh": "sr", "nb": "no", "nn": "no"}
STEM_LANGUAGES = tuple(language for language in _ALGORITHMS if language not in _SHARED)
"""The languages that stems have."""

# Marks fall away where they are an ornament of the letter; in Indic and other scripts they are vowels.
_MARKS = regex.compile(r"(?<=[\p{Latin}\p{Greek}\p{Cyrillic}\p{Hebrew}\p{Arabic}])\p{Mn}+")
_POINTS = regex.compile(r"(?<=\p{Hebrew})\p{Mn}+")
# All that is no letter, mark or number; the modifier letters that serve as apostrophes; the Arabic tatweel.
_DROPPED = regex.compile(rf"[^\p{{L}}\p{{M}}\p{{N}}]+|[{APOSTROPHES}ـ]+")
_KEPT_APOSTROPHES = regex.compile(rf"[{APOSTROPHES}]")
_UNSEEN = regex.compile(r"[\p{Cf}.·]+")
_OTHER_DIGITS = regex.compile(r"[^\P{Nd}0-9]", regex.VERSION0)
# Letters that Unicode does not take apart; Yiddish digraphs; Hebrew letters that differ at the end of a word.
_LETTERS = str.maketrans(
    {
        "ł": "l", "đ": "d", "ð": "d", "ø": "o", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th",
        "װ": "וו", "ױ": "וי", "ײ": "יי", "ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ",
    }
)  # fmt: skip


@lru_cache(REMEMBERED)
def exact(word: str) -> str:
    """A word without what makes no difference: `Łódź` and `lodz` are both `lodz`. It has no white space, and
    is empty where the word has neither letter nor digit."""
    if word.isascii() and word.isalnum():
        return word.lower()[:LONGEST_FORM]
    # Apostrophes go first: NFKC turns an acute accent that serves as one into a space and a mark.
    form = unicodedata.normalize("NFKC", _DROPPED.sub("", word)).casefold()
    form = unicodedata.normalize("NFKD", form)
    # й and ў are letters of their own that everybody types; ё is not.
    form = form.replace("и\u0306", "й").replace("у\u0306", "ў")
    form = _MARKS.sub("", form).translate(_LETTERS)
    form = _OTHER_DIGITS.sub(_ascii_digit, form)
    return unicodedata.normalize("NFC", _DROPPED.sub("", form))[:LONGEST_FORM]


def _ascii_digit(digit: regex.Match[str]) -> str:
    # Where Python's Unicode is older than that of regex it may not know the digit; it then stays as it is.
    return str(unicodedata.decimal(digit.group(), digit.group()))


@lru_cache(REMEMBERED)
def stem(word: str, language: str) -> str | None:
    """The stem of a word in one of the languages that `stem_languages` returns; None where nothing is left.

    Stemmers tell endings by diacritics, so they get the word with them, and what they leave is folded: thus
    `ksiazki` meets `książka`. Yiddish is stemmed without points: with them one word has several stems.
    """
    if word.isascii() and word.isalnum():
        form = word.lower()[:LONGEST_FORM]
    else:
        form = _UNSEEN.sub("", _KEPT_APOSTROPHES.sub("'", word))
        form = unicodedata.normalize("NFKC", form).casefold()[:LONGEST_FORM]
        if language == "yi":
            form = _POINTS.sub("", unicodedata.normalize("NFKD", form))
        form = unicodedata.normalize("NFC", form)
    root = exact(_stemmer(_ALGORITHMS[language]).stemWord(form))
    return f"{language}:{root}" if root else None


@lru_cache(4096)
def stems(word: str) -> frozenset[str]:
    """The stems of a word whose language isn't known, in every language that has a stemmer.

    A token's stem carries its own language, so stems in languages that an archive doesn't hold find nothing.
    """
    return frozenset(root for language in STEM_LANGUAGES if (root := stem(word, language)))


@lru_cache(1024)
def stem_languages(*languages: str) -> tuple[str, ...]:
    """The distinct languages by which words of these languages (BCP 47 tags) are stemmed: `nb`, `nn` and `he`
    give `("no",)`, as the Norwegian languages share a stemmer and Hebrew has none."""
    bases = (language.replace("_", "-").split("-")[0].lower() for language in languages)
    known = (_OLD_TAGS.get(base, base) for base in bases)
    return tuple(dict.fromkeys(_SHARED.get(base, base) for base in known if base in _ALGORITHMS))


_own = threading.local()


def _stemmer(algorithm: str) -> "Stemmer.Stemmer":
    # A Stemmer must not be used by two threads at once; what it would remember, `stem` does.
    if not hasattr(_own, algorithm):
        setattr(_own, algorithm, Stemmer.Stemmer(algorithm, 0))
    return getattr(_own, algorithm)
