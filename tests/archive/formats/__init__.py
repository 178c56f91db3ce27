import pytest

pytest.register_assert_rewrite("tests.archive.formats.samples")
