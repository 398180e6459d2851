"""A bank that is none: it answers payment files of a rehearsal (演练) as a real bank might, the same way every time.

What must not be broken: it answers nothing but rehearsals, and whatever it writes says 演练 at its head. It moves no
money, and an answer of its making must never settle a real payment.
"""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Final

from api.files.bank_profiles import BankProfile
from api.files.bank_records import write_table
from api.files.bank_tables import REHEARSAL_REMARK
from api.files.bank_words import FAILURE_REASONS
from api.files.cells import amount_text
from api.files.payment_files import PaymentFile, PaymentLine, line_cells, read_payment_file
from domain.kernel.money import Fen
from domain.kernel.refusals import Refusal

FAILED_PER_HUNDRED: Final = 4
UNKNOWN_PER_HUNDRED: Final = 4
FAILED_FROM_LINES: Final = 4  # a batch of so many lines has at least one failure
RETURNED_ONE_IN: Final = 50  # of the lines that were settled
RETURNED_FROM_LINES: Final = 4
UNKNOWN_FROM_LINES: Final = 8  # and of so many at least one line without a definite answer

_AT_WORK: Final = "PROCESSING"
# The three ways in which banks leave a payment open: still at work, a word nobody has listed, no line at all.
_OPEN_WORDS: Final = (_AT_WORK, "X9", None)
_RESOLVED_FAILED_OF: Final = 5  # of the lines left open, one in so many fails in the end
_NEVER_RESOLVED_OF: Final = 3  # and with `answer_in_part`, one in so many stays open


def answer(payment_file: bytes, profile: BankProfile, *, seed: str | int, on: date, rehearsal: bool) -> bytes:
    """The return file to a payment file: most lines settled on day `on`, some failed, some without a definite answer.

    Raises Refusal("rehearsal.only") unless both the caller and the payment file say that this is a rehearsal, and
    BadFile for a payment file that cannot be read.
    """
    sent = _rehearsed(payment_file, profile, rehearsal=rehearsal)
    return _written(sent, profile, _first_lines(sent, profile, seed, on), on)


def repeat(
    payment_file: bytes, profile: BankProfile, *, seed: str | int, on: date, again_on: date, rehearsal: bool
) -> bytes:
    """The same answer as on day `on`, in another file of a later day: nothing in it is new. Raises as `answer` does."""
    sent = _rehearsed(payment_file, profile, rehearsal=rehearsal)
    return _written(sent, profile, _first_lines(sent, profile, seed, on), again_on)


