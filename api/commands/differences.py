"""Opening and ending differences of reconciliation, for every command that finds one.

What must not be broken: one that is open for the same amount, or that two people explained, is not opened again.
Imported by commands of payouts and of reconciling, so it imports neither.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from domain import recon_exceptions
from domain.kernel.money import Fen
from domain.recon_exceptions import Subject
from journal.facts import Fact
from journal.journal import Reading


def opened(read: Reading, wanted: Mapping[Subject, int], on: date) -> Iterator[Fact]:
    """Open differences that are not open; amounts in fen, with the sign of the bank's lines."""
    states = read.states([subject.stream for subject in wanted], recon_exceptions.evolve)
    for subject, amount_fen in wanted.items():
        state = states[subject.stream]
        for event in recon_exceptions.open_(state, subject=subject, amount_fen=Fen(amount_fen)):
            yield Fact(subject.stream, event, on)


def ended(read: Reading, gone: Iterable[Subject], on: date) -> Iterator[Fact]:
    """End differences that no longer hold, though nothing was matched; those that are not open are left."""
    subjects = list(gone)
    states = read.states([subject.stream for subject in subjects], recon_exceptions.evolve)
    for subject in subjects:
        for event in recon_exceptions.clear(states[subject.stream], matched=False):
            yield Fact(subject.stream, event, on)
