"""Files of the bank: the same one twice is one, and what was refused is on record."""

import pytest

from domain import bank_files
from domain.bank_files import SchemaCheck, SchemaPlace
from domain.kernel.events import Attachment, Sha256
from domain.kernel.refusals import Refusal

FILE = Attachment(Sha256("5a" * 32), 7)
READ = {"kind": "return", "profile": "neutral-csv", "parser": "bank-files/1", "verdict": "read", "findings_count": 0}


def record(known=None, **changed):
    return bank_files.record(known, file=FILE, **(READ | changed))


def test_a_file_is_recorded_once():
    (event,) = record()
    assert (event.kind, event.file, event.verdict, event.findings_count) == ("return", FILE, "read", 0)
    known = bank_files.evolve(None, event)
    assert (known.sha256, known.profile, known.parser) == (FILE.sha256, "neutral-csv", "bank-files/1")
    assert record(known) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"verdict": "refused", "findings_count": 3},
        {"profile": "generic-xlsx"},
        {"parser": "bank-files/2"},
        {"kind": "statement"},
    ],
)
def test_another_judgement_of_the_same_file_is_recorded_too(changed):
    known = bank_files.evolve(None, record()[0])
    (event,) = record(known, **changed)
    assert record(bank_files.evolve(known, event), **changed) == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"kind": "photo"}, "bank_file.kind_unknown"),
        ({"verdict": "perhaps"}, "bank_file.verdict_unknown"),
        ({"findings_count": 1}, "bank_file.findings_disagree"),
        ({"verdict": "refused"}, "bank_file.findings_disagree"),
    ],
)
def test_what_contradicts_itself_is_refused(changed, code):
    with pytest.raises(Refusal) as raised:
        record(**changed)
    assert raised.value.code == code


def test_what_the_schema_says_is_recorded_and_decides_nothing():
    check = SchemaCheck("invalid", Sha256("5b" * 32), (SchemaPlace(43, "Amt"),))
    (event,) = record(schema=check)
    assert (event.schema, event.verdict) == (check, "read")
    known = bank_files.evolve(None, event)
    assert known.schema == check
    assert record(known) == record(known, schema=SchemaCheck("valid", Sha256("5b" * 32))) == []


def test_a_file_is_known_by_its_bytes():
    assert bank_files.stream(FILE.sha256) == bank_files.stream(Sha256("5a" * 32))
    assert bank_files.stream(FILE.sha256) != bank_files.stream(Sha256("5b" * 32))
