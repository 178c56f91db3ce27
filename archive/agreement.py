"""What several testimonies share and each of their objects describes: collections, and people.

A descriptor is as old as the last change of its own testimony, so two may differ. The one that was written
last knows better; that they differed is said, so that an archivist can look.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from archive.kept import Kept
from schemas.descriptor import DescribedCollection, DescribedPerson, DescribedSpeaker

_When = tuple[datetime, str]
"""When something was said, and in which testimony's object."""


@dataclass(slots=True)
class Agreement:
    """Collections and people as those objects have them that were written last. `note` takes one object
    after the other; then `settle`, and it can be asked."""

    _collections: dict[str, dict[_When, DescribedCollection]] = field(default_factory=dict)
    _people: dict[str, dict[_When, DescribedSpeaker]] = field(default_factory=dict)
    _same: dict[str, str] = field(default_factory=dict)
    """Public ids of people who turned out to be somebody with another: of the one that stays."""

    def note(self, kept: Kept) -> None:
        """Take down what an object says of what it shares with others."""
        descriptor = kept.descriptor
        when = (kept.written_at, descriptor.public_id)
        self._collections.setdefault(descriptor.collection.slug, {})[when] = descriptor.collection
        for person in (*descriptor.people, *descriptor.speakers):
            self._people.setdefault(person.public_id, {})[when] = _without_role(person)

    def settle(self) -> list[str]:
        """Let the newest word win; returns a sentence for each disagreement."""
        sentences = [
            f"collection {slug}: {_told(said)}" for slug, said in self._collections.items() if _differ(said)
        ]
        # Names never reach an answer or a log; the public id tells the archivist whom to look at.
        sentences += [
            f"person {public_id}: {_told(said)}" for public_id, said in self._people.items() if _differ(said)
        ]
        newest: dict[str, str] = {}
        for public_id in sorted(self._people, key=lambda each: max(self._people[each])):
            identifier = self._people[public_id][max(self._people[public_id])].identifier
            if identifier is None:
                continue
            if identifier in newest:
                self._same[newest[identifier]] = public_id
                both = f"people {newest[identifier]} and {public_id}"
                sentences.append(f"{both} have the same identifier: they are one, as in the newest object")
            newest[identifier] = public_id
        return sentences

    def collection(self, slug: str) -> DescribedCollection:
        """A collection as it is now."""
        said = self._collections[slug]
        return said[max(said)]

    def person(self, public_id: str) -> DescribedSpeaker:
        """The person whom that public id means."""
        while public_id in self._same:
            public_id = self._same[public_id]
        said = self._people[public_id]
        return said[max(said)]


def _without_role(person: DescribedSpeaker) -> DescribedSpeaker:
    if isinstance(person, DescribedPerson):
        return DescribedSpeaker(**person.model_dump(exclude={"role"}))
    return person


def _differ(said: "Mapping[_When, DescribedCollection] | Mapping[_When, DescribedSpeaker]") -> bool:
    """Whether two objects say different things; one that is older than a field says nothing on it."""
    seen = {each.model_copy(update={"created_at": None}).model_dump_json() for each in said.values()}
    return len(seen) > 1


def _told(said: "Mapping[_When, DescribedCollection] | Mapping[_When, DescribedSpeaker]") -> str:
    at, testimony = max(said)
    others = ", ".join(other for _, other in sorted(said) if other != testimony)
    return f"the objects of {others} and {testimony} differ; the newest ({testimony}, {at:%Y-%m-%d}) counts"
