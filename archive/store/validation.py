"""ocfl-py's own validator over one object: every error as a path in the object and a sentence.

Digests of content are left to `examination`, which reads each file once for all of them.
"""

import re
from pathlib import Path
from typing import Any

from archive.store import ocfl_library as ocfl
from archive.store.inventories import INVENTORY

_PLACES = ("content_path", "file", "filename", "dir", "entry", "version_dir", "inv_file", "path")
"""Parameters of ocfl-py's messages that name a place in the object, the most telling first."""


_OURS = frozenset({"E003a", "E003b", "E003c", "E006", "E007", "E024"})
"""What it says of declarations, and of folders that are empty (be it for a file that is missing from them):
`examination` looks at those itself, one by one."""


class _Log(ocfl.ValidationLogger):  # type: ignore[misc]  # ocfl-py has no types
    """Keeps every error with its parameters, which ocfl-py would melt into a sentence."""

    def __init__(self) -> None:
        super().__init__(log_warnings=False, log_errors=True)
        self.kept: list[tuple[str, str]] = []

    def log(self, code: str, is_error: bool, **args: Any) -> None:
        """As ocfl-py's, and keep where each error is. Warnings are passed over."""
        if code in _OURS:
            return
        before = len(self.messages)
        super().log(code, is_error, **args)
        for message in self.messages[before:]:
            sentence = re.sub(r"^\[\w+\] | \(see http\S+\)$", "", message)
            self.kept += [(path, f"{sentence} (OCFL {code})") for path in _paths(args)]


def validate(folder: Path) -> list[tuple[str, str]]:
    """What ocfl-py says against an object: (path within it, sentence), empty where it is valid."""
    log = _Log()
    validator = ocfl.Validator(check_digests=False, log=log)
    try:
        validator.validate_object(str(folder))
    except Exception as error:  # noqa: BLE001 - it breaks on inventories odd enough, and that is a finding
        log.kept.append((INVENTORY, f"ocfl-py cannot validate the object: {type(error).__name__}: {error}"))
    return log.kept


def _paths(args: dict[str, Any]) -> list[str]:
    if "extra_files" in args:
        return str(args["extra_files"]).split(", ")
    where = str(args.get("where", "root"))
    version = "" if where == "root" else f"{where}/"
    for name in _PLACES:
        if name in args:
            found = str(args[name]).strip("/")
            inside = name == "entry" and version  # of a version folder, named relative to it
            return [f"{version}{found}" if inside else found]
    return [f"{version}{INVENTORY}"]
