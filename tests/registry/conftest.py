"""What the tests of registries share."""

import pytest

from tests.registry.certificates import Authority
from tests.registry.layouts import Layouts, make_layouts


@pytest.fixture(scope="session")
def layouts(tmp_path_factory: pytest.TempPathFactory) -> Layouts:
    """Never written to by a test."""
    return make_layouts(tmp_path_factory.mktemp("layouts"))


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Whom the tests' clients trust."""
    return Authority(tmp_path_factory.mktemp("certificates"))
