"""Every file of the bank is kept and recorded: what was sent, what was read, and what was refused - each once."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest

from api.commands import payouts
from api.commands.bank_files import PARSER
from api.context import App
from api.files.bank_profiles import load_bank_profile
from api.files.findings import BadFile
from domain import bank_files, payments
from domain.bank_files import BankFile, SchemaCheck
from domain.kernel.events import Sha256
from domain.kernel.ids import stream_name
from projections import payout_batches
from tests.journeys.conftest import COUNTY, People
from tests.journeys.test_spine import MARCH, ON, clock, report, reward
from tests.payouts import acknowledged

__all__ = ["clock"]

CMB = load_bank_profile("cmb-daifa")
SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="CMBSDKPGK"><xs:complexType>
<xs:sequence><xs:element name="INFO"/><xs:element name="NTAGCINQZ"/></xs:sequence></xs:complexType></xs:element>
</xs:schema>"""


def known(app: App, content: bytes) -> BankFile | None:
    return app.journal.state(bank_files.stream(Sha256(sha256(content).hexdigest())), bank_files.evolve)


def sent_batch(app: App, people: People) -> tuple[UUID, bytes]:
    for number in (0, 1):
        reward(app, people, report(app, people.member(number)))
    app.runner.catch_up()
    _, batch_id = payouts.freeze(app, actor=people.maker, key="freeze", division=COUNTY, month=MARCH, on=ON)
    app.runner.catch_up()
    shown = acknowledged(app, batch_id, maker=people.maker, checker=people.checker, on=ON)
    payouts.approve(app, actor=people.checker, key="approve", batch_id=batch_id, shown_digest=shown, on=ON)
    _, file = payouts.export(app, actor=people.maker, key="export", batch_id=batch_id, profile=CMB, on=ON)
    app.runner.catch_up()
    return batch_id, file


def result(file: bytes, *, account: str | None = None) -> bytes:
    said = {name: file.decode().split(f"<{name}>")[1].partition("<")[0] for name in ("YURREF", "ACCNBR", "TTLCNT")}
    return f"""<CMBSDKPGK><INFO><FUNNAM>NTAGCINY</FUNNAM><RETCOD>0</RETCOD></INFO><NTAGCINQZ>
<ACCNBR>{account or said["ACCNBR"]}</ACCNBR><YURREF>{said["YURREF"]}</YURREF><STSCOD>S</STSCOD>
<SUCNUM>{said["TTLCNT"]}</SUCNUM><REQNBR>0000978052</REQNBR><OPRDAT>20250402</OPRDAT></NTAGCINQZ></CMBSDKPGK>""".encode()


def test_what_was_sent_read_and_refused_is_on_record_once(app: App, people: People, tmp_path: Path) -> None:
    """Beside each stands what the bank's schema says, which hinders nothing: here only answers follow it."""
    schema = tmp_path / "answers.xsd"
    schema.write_text(SCHEMA)
    follows = SchemaCheck("valid", Sha256(sha256(schema.read_bytes()).hexdigest()))
    app = replace(app, settings=replace(app.settings, bank_schemas=tmp_path))
    batch_id, file = sent_batch(app, people)
    on_record = known(app, file)
    assert on_record is not None
    assert on_record.schema is not None
    assert (on_record.schema.result, on_record.schema.xsd) == ("invalid", follows.xsd)
    digest = Sha256(sha256(file).hexdigest())
    assert replace(on_record, schema=None) == BankFile("payment", "cmb-daifa", PARSER, digest, "read")

    def answered(content: bytes, key: str) -> object:
        return payouts.record_answer(
            app,
            actor=people.maker,
            key=key,
            batch_id=batch_id,
            profile=CMB,
            content=content,
            file="result.xml",
            on=ON,
        )

    # Another payer's result is refused with its finding, kept all the same, and the same file again says nothing new.
    wrong = result(file, account="36001234500059000009")
    heads = []
    for key in ("wrong", "wrong again"):
        with pytest.raises(BadFile) as refused:
            answered(wrong, key)
        assert [found.code for found in refused.value.findings] == ["answer.other_payer"]
        heads.append(app.journal.store.head())
    assert heads[0] == heads[1]
    on_record = known(app, wrong)
    assert on_record is not None
    assert (on_record.kind, on_record.verdict, on_record.schema) == ("return", "refused", follows)
    kept = app.vault.get_file(on_record.sha256, by=str(people.maker.person_id), reason="test")
    assert kept == wrong

    # The right one settles both lines, and is on record as read.
    right = result(file)
    assert answered(right, "right") is not None
    assert answered(right, "right again") is None
    on_record = known(app, right)
    assert on_record is not None
    assert (on_record.kind, on_record.verdict, on_record.schema) == ("return", "read", follows)
    app.runner.catch_up()
    with app.reading.connection() as connection:
        lines = payout_batches.payments_of_batch(connection, batch_id)
    states = [app.journal.state(stream_name("payment", line.payment_id), payments.evolve) for line in lines]
    assert [(state.status, state.booked_on) for state in states if state] == [("settled", ON)] * 2
    payouts.close(app, actor=people.maker, key="close", batch_id=batch_id, on=ON)
