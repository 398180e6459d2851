"""A database with the read models installed, for walks on a real journal."""

from tests.projections.conftest import installed

__all__ = ["installed"]
