"""Which payment a line may be where no reference says so: by amount, account and name, shown to a person with reasons.
And whether a line that does name a payment shows somebody else than its payee.

What must not be broken: every candidate is shown and none is chosen; names and accounts are compared here and kept
nowhere.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Final, NamedTuple

from domain.kernel.matches import EntryKey, Part
from domain.matching import Entry, Payable, Unmatched, by_entry

WINDOW_DAYS: Final = 5
_TAIL: Final = 4
_TAIL_ALONE: Final = 6
"""A statement that shows at most so many digits of an account shows its end."""
_MASKS: Final = "*＊xX#＃•●…"
_IN_NAMES: Final = re.compile(r"[\s·・•‧．.]")
"""What a bank leaves out of names or writes in its own way, as the dot in 阿依古丽·买买提."""


class Known(NamedTuple):
    """The other side of a line as the file shows it, or a payee as the vault has him; names and accounts may be
    masked in a file.
    """

    name: str
    account: str
    text: str = ""


class Proposal(NamedTuple):
    """A line and a payment that agree in amount, account and name; `agrees` says in what, `days` lie between them."""

    key: EntryKey
    part: Part
    agrees: tuple[str, ...]
    days: int


class Proposed(NamedTuple):
    """What a person may accept, and lines of the right account under another name."""

    proposals: tuple[Proposal, ...]
    differing: tuple[Unmatched, ...]


def proposals(
    entries: Iterable[tuple[Entry, Known]], payments: Iterable[tuple[Payable, Known]], *, window_days: int = WINDOW_DAYS
) -> Proposed:
    """Every payment that a line may be by amount, account and name within some days of it; nothing is chosen.

    Payments are found by amount and the last digits of the account, so that 5-yuan payments by the thousand do not
    make every line a search.
    """
    table: defaultdict[tuple[int, str], list[tuple[Payable, Known, date]]] = defaultdict(list)
    for payment, payee in payments:
        tail = digits(payee.account)[-_TAIL:]
        if payment.paid_on is not None and not payment.out_taken:
            table[-payment.amount_fen, tail].append((payment, payee, payment.paid_on))
        if payment.back_on is not None and not payment.back_taken:
            table[payment.amount_fen, tail].append((payment, payee, payment.back_on))
    found: list[Proposal] = []
    differing: list[Unmatched] = []
    for entry, said in entries:
        for payment, payee, day in table.get((entry.amount_fen, digits(said.account)[-_TAIL:]), ()):
            days = abs((entry.booked_on - day).days)
            if days > window_days or not agrees(digits_or_stars(said.account), digits(payee.account)):
                continue
            if not agrees(_letters(said.name), _letters(payee.name)):
                kind = "wrong_account_or_name"
                differing.append(Unmatched(kind, entry.key, entry.amount_fen, payment.payment_id, None))
                continue
            part = Part(payment.payment_id, entry.amount_fen)
            found.append(Proposal(entry.key, part, ("amount", "account", "name", *_by_text(said, payment)), days))
    return Proposed(tuple(sorted(found)), tuple(sorted(differing, key=by_entry)))


def _by_text(said: Known, payment: Payable) -> tuple[str, ...]:
    named = [payment.end_to_end_id, payment.batch_reference, payment.paid_ref, payment.back_ref]
    return ("reference",) if any(one and one in said.text for one in named) else ()


def digits(account: str) -> str:
    """The digits of an account's number."""
    return "".join(character for character in account if character.isdigit())


def digits_or_stars(account: str) -> str:
    """An account as a file shows it, hidden digits as stars."""
    return "".join("*" if one in _MASKS else one for one in account if one.isdigit() or one in _MASKS)


def contradicts(said: Known, payee: Known) -> bool:
    """Whether what a line shows of the other side cannot be the payee: hidden digits and letters say nothing, and
    neither does a name or account that is not shown, or that we no longer have.
    """
    account, name = digits_or_stars(said.account), _name(said.name)
    whole = digits(payee.account)
    if account.strip("*") and whole and not agrees(account, whole):
        is_end = "*" not in account and len(account) <= _TAIL_ALONE
        if not (is_end and whole.endswith(account)):
            return True
    return bool(name.strip("*")) and bool(_name(payee.name)) and not agrees(name, _name(payee.name))


def shows(said: Known, payee: Known) -> bool:
    """Whether a line shows the payee: by his account or, where it shows none, his name; and nothing contradicts it."""
    if contradicts(said, payee):
        return False
    by_account = digits_or_stars(said.account).strip("*") and digits(payee.account)
    return bool(by_account or (_name(said.name).strip("*") and _name(payee.name)))


def _name(name: str) -> str:
    hidden = "".join("*" if one in "*＊●…" else one for one in name)
    return _IN_NAMES.sub("", unicodedata.normalize("NFKC", hidden)).casefold()


def _letters(name: str) -> str:
    return "".join(name.split()).replace("＊", "*")


def agrees(shown: str, whole: str) -> bool:
    """Whether a text of which some is hidden (stars) can be the other one. Nothing at all agrees with nothing."""
    if not shown or not whole:
        return False
    pattern = ".+".join(re.escape(piece) for piece in re.split(r"\*+", shown))
    return re.fullmatch(pattern, whole) is not None
