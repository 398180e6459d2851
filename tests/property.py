"""A village's assets, a contract and a subsidy list, by people who sign in: for tests of pages, API and disclosure."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from api.commands.shared import today
from domain.households import household_id
from domain.kernel.village_lines import VoucherLine
from domain.village.parties import party_id
from domain.village.vouchers import voucher_stream
from tests.api.web.county import COUNTY, VILLAGE, County
from tests.village import Village, credit, debit, village_with_book, with_logins

Said = dict[str, Any]
DAY = timedelta(days=1)


@dataclass
class Property:
    """A county with a village's book; `said` keeps the answer of each operation."""

    county: County
    village: Village
    said: Said = field(default_factory=dict)

    @property
    def on(self) -> date:
        """Today."""
        return today(self.county.app)

    def did(self, operation: str, login: str, path: str, body: Said) -> Any:
        """A command that is taken."""
        answer = self.county.post(login, path, body)
        assert answer.status_code == 201, answer.text
        self.said.setdefault(operation, answer.json())
        return answer.json()

    def refused(self, code: str, login: str, path: str, body: Said) -> None:
        """A command that is not."""
        answer = self.county.post(login, path, body)
        assert answer.json()["code"] == code, answer.text

    def read(self, operation: str, path: str, login: str = "booker") -> Any:
        """What somebody reads."""
        answer = self.county.program(login).get(f"/api/v1{path}")
        assert answer.status_code == 200, answer.text
        self.said[operation] = answer.json()
        return answer.json()

    def household(self, reference: str, name: str) -> UUID:
        """A household of the village with one person in it."""
        since = (self.on - 60 * DAY).isoformat()
        one = {"name": name, "since": since, "reason": "registered", "head": True}
        self.did("", "lihe", "/households", {"division": VILLAGE, "reference": reference, "persons": [one]})
        return household_id(VILLAGE, reference)

    def booked(self, purpose: str, *lines: VoucherLine, day: date | None = None) -> str:
        """The event that books a voucher of the village."""
        return f"{voucher_stream(self.village.booked(purpose, *lines, day=day))}@4"


def county_with_property(county: County) -> Property:
    """A village with its book, in which nothing of property is recorded yet."""
    village = village_with_book(county.app, admin=county.admin, division=VILLAGE)
    with_logins(village)
    village.party("D001")
    village.opening(debit("102", 800_000), credit("311", 800_000))
    village.settled()
    return Property(county, village)


def pump(on: date) -> Said:
    """An asset."""
    return {
        "division": VILLAGE,
        "number": "2026-01",
        "title": "村口水泵",
        "category": "operating",
        "how": "purchased",
        "unit": "台",
        "quantity_milli": 3_000,
        "cost_fen": 450_000,
        "acquired_on": (on - 40 * DAY).isoformat(),
        "place": "村口泵房",
        "document": "城东村〔2026〕3号",
    }


def pond(on: date) -> Said:
    """A resource."""
    more = {"number": "R-01", "title": "村东鱼塘", "category": "resource", "how": "opening", "place": "村东"}
    return {**pump(on), **more, "unit": "亩", "quantity_milli": 12_500, "cost_fen": 0, "document": None}


def lease(on: date, *, party: UUID, asset: str) -> Said:
    """A contract whose first rent is late, and whose second falls due in a week."""
    return {
        "division": VILLAGE,
        "number": "H-01",
        "title": "鱼塘承包",
        "resource": "村东鱼塘",
        "quantity_milli": 12_500,
        "unit": "亩",
        "party_id": str(party),
        "signed_on": (on - 30 * DAY).isoformat(),
        "since": (on - 30 * DAY).isoformat(),
        "until": (on + 700 * DAY).isoformat(),
        "dues": [
            {"on": (on - DAY).isoformat(), "amount_fen": 500_000},
            {"on": (on + 7 * DAY).isoformat(), "amount_fen": 600_000},
            {"on": (on + 500 * DAY).isoformat(), "amount_fen": 600_000},
        ],
        "asset_id": asset,
        "document": "鱼塘承包合同",
    }


def programme(on: date) -> Said:
    """A subsidy by the mu."""
    return {
        "division": COUNTY,
        "reference": "gengdi",
        "title": "耕地地力保护补贴",
        "document": "横农字〔2026〕1号",
        "issuer": "横峰县农业农村局",
        "unit": "亩",
        "standard_fen": 11_245,
        "since": date(on.year, 1, 1).isoformat(),
        "sensitive": False,
    }


def one_of_each(county: County) -> Property:
    """An asset whose count waits, a contract whose first rent is late, a list that waits; in a village with a book."""
    made = county_with_property(county)
    on = made.on
    asset = made.did("", "booker", "/assets", pump(on))["asset_id"]
    counting = {"step": "count", "quantity_milli": 2_000, "reason_text": "一台被水冲走"}
    made.did("", "booker", f"/assets/{asset}/steps", counting)
    resource = made.did("", "booker", "/assets", pond(on))["asset_id"]
    new = lease(on, party=party_id(VILLAGE, "D001"), asset=resource)
    contract = made.did("", "booker", "/resource-contracts", new)["contract_id"]
    made.did("", "reviewer", f"/resource-contracts/{contract}/steps", {"step": "confirm"})
    receiving = {"step": "receive_rent", "due": 1, "amount_fen": 200_000}
    made.did("", "booker", f"/resource-contracts/{contract}/steps", receiving)
    identity = made.did("", "chenjing", "/subsidy-programmes", programme(on))["programme_id"]
    payees = [{"kind": "household", "payee_id": str(made.household("0901", "戊户主")), "quantity_milli": 12_500}]
    listed = {"programme_id": identity, "division": VILLAGE, "period": str(on.year), "payees": payees}
    made.did("", "booker", "/subsidy-lists", listed)
    made.village.drafted("换水泵", debit("514", 12_000), credit("102", 12_000))
    return made
