"""Every SearchBackend passes the contract."""

from pathlib import Path

import pytest

from archive.settings import Settings
from search.elasticsearch_backend import ElasticsearchBackend
from search.tantivy_backend import TantivyBackend

pytest.register_assert_rewrite("tests.contracts.search_answers", "tests.contracts.search_writes")

# Imported below it, or their asserts would tell nothing.
from tests.contracts.search_backend import SearchBackendContract  # noqa: E402
from tests.contracts.search_writes import OpenEngine  # noqa: E402


class TestTantivy(SearchBackendContract):
    @pytest.fixture
    def engine(self, tmp_path: Path) -> OpenEngine:
        return lambda: TantivyBackend(tmp_path / "index")


@pytest.mark.slow
class TestElasticsearch(SearchBackendContract):
    @pytest.fixture
    def engine(self, on_elasticsearch: Settings) -> OpenEngine:
        return lambda: ElasticsearchBackend(on_elasticsearch)
