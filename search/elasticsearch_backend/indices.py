"""Elasticsearch's indexes behind their names: which one is live, which one is being made.

    testimony-public-1-3.1.0-1-5f2c9a1b     an index: prefix, index, versions, random part
    testimony-public-1-3.1.0-1.live         alias of the one that is searched and written
    testimony-public-1-3.1.0-1.draft        alias of the one that is being made, if one is

An alias names the versions too, so an index of another release is never searched by mistake. A draft becomes
live in one change of the cluster's state, which moves the aliases and deletes the old index: before it the
one is live, after it the other, and never none or both.
"""

import logging
import secrets
from collections.abc import Mapping
from typing import Any

from elasticsearch import NotFoundError

from archive.errors import IndexUnusable, SearchUnavailable
from schemas.query import IndexName
from search.elasticsearch_backend import layout
from search.elasticsearch_backend.connection import Connection

log = logging.getLogger(__name__)


class Indices:
    """The indexes of one archive (by the prefix of their names), in one version of what they hold."""

    def __init__(self, connection: Connection, prefix: str, version: str) -> None:
        self._connection, self.prefix, self._version = connection, prefix, version

    def live_alias(self, index: IndexName) -> str:
        """What the live index is searched and written by."""
        return f"{self._stem(index)}.live"

    def draft_alias(self, index: IndexName) -> str:
        """What the index that is being made is written by."""
        return f"{self._stem(index)}.draft"

    def live(self, index: IndexName) -> str:
        """The index that is searched and written. Raises IndexUnusable where there is none."""
        name = self._behind(self.live_alias(index))
        if name is None:
            raise self.missing(index)
        return name

    def draft(self, index: IndexName) -> str | None:
        """The index that is being made, if there is one of this version."""
        return self._behind(self.draft_alias(index))

    def missing(self, index: IndexName) -> IndexUnusable:
        """The error that says why there is no live index of this version."""
        if any(alias.endswith(".live") for aliases in self._all(index).values() for alias in aliases):
            return IndexUnusable(f"The {index} search index is of another version and has to be rebuilt.")
        return IndexUnusable(f"There is no {index} search index yet; it has to be built.")

    def examine(self, index: IndexName, name: str) -> None:
        """Return if an index has the fields that it should have and can be written, else raise."""
        with self._connection.explained(f"{index} search index"):
            told = self._connection.asking.indices.get(index=name).body[name]
        fields = told["mappings"].get("properties", {})
        if fields.keys() != layout.MAPPING["properties"].keys() or not _has(told["mappings"], layout.MAPPING):
            raise IndexUnusable(
                f"The {index} search index ({name}) has not the fields that it should have: another release "
                "or another program made it."
            )
        blocks = told["settings"]["index"].get("blocks", {})
        blocked = sorted(kind for kind, set_ in blocks.items() if str(set_) == "true")
        if "read_only_allow_delete" in blocked:
            raise SearchUnavailable(
                f"Elasticsearch has made the {index} search index read-only because a disk of its own is "
                "nearly full."
            )
        if blocked:
            raise SearchUnavailable(
                f"The {index} search index may not be written: Elasticsearch has a block on it "
                f"({', '.join(blocked)})."
            )

    def fresh(self, index: IndexName) -> str:
        """An empty index beside the live one, in the place of any other draft. Only for who may draft."""
        name = f"{self._stem(index)}-{secrets.token_hex(4)}"
        with self._connection.explained(f"{index} search index"):
            self._connection.writing.indices.create(
                index=name, mappings=layout.MAPPING, settings=layout.SETTINGS
            )
            self._connection.writing.indices.update_aliases(
                actions=[
                    *self._removals(index, keep_live=True, but=name),
                    {"add": {"index": name, "alias": self.draft_alias(index)}},
                ]
            )
        return name

    def switch(self, index: IndexName, draft: str) -> None:
        """Make the draft the live index, for ever or not at all, and delete all others, those of other
        versions too. Only for who may write and draft."""
        with self._connection.explained(f"new {index} search index"):
            self._connection.writing.indices.update_aliases(
                actions=[
                    *self._removals(index, keep_live=False, but=draft),
                    {"remove": {"index": draft, "alias": self.draft_alias(index), "must_exist": True}},
                    {"add": {"index": draft, "alias": self.live_alias(index)}},
                ]
            )

    def sweep(self, index: IndexName) -> None:
        """Delete the indexes that are neither live nor the draft: what a killed process left behind. Only for
        who may draft."""
        with self._connection.explained(f"{index} search index"):
            if actions := self._removals(index, keep_live=True, but=self.draft(index)):
                self._connection.writing.indices.update_aliases(actions=actions)

    def _removals(self, index: IndexName, *, keep_live: bool, but: str | None) -> list[dict[str, Any]]:
        return [
            {"remove_index": {"index": name}}
            for name, aliases in self._all(index).items()
            if name != but and not (keep_live and any(alias.endswith(".live") for alias in aliases))
        ]

    def _all(self, index: IndexName) -> Mapping[str, Mapping[str, Any]]:
        """All indexes of this name, of whatever version, each with its aliases."""
        with self._connection.explained(f"{index} search index"):
            told = self._connection.asking.indices.get_alias(
                index=f"{self.prefix}-{index}-*", expand_wildcards="all"
            )
        return {name: one["aliases"] for name, one in told.body.items()}

    def _behind(self, alias: str) -> str | None:
        with self._connection.explained(alias):
            try:
                names = sorted(self._connection.asking.indices.get_alias(name=alias).body)
            except NotFoundError:
                return None
        if len(names) > 1:
            raise IndexUnusable(f"The alias {alias} stands for several indexes: {', '.join(names)}.")
        return names[0] if names else None

    def _stem(self, index: IndexName) -> str:
        return f"{self.prefix}-{index}-{self._version}"


def _has(told: Mapping[str, Any], expected: Mapping[str, Any]) -> bool:
    """Whether all that is expected stands there; a later Elasticsearch may tell more."""
    return (
        all(
            _has(told[name], value) if isinstance(value, Mapping) else told[name] == value
            for name, value in expected.items()
            if name in told
        )
        and expected.keys() <= told.keys()
    )
