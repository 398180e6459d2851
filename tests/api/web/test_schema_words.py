"""What a schema says of a bank's file, as staff read it."""

import pytest

from api.web.schema_words import NOT_CHECKED, schema_said
from domain.bank_files import SchemaCheck, SchemaPlace

PLACES = (SchemaPlace(43, "Amt"), SchemaPlace(55, ""))


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (None, ""),
        (SchemaCheck("no_schema"), NOT_CHECKED),
        (SchemaCheck("valid"), "符合"),
        (SchemaCheck("invalid", places=PLACES), "不符合（第 43 行 Amt、第 55 行），不影响登记"),
    ],
)
def test_the_words(check: SchemaCheck | None, said: str) -> None:
    assert schema_said(check) == said
