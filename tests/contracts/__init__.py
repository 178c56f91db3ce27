import pytest

pytest.register_assert_rewrite(
    "tests.contracts.queue", "tests.contracts.search_answers", "tests.contracts.search_writes"
)
