import pytest

from web.languages import direction, language_name


@pytest.mark.parametrize(
    ("tag", "name"),
    [("de", "German"), ("yi", "Yiddish"), ("yi-Latn", "Yiddish (Latin)"), ("not a tag", "not a tag")],
)
def test_names(tag: str, name: str) -> None:
    assert language_name(tag, "en") == name


@pytest.mark.parametrize(
    ("tag", "runs"),
    [("he", "rtl"), ("yi", "rtl"), ("yi-Latn", "ltr"), ("ar", "rtl"), ("pl", "ltr"), ("not a tag", "ltr")],
)
def test_direction_is_that_of_the_script(tag: str, runs: str) -> None:
    assert direction(tag) == runs
