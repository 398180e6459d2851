"""What staff read beside a bank's file: whether it follows the bank's schema."""

from collections.abc import Iterable

from api.context import App
from api.web.schema_words import schema_said
from domain import bank_files
from domain.kernel.events import Sha256


def schemas_seen(app: App, files: Iterable[str | None]) -> dict[str, str]:
    """What was recorded of each file that is XML, by its digest."""
    seen: dict[str, str] = {}
    for sha256 in filter(None, files):
        known = app.journal.state(bank_files.stream(Sha256(sha256)), bank_files.evolve)
        if known is not None and known.schema is not None:
            seen[sha256] = schema_said(known.schema)
    return seen
