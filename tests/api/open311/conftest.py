"""A served county for the tests of one module."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.api.web.county import County, copied_county

if TYPE_CHECKING:
    from tests.conftest import Cluster


@pytest.fixture(scope="module")
def county(cluster: "Cluster") -> Iterator[County]:
    """A county that all tests of the module share: each reports what it needs."""
    with copied_county(cluster) as made:
        yield made
