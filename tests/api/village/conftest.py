"""A small county for the tests of one module, on a fresh database."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.api.web.county import County, small_county
from tests.conftest import temporary_home

if TYPE_CHECKING:
    from tests.conftest import Cluster


@pytest.fixture(scope="module")
def county(cluster: "Cluster") -> Iterator[County]:
    """A county that all tests of the module share: each reports what it needs."""
    access = cluster.new_database()
    with temporary_home() as home, small_county(access, home) as made:
        yield made
    cluster.drop(access)
