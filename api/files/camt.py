"""ISO 20022 account messages: camt.053 (statement), camt.052 (report), camt.054 (notification), of any version.

What must not be broken: only booked entries count, in whole fen and in the account's currency; a batch booking becomes
one entry a payment only where the payments' amounts are the booking's. Element names are matched without namespaces.
Source: ISO 20022 message definitions camt.053.001.02 and .08, camt.054.001.08; external balance type and status codes.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Final, TypeVar

from api.files.cells import CellError, day, harmless
from api.files.entry_codes import EntryCodes
from api.files.findings import BadFile, Finding, finding
from api.files.safe_xml import Element, read_xml
from api.files.statement_cells import own_batch_number, own_end_to_end_id, shown_account, shown_text, signed_amount
from api.files.statement_profiles import CamtLayout
from api.files.statements import BankStatement, StatementEntry, by_place, disagreements
from api.files.xml_records import serialized
from domain.kernel.events import Sha256
from domain.kernel.money import Fen, yuan

Read = TypeVar("Read")

_OPENING: Final = ("OPBD", "PRCD")
_CLOSING: Final = ("CLBD",)
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
# What banks write where no end-to-end id was given; ISO 20022 usage rules of EndToEndId.
_NOT_PROVIDED: Final = frozenset({"", "NOTPROVIDED", "NONREF"})


def read_camt(
    layout: CamtLayout, codes: EntryCodes, content: bytes, *, file: str, today: date | None = None
) -> tuple[BankStatement, ...]:
    """The statements in a message. Raises BadFile with everything that is wrong with any of them, days after `today`
    too.
    """
    root = read_xml(content, file=file).root
    message = root if root.name == layout.message else root.first(layout.message)
    if message is None:
        raise BadFile([finding("xml.other_message", file=file, row=1, value=root.name, expected=layout.message)])
    digest = Sha256(sha256(content).hexdigest())
    readers = [_Reader(element, file, digest, codes) for element in message.all(layout.statement)]
    if not readers:
        place = f"{message.path}/{layout.statement}"
        raise BadFile([finding("statement.none", file=file, row=message.line, column=place)])
    statements = [reader.statement(today) for reader in readers]
    findings = [found for reader in readers for found in reader.findings]
    if findings:
        raise BadFile(by_place(findings))
    return tuple(statement for statement in statements if statement is not None)


@dataclass(frozen=True)
class _Booking:
    """What the entry's own element says, before its details."""

    booked_on: date
    amount_fen: Fen
    credit: bool


