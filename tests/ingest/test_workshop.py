"""A worker's own folder, and what dead workers left."""

from pathlib import Path

from archive.store.locks import hold
from ingest.workshop import own_folder


def test_what_dead_workers_left_is_swept_and_the_living_are_left_alone(tmp_path: Path) -> None:
    for name in ("dead", "living"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "sound.s16").write_bytes(b"half")
    (tmp_path / "dead.lock").touch()
    (tmp_path / "died-early.lock").touch()
    with hold(tmp_path / "living.lock"):
        with own_folder(tmp_path) as folder:
            names = {folder.name, f"{folder.name}.lock", "living", "living.lock"}
            assert {path.name for path in tmp_path.iterdir()} == names
        assert {path.name for path in tmp_path.iterdir()} == {"living", "living.lock"}