def return_late(payment_file: bytes, profile: BankProfile, *, seed: str | int, on: date, rehearsal: bool) -> bytes:
    """A file of a later day: some lines that `answer` with the same seed called settled have come back (退票).

    Raises as `answer` does. About one settled line in fifty, at least one of a batch of four.
    """
    sent = _rehearsed(payment_file, profile, rehearsal=rehearsal)
    settled = _settled_first(sent, seed)
    count = max(len(settled) // RETURNED_ONE_IN, int(len(settled) >= RETURNED_FROM_LINES))
    lines = [(line, _returned(line, profile, seed, on)) for line in settled[:count]]
    return _written(sent, profile, lines, on)


def contradict(payment_file: bytes, profile: BankProfile, *, seed: str | int, on: date, rehearsal: bool) -> bytes:
    """A file that says of the last settled line of `answer` that it failed: the bank contradicts itself.

    Raises as `answer` does.
    """
    sent = _rehearsed(payment_file, profile, rehearsal=rehearsal)
    return _written(
        sent, profile, [(line, _failed(line, profile, seed)) for line in _settled_first(sent, seed)[-1:]], on
    )


def _first_lines(
    sent: PaymentFile, profile: BankProfile, seed: str | int, on: date
) -> list[tuple[PaymentLine, dict[str, str]]]:
    """What the first answer says of each line; one that is at no end stands in none."""
    failed, unknown = _parts(sent, seed)
    lines = []
    for line in sent.lines:
        if line.end_to_end_id in unknown:
            word = _OPEN_WORDS[unknown.index(line.end_to_end_id) % len(_OPEN_WORDS)]
            if word is not None:
                lines.append((line, {"status": word}))
        elif line.end_to_end_id in failed:
            lines.append((line, _failed(line, profile, seed)))
        else:
            lines.append((line, _settled(line, profile, seed, on)))
    return lines


def _settled_first(sent: PaymentFile, seed: str | int) -> list[PaymentLine]:
    """The lines that the first answer calls settled, in the order in which trouble is drawn for them."""
    failed, unknown = _parts(sent, seed)
    settled = [line for line in sent.lines if line.end_to_end_id not in {*failed, *unknown}]
    return sorted(settled, key=lambda line: _number(seed, "later", line.end_to_end_id))


def answer_again(payment_file: bytes, profile: BankProfile, *, seed: str | int, on: date, rehearsal: bool) -> bytes:
    """The later return file, of the lines that `answer` with the same seed left open: each is settled or failed now.

    Raises as `answer` does. A batch without open lines gives a file without lines.
    """
    return _later(_rehearsed(payment_file, profile, rehearsal=rehearsal), profile, seed, on, never=0)


def answer_in_part(payment_file: bytes, profile: BankProfile, *, seed: str | int, on: date, rehearsal: bool) -> bytes:
    """Like `answer_again`, but about one line in three that was left open the bank still cannot say anything."""
    sent = _rehearsed(payment_file, profile, rehearsal=rehearsal)
    return _later(sent, profile, seed, on, never=_NEVER_RESOLVED_OF)


def _later(sent: PaymentFile, profile: BankProfile, seed: str | int, on: date, *, never: int) -> bytes:
    """The later return file; one in `never` lines stays open (0: none does)."""
    _, unknown = _parts(sent, seed)
    lines = []
    for line in sent.lines:
        if line.end_to_end_id not in unknown:
            continue
        if never and _number(seed, "never", line.end_to_end_id) % never == 0:
            lines.append((line, {"status": _AT_WORK}))
        else:
            fails = _number(seed, "again", line.end_to_end_id) % _RESOLVED_FAILED_OF == 0
            resolved = _failed(line, profile, seed) if fails else _settled(line, profile, seed, on)
            lines.append((line, resolved))
    return _written(sent, profile, lines, on)


def _rehearsed(payment_file: bytes, profile: BankProfile, *, rehearsal: bool) -> PaymentFile:
    if not rehearsal:
        raise Refusal("rehearsal.only")
    sent = read_payment_file(profile, payment_file)
    if not sent.rehearsal:
        raise Refusal("rehearsal.only")
    return sent


def _parts(sent: PaymentFile, seed: str | int) -> tuple[list[str], list[str]]:
    """The end-to-end ids that fail and those that stay open, drawn by seed and id alone."""
    drawn = sorted((line.end_to_end_id for line in sent.lines), key=lambda identity: _number(seed, "draw", identity))
    count = len(drawn)
    failed = max(count * FAILED_PER_HUNDRED // 100, int(count >= FAILED_FROM_LINES))
    unknown = max(count * UNKNOWN_PER_HUNDRED // 100, int(count >= UNKNOWN_FROM_LINES))
    return drawn[:failed], drawn[failed : failed + unknown]


def _number(*parts: object) -> int:
    return int.from_bytes(sha256("\x1f".join(map(str, parts)).encode()).digest()[:8], "big")


def _failed(line: PaymentLine, profile: BankProfile, seed: str | int) -> dict[str, str]:
    reason = FAILURE_REASONS[_number(seed, "reason", line.end_to_end_id) % len(FAILURE_REASONS)]
    return {"status": profile.words("failed")[0], "code": profile.reason_code(reason), "reason": reason}


def _settled(line: PaymentLine, profile: BankProfile, seed: str | int, on: date) -> dict[str, str]:
    reference = _number(seed, "reference", line.end_to_end_id) % 10**12
    return {
        "status": profile.words("settled")[0],
        "bank_ref": f"YL{on:%Y%m%d}{reference:012d}",
        "booked_on": on.strftime(profile.date_format),
    }


def _returned(line: PaymentLine, profile: BankProfile, seed: str | int, on: date) -> dict[str, str]:
    reference = _number(seed, "returned", line.end_to_end_id) % 10**12
    return {
        **_failed(line, profile, seed),
        "status": profile.words("returned")[0],
        "bank_ref": f"TP{on:%Y%m%d}{reference:012d}",
        "booked_on": on.strftime(profile.date_format),
    }


def _written(
    sent: PaymentFile, profile: BankProfile, lines: Sequence[tuple[PaymentLine, dict[str, str]]], on: date
) -> bytes:
    total_fen = Fen(sum(line.amount_fen for line, _ in lines))
    totals = {
        "batch": sent.batch,
        "payer_account": sent.payer_account,
        "count": str(len(lines)),
        "total": amount_text(total_fen, unit=profile.amount_unit),
        "date": on.strftime(profile.date_format),
        "remark": REHEARSAL_REMARK,
    }
    answers = [{**line_cells(profile, line), **answered} for line, answered in lines]
    return write_table(profile, totals=totals, lines=answers, answers=True, on=on)
