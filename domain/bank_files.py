"""Files of the bank: every one that was written, read or turned away, with what read it and how that ended.

What must not be broken: a file is known by its bytes alone, so the same file twice is one file. What a file brought
about is said by other events; this one says only that it was there, and whether it could be used.
"""

from dataclasses import dataclass
from typing import Literal, assert_never
from uuid import UUID

from domain.kernel.events import Attachment, Sha256, event
from domain.kernel.ids import StreamName, derived, stream_name
from domain.kernel.refusals import Refusal


@dataclass(frozen=True, slots=True)
class SchemaPlace:
    """A place that does not follow the schema: the line (from 1), and the element's name if the schema knows it.

    `part` (from 1) is given where the file is an archive of several messages.
    """

    line: int
    element: str
    part: int | None = None


@dataclass(frozen=True, slots=True)
class SchemaCheck:
    """What the schema says of an XML file: valid, invalid or no_schema; which schema; the first places that differ."""

    result: str
    xsd: Sha256 | None = None
    places: tuple[SchemaPlace, ...] = ()


@event("bank_file.recorded/1")
class BankFileRecorded:
    """A file was written for the bank or read from it.

    `kind`: payment, return or statement. `profile` names the layout, `parser` the program that knows it, as
    name/version. `verdict` is read or refused, and `findings_count` says how much was wrong with a refused one.
    `schema` stands beside the verdict and decides nothing: banks' own samples differ from their schemas and are right,
    or follow them and do not add up. It is left out for what is no XML.
    """

    kind: str
    profile: str
    parser: str
    file: Attachment
    verdict: str
    findings_count: int
    schema: SchemaCheck | None = None


BankFileEvent = BankFileRecorded
Kind = Literal["payment", "return", "statement"]
Verdict = Literal["read", "refused"]

KINDS = frozenset({"payment", "return", "statement"})
VERDICTS = frozenset({"read", "refused"})


@dataclass(frozen=True, slots=True)
class BankFile:
    """A file and how it was last judged."""

    kind: str
    profile: str
    parser: str
    sha256: Sha256
    verdict: str
    schema: SchemaCheck | None = None


def bank_file_id(sha256: Sha256) -> UUID:
    """The id of a file: it follows from its bytes."""
    return derived("bank_file", sha256)


def stream(sha256: Sha256) -> StreamName:
    """The stream of a file."""
    return stream_name("bank_file", bank_file_id(sha256))


# Decide: what may happen, judged by the rules in force.


def record(
    known: BankFile | None,
    *,
    kind: str,
    profile: str,
    parser: str,
    file: Attachment,
    verdict: str,
    findings_count: int,
    schema: SchemaCheck | None = None,
) -> list[BankFileRecorded]:
    """Record a file; the same file judged the same way by the same parser is no event, whatever schemas there are now.

    Refused, in this order: `bank_file.kind_unknown`, `bank_file.verdict_unknown`, `bank_file.findings_disagree` (a file
    that was read has findings, or one that was refused has none).
    """
    if kind not in KINDS:
        raise Refusal("bank_file.kind_unknown", kind=kind)
    if verdict not in VERDICTS:
        raise Refusal("bank_file.verdict_unknown", verdict=verdict)
    if (verdict == "refused") != (findings_count > 0):
        raise Refusal("bank_file.findings_disagree", verdict=verdict, findings_count=findings_count)
    if known is not None and (known.kind, known.profile, known.parser, known.verdict) == (
        kind,
        profile,
        parser,
        verdict,
    ):
        return []
    return [
        BankFileRecorded(
            kind=kind,
            profile=profile,
            parser=parser,
            file=file,
            verdict=verdict,
            findings_count=findings_count,
            schema=schema,
        )
    ]


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(state: BankFile | None, event: BankFileEvent) -> BankFile:  # noqa: ARG001 - every evolve is handed the state
    """The file after an event."""
    match event:
        case BankFileRecorded():
            return BankFile(event.kind, event.profile, event.parser, event.file.sha256, event.verdict, event.schema)
        case _:
            assert_never(event)
