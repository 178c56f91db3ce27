"""Finding things in the archive: analysis, queries, the search backends and the indexer."""
