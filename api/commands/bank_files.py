"""Every file of the bank is kept and recorded: what was sent, what was read, and what was turned away and why.

What must not be broken: a file that is refused changes nothing in the books, but it is kept with its digest, so that
nobody can say later that it never came.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from api.commands.shared import require
from api.context import App
from api.files.findings import BadFile
from api.files.schema_validity import schema_check
from domain import bank_files
from domain.bank_files import Kind, SchemaCheck, Verdict
from domain.kernel.events import Attachment
from domain.kernel.places import Division
from journal.facts import Actor, Fact
from journal.journal import Reading

PARSER: Final = "bank-files/2"
"""What reads and writes bank files here. Its number goes up when the same bytes would be understood otherwise."""


def recorded(
    read: Reading,
    *,
    kind: Kind,
    profile: str,
    file: Attachment,
    on: date,
    verdict: Verdict = "read",
    findings_count: int = 0,
    schema: SchemaCheck | None,
) -> Iterator[Fact]:
    """The fact of a file, to stand beside what it brings about; nothing for a file that was recorded so before.

    `schema` is what `schema_check_of` says of its content.
    """
    stream = bank_files.stream(file.sha256)
    for event in bank_files.record(
        read.state(stream, bank_files.evolve),
        kind=kind,
        profile=profile,
        parser=PARSER,
        file=file,
        verdict=verdict,
        findings_count=findings_count,
        schema=schema,
    ):
        yield Fact(stream, event, on)


def schema_check_of(app: App, content: bytes) -> SchemaCheck | None:
    """What the unit's schemas say of a file. It decides nothing."""
    return schema_check(content, folder=app.settings.bank_schemas)


def record_refused(
    app: App,
    *,
    actor: Actor,
    kind: Kind,
    profile: str,
    content: bytes,
    refused: BadFile,
    on: date,
    division: Division | None = None,
) -> None:
    """Keep and record a file that could not be used; the same file again changes nothing.

    `division`: whose file it is; the county's by default.
    """
    file = app.vault.put_file(content, kind="refused_file")
    known = app.journal.state(bank_files.stream(file.sha256), bank_files.evolve)
    if known is not None and (known.kind, known.profile, known.verdict) == (kind, profile, "refused"):
        return
    count, schema = len(refused.findings), schema_check_of(app, content)

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "bank_file.recorded/1", division=division or app.log.division, on=on)
        yield from recorded(
            read,
            kind=kind,
            profile=profile,
            file=file,
            on=on,
            verdict="refused",
            findings_count=count,
            schema=schema,
        )

    # The file is its own key: whoever sends it again, with whatever form, says nothing new.
    key = f"bank_file:{kind}:{file.sha256}:{profile}"
    inputs = {"command": "bank_file.refuse", "file": file.sha256, "profile": profile, "kind": kind}
    app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)
