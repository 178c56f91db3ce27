"""Checksums that came with files."""

import hashlib

import pytest

from schemas.checksums import read_checksum


@pytest.mark.parametrize("algorithm", ["sha512", "sha256"])
@pytest.mark.parametrize("form", ["{digest}", "{name}:{digest}", "{name} = {digest}", "{dashed}: {upper}"])
def test_the_algorithm_is_named_or_told_by_the_length(algorithm: str, form: str) -> None:
    digest = hashlib.new(algorithm, b"bread").hexdigest()
    written = form.format(
        digest=digest, upper=digest.upper(), name=algorithm, dashed=algorithm.upper().replace("SHA", "SHA-")
    )
    checksum = read_checksum(written)
    assert (checksum.algorithm, checksum.digest) == (algorithm, digest)
