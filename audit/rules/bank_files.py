"""What went to the bank and what it answered, line by line against the payments of the journal.

What must not be broken: the file is read here by a reader of its own, apart from the program that wrote it. A payment
that the journal calls settled stands in the bank's answer as settled, with its amount; a layout that is not known here
is said to be unread, never passed over.
"""

from collections import Counter
from typing import ClassVar, NamedTuple

from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Findings, Place
from audit.folder import PackageFolder, UnreadableFile
from audit.named_files import SENT
from domain.kernel.money import yuan

READABLE = "neutral-csv"
_FILE_BYTES_MAX = 1 << 28
_OUTCOMES = {
    **dict.fromkeys(("SUCCESS", "ACSC", "ACCC", "S", "90", "F成功", "成功"), "settled"),
    **dict.fromkeys(("FAIL", "RJCT", "E", "91", "失败", "CANC", "C", "CLOSED"), "failed"),
    **dict.fromkeys(("RTRINF", "RVSLIND", "NTAGDRFD", "退汇"), "returned"),
}
_LINE_FIELDS, _ANSWER_FIELDS = 9, 14


class _Sent(NamedTuple):
    """A file that an event of a batch names."""

    batch: str
    profile: str
    path: str
    place: Place
    answer: bool


class BankLine(NamedTuple):
    """One line of a file: its row, the payment's end-to-end id, its amount, and the bank's word (answers only)."""

    row: int
    end_to_end_id: str
    amount_fen: int
    outcome: str | None


class BankFiles:
    """Check 18, where the bank's files are in the package."""

    types: ClassVar[frozenset[str] | None] = frozenset(
        {
            "payout_batch.exported/1",
            "payout_batch.answer_recorded/1",
            "payment.settled/1",
            "payment.failed/1",
            "payment.returned/1",
        }
    )
    moving: ClassVar[bool] = False

    def __init__(self, folder: PackageFolder, findings: Findings) -> None:
        self._folder = folder
        self._findings = findings
        self._sent: list[_Sent] = []
        self._outcomes: dict[
            str, dict[str, str]
        ] = {}  # digest of an answer -> payment -> what the journal took from it
        self._lines = 0

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Note the files of batches, and what became of payments by which answer."""
        data = entry.data
        if entry.type in ("payout_batch.exported/1", "payout_batch.answer_recorded/1"):
            path = SENT + data["file"]["sha256"]
            if path in self._folder.files:
                answer = entry.type == "payout_batch.answer_recorded/1"
                self._sent.append(_Sent(entry.identity, data["profile"], path, entry.place, answer))
        else:
            outcome = entry.type.removeprefix("payment.").removesuffix("/1")
            self._outcomes.setdefault(data["answer"], {})[entry.identity] = outcome

    def finish(self, book: Book) -> None:
        """Compare each file with the payments of its batch."""
        for sent in self._sent:
            if sent.profile != READABLE:
                self._findings.attend("bank.layout", Place(sent.path, event=sent.place.event), profile=sent.profile)
                continue
            lines = self._read(sent)
            if lines is not None:
                self._compare(sent, lines, book)
        self._findings.summarise(Check.BANK, files=len(self._sent), lines=self._lines)

    def _read(self, sent: _Sent) -> list[BankLine] | None:
        try:
            content = self._folder.read(sent.path, limit=_FILE_BYTES_MAX)
        except UnreadableFile as error:
            self._findings.add(f"bank.{error.reason}", Place(sent.path), detail=error.detail)
            return None
        lines, wrong = read_neutral(content, answer=sent.answer)
        for row in wrong:
            self._findings.add("bank.row", Place(sent.path, row=row))
        self._lines += len(lines)
        return lines

    def _compare(self, sent: _Sent, lines: list[BankLine], book: Book) -> None:
        payments = {book.payments[identity].end_to_end_id: identity for identity in book.lines.get(sent.batch, ())}
        taken = self._outcomes.get(sent.path.removeprefix(SENT), {}) if sent.answer else {}
        seen: Counter[str] = Counter()
        for line in lines:
            place = Place(sent.path, row=line.row, event=sent.place.event)
            identity = payments.get(line.end_to_end_id)
            seen[line.end_to_end_id] += 1
            if identity is None or seen[line.end_to_end_id] > 1:
                self._findings.add("bank.unknown_line", place, id=line.end_to_end_id)
                continue
            amount_fen = book.payments[identity].amount_fen
            if line.amount_fen != amount_fen:
                self._findings.add("bank.amount", place, found=yuan(line.amount_fen), expected=yuan(amount_fen))
            outcome = taken.get(identity)
            if outcome == "failed" and line.outcome == "returned":
                continue  # it came back before anybody had heard that it was paid
            if outcome is not None and outcome != line.outcome:
                self._findings.add("bank.outcome", place, found=line.outcome or "unknown", expected=outcome)
        # A payment that nobody prepared is named elsewhere, and has no line to be looked for.
        ended = {book.payments[identity].end_to_end_id for identity in taken if identity in book.payments}
        of_journal = ended if sent.answer else payments.keys()
        for missing in sorted(of_journal - seen.keys()):
            self._findings.add("bank.missing_line", Place(sent.path, event=sent.place.event), id=missing)


def read_neutral(content: bytes, *, answer: bool) -> tuple[list[BankLine], list[int]]:
    """The lines of the neutral layout (`H|…`, `D|…`, `T|count|total`), and the rows that are not of its form."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    lines: list[BankLine] = []
    wrong: list[int] = []
    fields_wanted = _ANSWER_FIELDS if answer else _LINE_FIELDS
    for row, line in enumerate(text.split("\n"), start=1):
        fields = [cell.strip() for cell in line.split("|")]
        match fields[0]:
            case "D" if len(fields) == fields_wanted and fields[6].isascii() and fields[6].isdigit():
                outcome = _OUTCOMES.get(fields[9]) if answer else None
                lines.append(BankLine(row, fields[8], int(fields[6][:18]), outcome))
            case "T" if fields[1:3] == [str(len(lines)), str(sum(line.amount_fen for line in lines))]:
                pass
            case "H":
                pass
            case remark if remark.startswith("#") or not line.strip():
                pass
            case _:
                wrong.append(row)
    return lines, wrong
