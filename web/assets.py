"""Style sheets and scripts: their files, and addresses that change when any of them does, so that browsers
may keep them for ever."""

import hashlib
from pathlib import Path

FOLDER = Path(__file__).parent / "static"
MOUNT = "/static"


class Assets:
    """The static files as they were when the site was started."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder
        self.version = _digest(folder)

    @property
    def prefix(self) -> str:
        """Where they are served. The version stands in the path and not behind it, since scripts import one
        another by relative addresses."""
        return f"{MOUNT}/{self.version}"

    def address(self, path: str) -> str:
        """The address of one file, `css/base.css`."""
        return f"{self.prefix}/{path}"


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:12]
