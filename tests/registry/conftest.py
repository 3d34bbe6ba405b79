"""What the tests of registries share."""

import pytest

from tests.registry.layouts import Layouts, make_layouts


@pytest.fixture(scope="session")
def layouts(tmp_path_factory: pytest.TempPathFactory) -> Layouts:
    """Never written to by a test."""
    return make_layouts(tmp_path_factory.mktemp("layouts"))
