"""OCFL inventories: read with their sidecars, and continued by one version.

ocfl-py's classes know the format and judge it; this module knows what our store puts into it.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.store import Version
from archive.store import ocfl_library as ocfl
from archive.store.content import Digests

INVENTORY = "inventory.json"
SIDECAR = "inventory.json.sha512"

_VERSION_FOLDER = re.compile(r"v[1-9][0-9]*")


@dataclass(frozen=True, slots=True)
class Inventory:
    """An inventory as it was read or made, with the very bytes of its file."""

    content: bytes
    data: Any

    @property
    def object_id(self) -> str:
        """The object's id."""
        return str(self.data["id"])

    @property
    def number(self) -> int:
        """The newest version's number."""
        return int(self.data["head"][1:])

    @property
    def sidecar(self) -> bytes:
        """The content of the sidecar file."""
        return f"{hashlib.sha512(self.content).hexdigest()} {INVENTORY}\n".encode()

    @property
    def manifest(self) -> dict[str, list[str]]:
        """SHA-512 -> content paths within the object."""
        return dict(self.data["manifest"])

    def version(self) -> Version:
        """The newest version."""
        return self._version(self.data["head"])

    def versions(self) -> list[Version]:
        """All versions, the oldest first."""
        return sorted(map(self._version, self.data["versions"]), key=lambda version: version.number)

    def _version(self, name: str) -> Version:
        block = self.data["versions"][name]
        return Version(
            number=int(name[1:]),
            created=block["created"],
            message=block.get("message", ""),
            sha512={path: digest for digest, paths in block["state"].items() for path in paths},
        )

    def content_path(self, logical_path: str) -> str | None:
        """Where the newest version's file lies within the object, or None where it has no such file."""
        digest = self.version().sha512.get(logical_path)
        return None if digest is None else str(self.data["manifest"][digest][0])

    def continues(self, earlier: "Inventory") -> bool:
        """Whether this inventory holds all versions of an earlier one, unchanged."""
        return all(
            self.data["versions"].get(name) == version for name, version in earlier.data["versions"].items()
        )


def read(folder: Path) -> Inventory | None:
    """The inventory in an object's root or in one of its versions, or None where it is not whole: absent,
    not what its sidecar says, or no valid inventory of SHA-512. Raises OSError other than absence."""
    try:
        content = (folder / INVENTORY).read_bytes()
        sidecar = (folder / SIDECAR).read_bytes()
        data = json.loads(content)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    inventory = Inventory(content, data)
    return inventory if sidecar.split()[:1] == inventory.sidecar.split()[:1] and is_valid(data) else None


def is_valid(data: Any) -> bool:
    """Whether ocfl-py takes an inventory for valid, and it is of the kind that we can continue."""
    return (
        isinstance(data, dict)
        and data.get("digestAlgorithm") == "sha512"
        and "contentDirectory" not in data
        and bool(ocfl.InventoryValidator().validate(data))
        and all(_VERSION_FOLDER.fullmatch(name) is not None for name in data["versions"])
    )


def version_folders(folder: Path) -> list[Path]:
    """The version folders that an object has on disk, newest first, whatever its inventories say."""
    found = [entry for entry in folder.iterdir() if _VERSION_FOLDER.fullmatch(entry.name) and entry.is_dir()]
    return sorted(found, key=lambda entry: int(entry.name[1:]), reverse=True)


def continued(
    earlier: Inventory | None,
    object_id: str,
    state: Mapping[str, str],
    added: Iterable[tuple[str, Digests]],
    *,
    created: str,
    message: str,
    agent: str,
) -> Inventory:
    """The inventory of an object with one more version.

    `state`: logical path -> SHA-512, all of the new version. `added`: content path within the object and
    digests of each file that the new version brings.
    """
    inventory = ocfl.Inventory(data=deepcopy(earlier.data) if earlier is not None else None)
    if earlier is None:
        inventory.spec_version = "1.1"
        inventory.id = object_id
        inventory.digest_algorithm = "sha512"
        inventory.init_manifest_and_versions()
    if "sha256" not in inventory.fixity:
        inventory.add_fixity_type("sha256")
    for content_path, digests in added:
        inventory.add_file_to_manifest(digest=digests.sha512, content_path=content_path)
        inventory.add_fixity_data("sha256", digests.sha256, content_path)
    by_digest: dict[str, list[str]] = {}
    for path, digest in sorted(state.items()):
        by_digest.setdefault(digest, []).append(path)
    version = inventory.add_version(state=by_digest)
    version.created = created
    version.message = message
    version.user_name = agent
    return Inventory(inventory.as_json().encode(), inventory.data)
