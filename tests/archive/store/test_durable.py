from pathlib import Path

import pytest

from archive.store.durable import make_folder, move, remove_folder, write_new, write_over


def test_a_new_file_has_its_chunks_in_order_and_is_read_only(tmp_path: Path) -> None:
    write_new(tmp_path / "a", (part for part in (b"bread", b"", b" and ", b"butter")))
    assert (tmp_path / "a").read_bytes() == b"bread and butter"
    assert (tmp_path / "a").stat().st_mode & 0o222 == 0
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "a", [b"jam"])
    assert (tmp_path / "a").read_bytes() == b"bread and butter"


def test_writing_over_replaces_at_once(tmp_path: Path) -> None:
    write_over(tmp_path / "a", b"bread")
    with (tmp_path / "a").open("rb") as before:
        write_over(tmp_path / "a", b"butter")
        assert before.read() == b"bread"  # the old file, untouched
    assert (tmp_path / "a").read_bytes() == b"butter"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


def test_writing_over_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_over(tmp_path / "a", b"bread")

    def refuse(*_: object) -> None:
        raise OSError("no")

    monkeypatch.setattr("archive.store.durable.move", refuse)
    with pytest.raises(OSError, match="no"):
        write_over(tmp_path / "a", b"butter")
    assert (tmp_path / "a").read_bytes() == b"bread"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


def test_a_folder_moves_only_to_where_nothing_is(tmp_path: Path) -> None:
    for name in ("a", "b"):
        make_folder(tmp_path / name / "c")
        write_new(tmp_path / name / "c" / "d", [name.encode()])
    with pytest.raises(OSError, match="not empty"):
        move(tmp_path / "a", tmp_path / "b")
    move(tmp_path / "a", tmp_path / "e")
    assert (tmp_path / "e" / "c" / "d").read_bytes() == b"a"


def test_making_a_folder_twice_is_once(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b" / "c")
    make_folder(tmp_path / "a" / "b" / "c")
    assert (tmp_path / "a" / "b" / "c").is_dir()
    write_new(tmp_path / "f", [b"a file"])
    with pytest.raises(FileExistsError):
        make_folder(tmp_path / "f")


def test_removing_takes_read_only_files_and_what_is_gone_already(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b")
    write_new(tmp_path / "a" / "b" / "c", [b"x"])
    remove_folder(tmp_path / "a")
    assert not (tmp_path / "a").exists()
    remove_folder(tmp_path / "a")


def test_what_a_killed_writer_left_beside_a_file_goes_with_the_next_write(tmp_path: Path) -> None:
    (tmp_path / ".a.0123").write_bytes(b"bre")
    (tmp_path / ".b.0123").write_bytes(b"ja")
    write_over(tmp_path / "a", b"bread")
    assert {entry.name for entry in tmp_path.iterdir()} == {"a", ".b.0123"}
