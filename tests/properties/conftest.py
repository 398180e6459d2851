"""A database with the read models installed, for walks on a real journal."""

import psycopg
import pytest

from migrations.roles import Access
from projections.models import MODELS
from projections.schema import install
from tests.projections.conftest import roles_of


@pytest.fixture
def installed(database: Access) -> Access:
    """A migrated database with every read model, at position 0."""
    with psycopg.connect(database.projector, autocommit=True) as conn:
        install(conn, MODELS, roles=roles_of(database))
    return database
