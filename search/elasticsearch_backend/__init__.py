"""Search on Elasticsearch, for archives that one machine's index is too small for, and for several
machines.

Each index is one Elasticsearch index of one shard (counts are exact then) behind an alias that names the
version of the analysis and of the layout. A search is three requests: testimonies' documents decide what is
found, counted and scored; the first 200 are put in the order of their best passages; those on the page give
their passages.
"""

from search.elasticsearch_backend.engine import ElasticsearchBackend

__all__ = ["ElasticsearchBackend"]
