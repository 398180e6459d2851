"""The county's story with everything that a package can carry: files, opened values, pages, a time stamp."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from audit.book import Book
from audit.disclosures import Disclosure, Pages
from audit.entries import Bundle, Raw
from audit.opened import Value
from audit.package import Beside
from audit.strict import entry_of
from domain.kernel.ids import derived, stream_name
from domain.kernel.names import mask_name
from journal import checkpoint as checkpoints
from journal import note
from journal.checkpoint import Checkpoint
from journal.merkle import Frontier, leaf_hash
from journal.note import Ed25519Signer
from journal.trust import Log, Policy
from tests.audit.story import ORIGIN, POLICY, County, seal, seeded

NEXT_KEY = Ed25519Signer.from_seed(ORIGIN, seeded("next log key"))
_OLD = Policy.parse(POLICY.encode())
BOTH = bytes(Policy((*_OLD.logs, Log(NEXT_KEY.verifier_key)), _OLD.witnesses, _OLD.groups, quorum=_OLD.quorum)).decode()
NEW = bytes(Policy((Log(NEXT_KEY.verifier_key),), _OLD.witnesses, _OLD.groups, quorum=_OLD.quorum)).decode()
NAMES = ("张建国", "欧阳静", "王小明", "李四", "赵六", "钱七", "孙八", "周九", "吴十")


@dataclass(frozen=True)
class Full:
    """Entries and what goes beside them."""

    entries: list[bytes]
    beside: Beside
    token: bytes


def file_of(content: bytes) -> dict[str, Any]:
    """A file as events name it."""
    return {"sha256": sha256(content).hexdigest(), "length": len(content)}


Forge = tuple[str, Callable[[bytes], bytes]]
"""A type of event, and what becomes of the bank file that it names before it is kept and named."""


def full(county: County | None = None, *, forge: Forge | None = None) -> Full:
    """Everything, under the first log key."""
    county = county or County()
    files, values = _files(county, forge), _values(county)
    token = _stamp(county)
    entries = county.story.entries()
    beside = Beside(
        disclosures=full_pages(county, entries),
        attached=files.get,
        sent=files.get,
        token={sha256(token).hexdigest(): token}.get,
        values=lambda wanted: [values[one] for one in wanted if one in values],
    )
    return Full(entries, beside, token)


def full_pages(county: County, entries: list[bytes]) -> list[Disclosure]:
    """The month pages with the masked names."""
    return pages_of(entries, names={payee: mask_name(name) for payee, name in _named(county).items()})


ON = "2026-11-22"
"""The day on which the pages are made."""


def pages_of(
    entries: list[bytes], *, names: Mapping[str, str] = MappingProxyType({}), position: int | None = None
) -> list[Disclosure]:
    """The month pages as of a position, from a fold of their own."""
    pages, book = Pages(), Book()
    upto = len(entries) if position is None else position
    for index, content in enumerate(entries[:upto]):
        entry = entry_of(Bundle("", 0, 256), Raw(index, 0, content))
        if entry is None:
            continue
        if entry.type in (pages.types or ()):
            pages.see(entry, book)
        book.apply(entry)
    return pages.at(book, upto, on=ON, names=names)


def _named(county: County) -> dict[str, str]:
    persons = [draft for draft in county.story.drafts if draft.type == "person.registered/1"]
    return {draft.stream.partition("/")[2]: name for draft, name in zip(persons, NAMES, strict=True)}


def _values(county: County) -> dict[str, Value]:
    """Real commitments in place of the story's, to the persons' names and the texts of reports."""
    values: dict[str, Value] = {}

    def commit(text: str) -> str:
        nonce = seeded(f"nonce {len(values)}")
        digest = sha256(b"\x00" + nonce + text.encode()).hexdigest()
        values[digest] = Value(digest, nonce.hex(), text)
        return digest

    names = _named(county)
    for draft in county.story.drafts:
        if draft.type == "person.registered/1":
            draft.data["name"] = commit(names[draft.stream.partition("/")[2]])
        elif draft.type == "incident.reported/1":
            draft.data["text"] = commit("井盖缺失，夜里看不见。")
    return values


def _files(county: County, forge: Forge | None) -> dict[str, bytes]:
    """Real photos, payment files and answers, as the neutral layout has them."""
    story, files = county.story, {}

    def keep(content: bytes, kind: str = "") -> dict[str, Any]:
        if forge is not None and forge[0] == kind:
            content = forge[1](content)
        files[sha256(content).hexdigest()] = content
        return file_of(content)

    lines = {draft.stream: draft.data for draft in story.drafts if draft.type == "payment.prepared/1"}
    for draft in story.drafts:
        if draft.type == "incident.reported/1":
            photo = keep(b"\xff\xd8 a photo " + draft.stream.encode())
            draft.data["photos"] = [{**photo, "difference_hash": "0" * 16}]
        elif draft.type == "payout_batch.exported/1":
            batch = draft.stream.partition("/")[2]
            draft.data["profile"] = "neutral-csv"
            draft.data["file"] = keep(_neutral([(one, None) for one in lines.values() if one["batch_id"] == batch]))
    answers = [draft for draft in story.drafts if draft.type == "payout_batch.answer_recorded/1"]
    for draft in answers:
        taken = [other for other in story.drafts if other.data.get("answer") == draft.data["file"]["sha256"]]
        words = {"payment.settled/1": "SUCCESS", "payment.failed/1": "FAIL", "payment.unresolved/1": "PDNG"}
        draft.data["profile"] = "neutral-csv"
        draft.data["file"] = keep(_neutral([(lines[other.stream], words[other.type]) for other in taken]), draft.type)
        for other in taken:
            other.data["answer"] = draft.data["file"]["sha256"]
    return files


def _neutral(lines: list[tuple[dict[str, Any], str | None]]) -> bytes:
    total = sum(data["amount_fen"] for data, _ in lines)
    rows = [f"H|B|6222000011112222|{len(lines)}|{total}|2026-03-01"]
    for data, word in lines:
        cells = [
            data["line"],
            "张建国",
            "6222021234567890123",
            "农行",
            "",
            data["amount_fen"],
            "奖励",
            data["end_to_end_id"],
        ]
        rows.append("|".join(["D", *map(str, cells), *([] if word is None else [word, "", "", "B1", "2026-03-05"])]))
    return "".join(f"{row}\r\n" for row in [*rows, f"T|{len(lines)}|{total}"]).encode()


def _stamp(county: County) -> bytes:
    """A time stamp of the first 40 entries, at the end. The token is none, but holds the imprint as one would."""
    frontier = Frontier()
    frontier.extend(map(leaf_hash, county.story.entries()[:40]))
    sealed = Checkpoint(ORIGIN, 40, frontier.root())
    token = b"\x30\x82 a token over " + sha256(sealed.text()).digest() + b" by somebody"
    county.admin(
        stream_name("log", derived("log", ORIGIN)),
        "log.checkpoint_timestamped/1",
        {
            "size": 40,
            "root": sealed.root.hex(),
            "token": sha256(token).hexdigest(),
            "token_bytes": len(token),
            "authority": "时间戳机构",
            "stamped_at": "2026-03-06T02:00:00.000000Z",
        },
    )
    return token


def set_policy(county: County, policy: str) -> None:
    """The administrator puts another policy in force."""
    county.admin(stream_name("log", derived("log", ORIGIN)), "log.policy_set/1", {"policy": policy})


def sealed_by_both(entries: list[bytes]) -> bytes:
    """A checkpoint that both log keys sign, and the witness."""
    first = note.parse(seal(entries))
    head = checkpoints.parse_text(first.text)
    second = note.parse(checkpoints.sign(head, NEXT_KEY)).signatures
    return bytes(note.Note(first.text, (*first.signatures, *second)))
