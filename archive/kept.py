"""What one object in the store says, read back: the other direction of `archive.preservation`.

Every file is compared with its digest while it is read: what was altered is not brought back as if it were
the record.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from archive.errors import StoreDamaged
from archive.findings import Finding
from archive.preservation import DESCRIPTOR
from archive.store import Examined, Held, Store
from schemas.descriptor import Descriptor, StoredRecognition, StoredRevision

_Stored = TypeVar("_Stored", bound=BaseModel)


class Unreadable(StoreDamaged):
    """A file that the testimony cannot come back without is not there or not what it was; `finding` says
    which, and what is wrong with it."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(finding.sentence)


@dataclass(frozen=True, slots=True)
class Kept:
    """One testimony as its object has it. `written_at` is when it was last described so: of two objects that
    disagree about a thing they share, the later one knows better."""

    descriptor: Descriptor
    written_at: datetime
    version: int
    held: Mapping[str, Held]

    def revision(self, path: str) -> StoredRevision:
        """A published revision. Raises Unreadable."""
        return _parse(StoredRevision, self.descriptor.public_id, self.held, path)

    def recognition(self, path: str) -> StoredRecognition:
        """A published recognition run. Raises Unreadable."""
        return _parse(StoredRecognition, self.descriptor.public_id, self.held, path)

    def content(self, path: str) -> bytes:
        """A text as it came. Raises Unreadable."""
        return _read(self.descriptor.public_id, self.held, path)


def read_kept(store: Store, examined: Examined) -> Kept:
    """Read an object that was examined. Raises Unreadable, StoreError."""
    object_id = examined.object_id
    if not examined.held and examined.findings:
        raise Unreadable(examined.findings[0])
    descriptor = _parse(Descriptor, object_id, examined.held, DESCRIPTOR)
    if descriptor.public_id != object_id:
        sentence = f"{object_id}: its {DESCRIPTOR} describes {descriptor.public_id}"
        raise Unreadable(Finding("not-of-this-archive", object_id, f"{object_id}/{DESCRIPTOR}", sentence))
    number, written_at = 0, descriptor.created_at
    for version in store.history(object_id):
        sha512 = version.sha512.get(DESCRIPTOR, "").lower()
        if sha512 != examined.held[DESCRIPTOR].sha512:
            number = 0
        elif number == 0:
            number, written_at = version.number, datetime.fromisoformat(version.created)
    return Kept(descriptor, written_at, number, examined.held)


def _parse(model: type[_Stored], object_id: str, held: Mapping[str, Held], path: str) -> _Stored:
    content = _read(object_id, held, path)
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        sentence = f"{held[path].file}: cannot be understood: {place}: {first['msg']}"
        raise Unreadable(Finding("invalid", object_id, str(held[path].file), sentence)) from error


def _read(object_id: str, held: Mapping[str, Held], path: str) -> bytes:
    if path not in held:
        sentence = f"the object {object_id} has no {path}; it cannot come back without"
        raise Unreadable(Finding("missing", object_id, f"{object_id}/{path}", sentence))
    file = held[path].file
    try:
        content = file.read_bytes()
    except OSError as error:
        code = "missing" if isinstance(error, FileNotFoundError) else "unreadable"
        sentence = f"{file}: {error.strerror}; the testimony cannot come back without"
        raise Unreadable(Finding(code, object_id, str(file), sentence)) from error
    found = hashlib.sha512(content).hexdigest()
    if found != held[path].sha512:
        sentence = f"{file}: has the SHA-512 {found}, expected {held[path].sha512}"
        raise Unreadable(Finding("altered", object_id, str(file), sentence))
    return content
