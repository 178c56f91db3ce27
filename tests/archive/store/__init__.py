import pytest

pytest.register_assert_rewrite("tests.contracts.store", "tests.archive.store.soundness")
