"""What every SearchBackend must do. A subclass gives the fixture `engine`: a function that opens the same
indexes once more, as another process would."""

from collections.abc import Iterable

import pytest

from search.backend import SearchBackend
from tests.contracts.search_answers import SearchAnswers
from tests.contracts.search_writes import OpenEngine, SearchWrites


class SearchBackendContract(SearchAnswers, SearchWrites):
    """The suite. Test methods get `engine` and, opened once, `backend`."""

    @pytest.fixture
    def engine(self, tmp_path: object) -> OpenEngine:
        raise NotImplementedError

    @pytest.fixture
    def backend(self, engine: OpenEngine) -> Iterable[SearchBackend]:
        backend = engine()
        yield backend
        backend.close()
