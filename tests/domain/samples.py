"""People, places and days of a small county, for tests to read."""

from datetime import UTC, date, datetime
from uuid import UUID

from domain.kernel.events import Attachment, Commitment, Sha256
from domain.kernel.ids import derived
from domain.kernel.money import Fen
from domain.kernel.places import Division


def person(name: str) -> UUID:
    """The same name is always the same person."""
    return derived("test", "person", name)


RIDER, OTHER_RIDER = person("rider"), person("other rider")
CLERK = person("clerk")
GRID_WORKER, DEPARTMENT = person("grid worker"), person("department")
OFFICER, PAYMASTER, APPROVER = person("officer"), person("paymaster"), person("approver")

PROVINCE = Division("360000000000")
CITY = Division("361100000000")
COUNTY = Division("361125000000")
TOWNSHIP = Division("361125001000")
VILLAGE = Division("361125001201")
ELSEWHERE = Division("361126001201")

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)

TEXT = Commitment("a" * 64)
FILE = Attachment(Sha256("b" * 64), 1_024)
OTHER_FILE = Attachment(Sha256("c" * 64), 1_024)
ANSWER = Sha256("d" * 64)

FIVE_YUAN, TEN_YUAN, TWENTY_YUAN = Fen(500), Fen(1_000), Fen(2_000)