class _Reader:
    """One statement of a message, and what is wrong with it."""

    def __init__(self, element: Element, file: str, digest: Sha256, codes: EntryCodes) -> None:
        self.findings: list[Finding] = []
        self._element = element
        self._file = file
        self._digest = digest
        self._codes = codes
        self._currency = element.text_at("Acct/Ccy") or self._first_currency()

    def statement(self, today: date | None) -> BankStatement | None:
        """The statement, or None where findings say why not."""
        entries = self._entries()
        opening, closing = self._balance(_OPENING), self._balance(_CLOSING)
        since = self._bound("FrToDt/FrDtTm", opening, entries, first=True)
        until = self._bound("FrToDt/ToDtTm", closing, entries, first=False)
        if since is None or until is None:
            self._note("statement.no_entries", self._element)
            return None
        place = self._element.first("Acct/Id/IBAN", "Acct/Id/Othr/Id")
        account = None if place is None else self._read(place, shown_account)
        # A stated span may lie apart from the days of booking: banks cut their days at different hours.
        days = [entry.booked_on for entry in entries]
        statement = BankStatement(
            account=account or "",
            currency=self._currency,
            number=self._element.text_at("ElctrncSeqNb", "LglSeqNb", "Id") or None,
            since=min([since, *days]),
            until=max([until, *days]),
            opening_fen=self._stated(opening),
            closing_fen=self._stated(closing),
            entries=tuple(replace(entry, number=number) for number, entry in enumerate(entries, 1)),
            digest=self._digest,
        )
        if not self.findings:
            end = self._element.first("FrToDt/ToDtTm") or closing
            places = {name: place for name, place in (("closing", closing), ("until", end)) if place is not None}
            titles = {name: place.path for name, place in places.items()}
            titles["booked_on"] = f"{self._element.path}/Ntry/BookgDt"
            rows = {name: place.line for name, place in places.items()}
            self.findings += disagreements(statement, file=self._file, titles=titles, rows=rows, today=today)
        return statement

    def _first_currency(self) -> str:
        for path in ("Bal/Amt", "Ntry/Amt"):
            for amount in self._element.all(path):
                return amount.attributes.get("Ccy", "")
        return ""

    def _note(self, code: str, element: Element, *, value: str = "", **facts: object) -> None:
        self.findings.append(
            finding(code, file=self._file, row=element.line, column=element.path, value=value, **facts)
        )

    def _read(self, element: Element, parse: Callable[[str], Read]) -> Read | None:
        try:
            return parse(element.text)
        except CellError as error:
            self._note(error.code, element, value=error.shown, **error.facts)
            return None

    # Balances.
    def _balance(self, kinds: Sequence[str]) -> Element | None:
        """The first balance of the kinds, by their order. A statement in pages has several; the first one opens it."""
        found = {kind: [b for b in self._element.all("Bal") if b.text_at("Tp/CdOrPrtry/Cd") == kind] for kind in kinds}
        pages = next((balances for kind in kinds if (balances := found[kind])), [])
        if not pages:
            return None
        return pages[-1] if kinds == _CLOSING else pages[0]

    def _stated(self, balance: Element | None) -> Fen | None:
        amount = None if balance is None else balance.first("Amt")
        if balance is None or amount is None:
            return None
        value = self._amount(amount)
        return None if value is None else Fen(value if self._is_credit(balance) else -value)

    def _bound(
        self, path: str, balance: Element | None, entries: Sequence[StatementEntry], *, first: bool
    ) -> date | None:
        """The first or last day: as stated, else the balance's, else an entry's."""
        stated = self._element.first(path)
        if stated is not None:
            return self._day(stated)
        days = [entry.booked_on for entry in entries]
        # The opening balance carries the day before, or the first day: the first entry says which.
        if days:
            return min(days) if first else max(days)
        place = None if balance is None else balance.first("Dt/Dt", "Dt/DtTm")
        return None if place is None else self._day(place)

    # Entries.
    def _entries(self) -> list[StatementEntry]:
        found: list[StatementEntry] = []
        for element in self._element.all("Ntry"):
            # v2 writes the status as the element's text, later versions as a code below it; without one it is booked.
            if (element.text_at("Sts/Cd", "Sts/Prtry", "Sts") or "BOOK") != "BOOK":
                continue
            booking = self._booking(element)
            if booking is not None:
                found += self._split(element, booking)
        return sorted(found, key=lambda entry: entry.booked_on)

    def _booking(self, element: Element) -> _Booking | None:
        amount, booked = element.first("Amt"), element.first("BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")
        if amount is None or booked is None:
            self._note("cell.missing", element, value="Amt" if amount is None else "BookgDt")
            return None
        value, booked_on, credit = self._amount(amount), self._day(booked), self._is_credit(element)
        if value is None or booked_on is None or value == 0:
            return None
        return _Booking(booked_on, value, credit)

    def _split(self, element: Element, booking: _Booking) -> Iterator[StatementEntry]:
        """One entry for each payment in a batch booking whose amounts are all stated and add up; else one."""
        details = list(element.all("NtryDtls/TxDtls"))
        amounts = [detail.first("Amt", "AmtDtls/TxAmt/Amt") for detail in details]
        values = [_plain_amount(amount) for amount in amounts]
        if len(details) > 1 and None not in values and sum(value or 0 for value in values) == booking.amount_fen:
            for detail, value in zip(details, values, strict=True):
                if value:
                    yield self._entry(element, detail, booking, Fen(value))
        else:
            yield self._entry(element, details[0] if len(details) == 1 else None, booking, booking.amount_fen)

    def _entry(self, element: Element, detail: Element | None, booking: _Booking, value: Fen) -> StatementEntry:
        place = element if detail is None else detail
        other = "Dbtr" if booking.credit else "Cdtr"
        text = " ".join(
            said.text.strip()
            for path in ("RmtInf/Ustrd", "AddtlTxInf", "../../AddtlNtryInf", "AddtlNtryInf")
            for said in place.all(path)
            if said.text.strip()
        )
        own = place.text_at("Refs/EndToEndId")
        own_id = own_end_to_end_id(text) if own in _NOT_PROVIDED else own
        kind = self._codes.kind(_code(place) or _code(element), [text])
        told = place.first("RtrInf") is not None or element.text_at("RvslInd") == "true" or kind == "returned"
        is_return = booking.credit and told
        why = place.text_at("RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry"), place.text_at("RtrInf/AddtlInf") or text
        batch = place.text_at("Refs/PmtInfId", "../Btch/PmtInfId", "NtryDtls/Btch/PmtInfId") or own_batch_number(text)
        party = place.first(f"RltdPties/{other}/Nm", f"RltdPties/{other}/Pty/Nm")
        account = place.first(f"RltdPties/{other}Acct/Id/IBAN", f"RltdPties/{other}Acct/Id/Othr/Id")
        return StatementEntry(
            number=0,
            booked_on=booking.booked_on,
            amount_fen=Fen(value if booking.credit else -value),
            end_to_end_id=None if is_return else own_id,
            bank_ref=place.text_at("Refs/AcctSvcrRef") or element.text_at("AcctSvcrRef", "NtryRef") or None,
            batch_ref=batch or None,
            counter_name=None if party is None else self._read(party, shown_text),
            counter_account=None if account is None else self._read(account, shown_account),
            text=" ".join(text.split())[:500],
            return_of=own_id if is_return else None,
            row=place.line,
            balance_fen=None,
            kind="returned" if is_return else kind,
            reason=self._codes.reason(*why) if is_return else None,
        )

    # Values.
    def _is_credit(self, element: Element) -> bool:
        indicator = element.first("CdtDbtInd")
        said = "" if indicator is None else indicator.text.strip()
        if said not in ("CRDT", "DBIT"):
            self._note("amount.direction", indicator or element, value=harmless(said), expected="CRDT、DBIT")
        return said == "CRDT"

    def _amount(self, element: Element) -> Fen | None:
        """The amount, in the account's currency and with two decimals at most."""
        currency = element.attributes.get("Ccy", "")
        if not _CURRENCY.fullmatch(currency):
            self._note("currency.unreadable", element, value=harmless(currency), expected="CNY")
        elif currency != self._currency:
            self._note("currency.differs", element, value=currency, currency=self._currency)
        return self._read(element, signed_amount)

    def _day(self, element: Element) -> date | None:
        return self._read(element, lambda text: day(text.strip().partition("T")[0].removesuffix("Z")))


