"""Checksums that came with a file, to be compared when it is received."""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

from schemas.described import refusal

_EXPECTED = "expected a SHA-512 or SHA-256 checksum such as sha256:9f86d0..., 128 or 64 hexadecimal digits"
_LENGTHS: dict[int, Literal["sha512", "sha256"]] = {128: "sha512", 64: "sha256"}
_OTHERS = {32: "MD5", 40: "SHA-1", 56: "SHA-224", 96: "SHA-384"}


class Checksum(BaseModel):
    """A promised digest: lower-case hexadecimal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    algorithm: Literal["sha512", "sha256"]
    digest: str


def read_checksum(value: object) -> Checksum:
    """A checksum from text: the algorithm is said by a prefix, or else by the length."""
    if isinstance(value, Checksum):
        return value
    form = re.fullmatch(r"(?:(sha-?512|sha-?256)\s*[:=]\s*)?([0-9a-f]+)", str(value).strip().casefold())
    if not isinstance(value, str) or not form:
        raise refusal(_EXPECTED, value)
    named, digest = form.groups()
    algorithm = _LENGTHS.get(len(digest))
    if algorithm is None:
        looks = _OTHERS.get(len(digest))
        raise refusal(
            f"{_EXPECTED}; {len(digest)} digits are {f'{looks}, which' if looks else 'neither, and'} "
            "cannot be compared"
        )
    if named and named.replace("-", "") != algorithm:
        raise refusal(f"{_EXPECTED}; {named} has not {len(digest)} digits")
    return Checksum(algorithm=algorithm, digest=digest)


Promised = Annotated[Checksum, BeforeValidator(read_checksum)]
