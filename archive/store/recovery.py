"""Objects after a crash: which version is the newest whole one, and putting the object's root right.

A version comes into an object whole, by one rename; only then is the root inventory replaced, and then its
sidecar. So a crash leaves a whole version that the root does not name yet, or a root whose sidecar is that of
the version before: both are finished. What is neither whole nor named by the root was never acknowledged (it
comes from another program or a lying disk) and is removed. Anything else is damage, which nobody but an
archivist may touch.
"""

import logging
from pathlib import Path

from archive.errors import StoreDamaged
from archive.store import StoredFile
from archive.store.content import digest
from archive.store.durable import make_folder, remove_folder, sync_folder, write_new
from archive.store.inventories import INVENTORY, SIDECAR, Inventory, read, version_folders
from archive.store.storage_root import OBJECT_DECLARATION

log = logging.getLogger(__name__)


def newest(folder: Path, object_id: str) -> Inventory:
    """The inventory of an object's newest version, for readers: takes no lock and changes nothing.

    Between the two renames of a writer, and after a crash there, the root's sidecar does not fit its
    inventory; then the newest version's own inventory is read, which was there before. Raises StoreDamaged.
    """
    inventory = read(folder)
    if inventory is None:
        versions = version_folders(folder) if folder.is_dir() else []
        inventory = read(versions[0]) if versions else None
    if inventory is None or inventory.object_id != object_id:
        raise StoreDamaged(f"{folder}: the object {object_id} has no inventory that can be trusted")
    return inventory


def put_right(folder: Path, object_id: str, build: Path) -> Inventory:
    """Bring an object to its newest whole version and return that one's inventory.

    Only under the object's lock. `build` is a folder for new files. Raises StoreDamaged where the object
    cannot be continued without a loss; nothing was changed then.
    """
    if not (folder / OBJECT_DECLARATION).is_file():
        raise StoreDamaged(f"{folder} is not declared as an OCFL 1.1 object")
    root = read(folder)
    versions = version_folders(folder)
    if root is not None and root.object_id != object_id:
        raise StoreDamaged(f"{folder}: the object says that it is {root.object_id}, expected {object_id}")
    if root is not None:
        _check_named_versions(folder, root, versions)
        if root.number == int(versions[0].name[1:]):
            return root
    return _finish(folder, object_id, root, versions, build)


def publish(folder: Path, inventory: Inventory, build: Path) -> None:
    """Make an inventory the object's root inventory: first it, then its sidecar, each by a rename.

    In this order another program that looks in between finds an inventory that names every version there is.
    One sync serves both renames: whichever of them a power cut keeps, `put_right` knows what to do.
    """
    make_folder(build)
    for name, content in ((INVENTORY, inventory.content), (SIDECAR, inventory.sidecar)):
        (build / name).unlink(missing_ok=True)
        write_new(build / name, [content])
    (build / INVENTORY).replace(folder / INVENTORY)
    (build / SIDECAR).replace(folder / SIDECAR)
    sync_folder(folder)


def _check_named_versions(folder: Path, root: Inventory, versions: list[Path]) -> None:
    """The root names versions 1 to n; each must be there, the newest with the root's very inventory."""
    here = {version.name for version in versions}
    missing = [name for name in root.data["versions"] if name not in here]
    if missing:
        raise StoreDamaged(f"{folder}: version {missing[0]} is not there")
    own = read(folder / f"v{root.number}")
    if own is None or own.content != root.content:
        raise StoreDamaged(f"{folder}: the root inventory and that of v{root.number} differ")


def _finish(
    folder: Path, object_id: str, root: Inventory | None, versions: list[Path], build: Path
) -> Inventory:
    """The root is not whole, or there are versions beyond it."""
    unnamed = [version for version in versions if root is None or int(version.name[1:]) > root.number]
    leftovers = []
    chosen = root
    for version in unnamed:
        inventory = _read_whole(folder, object_id, version, root)
        if inventory is not None:
            chosen = inventory
            break
        if root is None:  # what the root named is unknown: the newest version may have been acknowledged
            break
        leftovers.append(version)
    if chosen is None:
        raise StoreDamaged(f"{folder}: neither the root inventory nor the newest version is whole")
    for version in leftovers:
        log.warning("%s: removing a version that no inventory names and that is not whole", version)
        remove_folder(version)
    sync_folder(folder)
    if chosen is not root:
        log.warning("%s: finishing version %d, which a crash cut off", folder, chosen.number)
        publish(folder, chosen, build)
    return chosen


def _read_whole(folder: Path, object_id: str, version: Path, root: Inventory | None) -> Inventory | None:
    """A version's inventory, where all that it names is there and is what it says; raises StoreDamaged where
    it contradicts the root.

    Digests are computed for the versions that `root` does not vouch for; without a root, for the newest.
    """
    inventory = read(version)
    if inventory is None or inventory.object_id != object_id or version.name != f"v{inventory.number}":
        return None
    if root is not None and not inventory.continues(root):
        raise StoreDamaged(f"{version} tells another history than the root inventory")
    vouched = root.number if root is not None else inventory.number - 1
    named = {path: sha512 for sha512, paths in inventory.manifest.items() for path in paths}
    for path, sha512 in named.items():
        file = folder / path
        if not file.is_file():
            return None
        if int(path.split("/")[0][1:]) > vouched and digest(StoredFile(file)).sha512 != sha512:
            return None
    for number in range(vouched + 1, inventory.number + 1):
        for file in (folder / f"v{number}" / "content").rglob("*"):
            if file.is_file() and str(file.relative_to(folder)) not in named:
                return None
    return inventory