def _code(place: Element) -> str:
    """The bank's code for what was booked: ISO's sub-family, or its own."""
    return place.text_at("BkTxCd/Domn/Fmly/SubFmlyCd", "BkTxCd/Prtry/Cd")


def _plain_amount(element: Element | None) -> Fen | None:
    if element is None:
        return None
    try:
        return signed_amount(element.text)
    except CellError:
        return None


# Writing: for tests and for a rehearsal's bank.
def write_camt(layout: CamtLayout, statement: BankStatement) -> bytes:
    """The statement as a message of version 08; one entry a booking, with its references."""
    root = _node(None, "Document")
    root.attributes = {"xmlns": layout.namespace}
    message = _node(root, layout.message)
    head = _node(message, "GrpHdr")
    number = statement.number or f"{statement.since:%Y%m%d}"
    _node(head, "MsgId", number)
    _node(head, "CreDtTm", f"{statement.until}T23:59:59")
    body = _node(message, layout.statement)
    _node(body, "Id", number)
    _node(body, "CreDtTm", f"{statement.until}T23:59:59")
    span = _node(body, "FrToDt")
    _node(span, "FrDtTm", f"{statement.since}T00:00:00")
    _node(span, "ToDtTm", f"{statement.until}T23:59:59")
    account = _node(body, "Acct")
    _node(_node(_node(account, "Id"), "Othr"), "Id", statement.account)
    _node(account, "Ccy", statement.currency)
    # A notification has no balances.
    if layout.statement != "Ntfctn":
        for kind, value, on in (
            ("OPBD", statement.opening_fen, statement.since),
            ("CLBD", statement.closing_fen, statement.until),
        ):
            if value is not None:
                _put_balance(body, kind, value, on, statement.currency)
    for entry in statement.entries:
        _put_entry(body, entry, statement.currency)
    texts = ['<?xml version="1.0" encoding="UTF-8"?>', *serialized(root)]
    return "".join(text + "\n" for text in texts).encode()


