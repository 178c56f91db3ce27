import pytest

from web.catalogue import extract
from web.wording import DOMAIN, FOLDER


def test_the_template_holds_what_code_and_templates_say() -> None:
    written = (FOLDER / f"{DOMAIN}.pot").read_text(encoding="utf-8")
    assert written == extract(), "run: python -m web.catalogue"


@pytest.mark.slow
def test_sentences_of_templates_code_and_formats_are_found() -> None:
    template = extract()
    assert 'msgid "Newest testimonies"' in template
    assert 'msgid_plural "%(count)s testimonies speak of %(words)s"' in template
    assert "archive/formats/citation.py" in template
