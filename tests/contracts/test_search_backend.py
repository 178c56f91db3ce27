"""Every SearchBackend passes the contract."""

from pathlib import Path

import pytest

from search.tantivy_backend import TantivyBackend

pytest.register_assert_rewrite("tests.contracts.search_backend")

from tests.contracts.search_backend import OpenEngine, SearchBackendContract  # noqa: E402  # only now are its asserts told


class TestTantivy(SearchBackendContract):
    @pytest.fixture
    def engine(self, tmp_path: Path) -> OpenEngine:
        return lambda: TantivyBackend(tmp_path / "index")