def _put_balance(body: Element, kind: str, value: Fen, on: date, currency: str) -> None:
    balance = _node(body, "Bal")
    _node(_node(_node(balance, "Tp"), "CdOrPrtry"), "Cd", kind)
    _node(balance, "Amt", yuan(abs(value))).attributes = {"Ccy": currency}
    _node(balance, "CdtDbtInd", "CRDT" if value >= 0 else "DBIT")
    _node(_node(balance, "Dt"), "Dt", str(on))


def _put_entry(body: Element, entry: StatementEntry, currency: str) -> None:
    credit = entry.amount_fen > 0
    element = _node(body, "Ntry")
    _node(element, "Amt", yuan(abs(entry.amount_fen))).attributes = {"Ccy": currency}
    _node(element, "CdtDbtInd", "CRDT" if credit else "DBIT")
    _node(_node(element, "Sts"), "Cd", "BOOK")
    _node(_node(element, "BookgDt"), "Dt", str(entry.booked_on))
    if entry.bank_ref:
        _node(element, "AcctSvcrRef", entry.bank_ref)
    code = _node(_node(element, "BkTxCd"), "Domn")
    _node(code, "Cd", "PMNT")
    family = _node(code, "Fmly")
    _node(family, "Cd", "RCDT" if credit else "ICDT")
    _node(family, "SubFmlyCd", "RRTN" if entry.return_of else "DMCT")
    detail = _node(_node(element, "NtryDtls"), "TxDtls")
    own = entry.return_of or entry.end_to_end_id
    if own or entry.batch_ref:
        references = _node(detail, "Refs")
        if entry.batch_ref:
            _node(references, "PmtInfId", entry.batch_ref)
        if own:
            _node(references, "EndToEndId", own)
    _put_party(detail, entry, "Dbtr" if credit else "Cdtr")
    if entry.text:
        _node(_node(detail, "RmtInf"), "Ustrd", entry.text[:140])
    if entry.return_of:
        _node(_node(_node(detail, "RtrInf"), "Rsn"), "Cd", "NARR")


def _put_party(detail: Element, entry: StatementEntry, party: str) -> None:
    if not entry.counter_name and not entry.counter_account:
        return
    parties = _node(detail, "RltdPties")
    if entry.counter_name:
        _node(_node(_node(parties, party), "Pty"), "Nm", entry.counter_name)
    if entry.counter_account:
        _node(_node(_node(_node(parties, f"{party}Acct"), "Id"), "Othr"), "Id", entry.counter_account)


def _node(parent: Element | None, name: str, text: str = "") -> Element:
    made = Element(name, attributes={}, line=0, parent=parent)
    made.text = text
    return made
