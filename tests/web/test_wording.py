from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from web.wording import choose_wording, load_wordings

GERMAN = """
msgid ""
msgstr ""
"Language: de\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Search"
msgstr "Suche"

msgid "%(count)s testimony"
msgid_plural "%(count)s testimonies"
msgstr[0] "%(count)s Zeugnis"
msgstr[1] "%(count)s Zeugnisse"
"""


def install_german(folder: Path) -> Path:
    """A catalogue as a translator would leave it, compiled."""
    messages = folder / "de" / "LC_MESSAGES"
    messages.mkdir(parents=True)
    source = messages / "messages.po"
    source.write_text(GERMAN, encoding="utf-8")
    with source.open("rb") as read, (messages / "messages.mo").open("wb") as written:
        write_mo(written, read_po(read))
    return folder


def test_english_is_there_without_a_catalogue() -> None:
    wording = load_wordings()["en"]
    assert wording.gettext("Search") == "Search"
    assert wording.ngettext("one", "many", 2) == "many"
    assert wording.direction == "ltr"


def test_a_compiled_catalogue_is_a_language_of_the_interface(tmp_path: Path) -> None:
    german = load_wordings(install_german(tmp_path))["de"]
    assert german.gettext("Search") == "Suche"
    assert german.ngettext("%(count)s testimony", "%(count)s testimonies", 3) == "%(count)s Zeugnisse"


def test_the_reader_gets_the_language_preferred_most_of_those_there_are(tmp_path: Path) -> None:
    wordings = load_wordings(install_german(tmp_path))
    assert choose_wording(wordings, "fr;q=0.9, de-AT;q=0.8, en;q=0.5").language == "de"
    assert choose_wording(wordings, "en, de").language == "en"
    assert choose_wording(wordings, "de;q=0, fr").language == "en"


def test_a_header_that_makes_no_sense_gives_english() -> None:
    for header in ("", ";;;", "*", "de;q=x", "\x00", "x" * 10_000):
        assert choose_wording(load_wordings(), header).language == "en"
