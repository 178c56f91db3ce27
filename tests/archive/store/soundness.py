"""Whether an OCFL storage root is sound, in the eyes of ocfl-py's validator and in ours."""

from pathlib import Path

import ocfl

from archive.store.locks import is_held


def validate(root: Path) -> None:
    """Raise where the root or an object in it is invalid, or writers left something behind."""
    if not root.exists():
        return
    writing = root / "extensions" / "testimony-writing"
    left = list((writing / "builds").glob("*"))
    assert left == [], f"left behind: {left}"
    held = [lock for lock in (writing / "locks").glob("*") if is_held(lock)]
    assert held == [], f"still locked: {held}"
    validate_objects(root)


def validate_objects(root: Path) -> None:
    """Raise where the root or an object in it is invalid."""
    storage_root = ocfl.StorageRoot(root=str(root))
    assert storage_root.validate(log_warnings=False), storage_root.log
    assert storage_root.errors == []
    assert storage_root.good_objects == storage_root.num_objects


def object_folders(root: Path) -> list[Path]:
    """The folders of all objects."""
    return sorted(path.parent for path in root.rglob("0=ocfl_object_1.1"))
