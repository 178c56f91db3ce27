from pathlib import Path

from web.assets import Assets


def test_the_address_changes_with_any_file(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a")
    before = Assets(tmp_path).address("a.css")
    assert before == f"/static/{Assets(tmp_path).version}/a.css"
    (tmp_path / "b.js").write_text("b")
    assert Assets(tmp_path).address("a.css") != before


def test_a_name_and_a_content_are_not_mixed_up(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder, name, content in ((one, "ab", "c"), (other, "a", "bc")):
        folder.mkdir()
        (folder / name).write_text(content)
    assert Assets(one).version != Assets(other).version
