"""Public ids: short, random and for ever. They tell nothing of what they name, nor how many there are."""

import hashlib
import secrets

# No vowels, so that no id spells a word; no 0/o, 1/l/i, which people confuse when they read one aloud.
ALPHABET = "23456789bcdfghjkmnpqrstvwxz"

LENGTH = 10
"""27^10 = 2 * 10^14: with a million things in the archive, a guess in a hundred million meets one."""


def new_public_id() -> str:
    """A fresh public id from the system's random source."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def piece_id(segment_id: str, offset: int) -> str:
    """The id of the piece of a segment that begins at `offset`: stable, and silent about the offset.

    A piece's id must not say that something stood before it, so it is not the segment's id with a suffix.
    """
    digest = hashlib.blake2b(f"{segment_id}:{offset}".encode(), digest_size=16).digest()
    number = int.from_bytes(digest, "big")
    letters = []
    for _ in range(LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[rest])
    return "".join(letters)
