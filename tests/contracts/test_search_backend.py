"""Every SearchBackend passes the contract."""

from pathlib import Path

import pytest

from archive.settings import Settings
from search.elasticsearch_backend import ElasticsearchBackend
from search.tantivy_backend import TantivyBackend
from tests.contracts.search_backend import SearchBackendContract
from tests.contracts.search_writes import OpenEngine


class TestTantivy(SearchBackendContract):
    @pytest.fixture
    def engine(self, tmp_path: Path) -> OpenEngine:
        return lambda: TantivyBackend(tmp_path / "index")


@pytest.mark.slow
class TestElasticsearch(SearchBackendContract):
    @pytest.fixture
    def engine(self, on_elasticsearch: Settings) -> OpenEngine:
        return lambda: ElasticsearchBackend(on_elasticsearch)
