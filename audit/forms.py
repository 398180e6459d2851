"""Most lines proved well formed by one look: a pattern for each type of event that only canonical lines match.

An event's line has its members in one order, no spaces, and mostly plain text. A line that matches the pattern of its
type is therefore in canonical form and has every field in its form, without being taken apart, checked piece by piece
and written again; that would take longer than its signature may. What must not be broken: a pattern never matches a
line that `journal.line.parse` or `audit.shapes` would refuse. One that it does not match proves nothing: text with
quotes in it, 29 February or a number of 16 digits is judged the long way (`audit.strict`).

Source: RFC 8785 for the form; `audit.shapes` for the fields.
"""

import json
import re
from binascii import a2b_base64
from collections.abc import Mapping
from functools import cache, lru_cache
from json.scanner import make_scanner
from sys import intern
from typing import Any, Final, NamedTuple

from audit import shapes
from audit.shapes import SHAPES, Form
from journal.line import MAX_ENTRY_BYTES

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_STREAM = rf"[a-z][a-z_]*/{_UUID}"
_EVENT = rf"{_STREAM}@[1-9][0-9]*"
# Every year has these days, so that a match needs no calendar.
_DAY = (
    r"[1-9][0-9]{3}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)"
    r"|(?:0[13578]|1[02])-31)"
)
_MOMENT = _DAY + r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z"
# What JSON writes as it is, and notes may hold.
_PLAIN = r'[^"\\\x00-\x1f]'
# At most 15 digits: surely below 2^53.
_WHOLE = r"(?:0|[1-9][0-9]{0,14})"
_POSITIVE = r"[1-9][0-9]{0,14}"
_INTEGER = rf"(?:-?{_POSITIVE}|0)"


def _list(item: str) -> str:
    return rf"\[(?:{item}(?:,{item})*)?\]"


def _object(members: Mapping[str, str]) -> str:
    """A JSON object with these members (name -> pattern; a question mark: it may be absent), sorted as RFC 8785 asks.

    One at least must be there, if any may: members before the first such one have their comma behind them, those after
    it before them.
    """
    names = sorted(members, key=lambda name: name.rstrip("?"))
    first = next((name for name in names if not name.endswith("?")), None)
    pieces = []
    for name in names:
        member = f'"{name.rstrip("?")}":{members[name]}'
        if name == first:
            pieces.append(member)
        else:
            member = f"{member}," if first is not None and names.index(name) < names.index(first) else f",{member}"
            pieces.append(f"(?:{member})?" if name.endswith("?") else member)
    return r"\{" + "".join(pieces) + r"\}"


_DIGEST = '"[0-9a-f]{64}"'
_FILE_MEMBERS = {"sha256": _DIGEST, "length": _WHOLE}
_FILE = _object(_FILE_MEMBERS)
_ID = f'"{_UUID}"'
_TEXT = f'"{_PLAIN}*"'
_TRUTH = "(?:true|false)"
_LIMIT = _object({"amount": _POSITIVE, "unit": _TEXT})
_BAND = _object({"at_least": _WHOLE, "points": _WHOLE})
_STAR = {"member_id": _ID, "rank": _POSITIVE, "score": _POSITIVE, "count": _POSITIVE, "events_digest": _DIGEST}
_FACTOR = {"code": _TEXT, "name": _TEXT, "unit": _TEXT, "weight": _POSITIVE, "bands": _list(_BAND)}
_PAIRS = _list(rf"\[{_TEXT},{_TEXT}\]")
_REASON = {"amount_fen": _INTEGER, "count": _WHOLE, "kind": _TEXT, "reason": _TEXT}
_LINES = _object(
    {
        **dict.fromkeys(("total_fen", "matched_fen", "explained_fen", "open_fen"), _INTEGER),
        "count": _WHOLE,
        "open_count": _WHOLE,
    }
)
_PATTERNS: Mapping[Form, str] = {
    shapes.text: f'"{_PLAIN}*"',
    shapes.truth: _TRUTH,
    shapes.whole: _WHOLE,
    shapes.positive: _POSITIVE,
    shapes.identity: _ID,
    shapes.identities: _list(_ID),
    shapes.digest: _DIGEST,
    shapes.event_name: f'"{_EVENT}"',
    shapes.day: f'"{_DAY}"',
    shapes.moment: f'"{_MOMENT}"',
    shapes.calendar_month: '"[0-9]{4}-(?:0[1-9]|1[0-2])"',
    shapes.place: '"[0-9]{12}"',
    shapes.places: _list('"[0-9]{12}"'),
    shapes.predecessors: _list(_object({"code": '"[0-9]{12}"', "last_day": f'"{_DAY}"', "name": _TEXT})),
    shapes.attachment: _FILE,
    shapes.photos: _list(_object({"difference_hash": '"[0-9a-f]{16}"', "exif?": _DIGEST, **_FILE_MEMBERS})),
    shapes.explained: _list(f"(?:{_object(_REASON)}|{_object({**_REASON, 'confirmer_id': _ID, 'proposer_id': _ID})})"),
    shapes.bank_side: _object(
        {
            **dict.fromkeys(("books_fen", "bank_fen", "paid_fen", "books_items_fen", "bank_items_fen"), _INTEGER),
            **dict.fromkeys(("debits", "credits"), _LINES),
            **dict.fromkeys(("items", "explained"), _DIGEST),
            **dict.fromkeys(("item_count", "explained_count"), _WHOLE),
            "funds": _TEXT,
            "on": f'"{_DAY}"',
        }
    ),
    shapes.position: _object({"latitude_e5": _INTEGER, "longitude_e5": _INTEGER}),
    shapes.integer: _INTEGER,
    shapes.integers: _list(_WHOLE),
    shapes.days: _list(f'"{_DAY}"'),
    shapes.spans: _list(_object({"from_minute": _WHOLE, "to_minute": _WHOLE})),
    shapes.limit: _LIMIT,
    shapes.share: _object({"more": _TRUTH, "of": _POSITIVE, "part": _POSITIVE}),
    shapes.steps: _list(
        _object(
            {
                "act": _TEXT,
                "apart?": _TRUTH,
                "limit?": _LIMIT,
                "mandatory": _TRUTH,
                "roles": _list(_TEXT),
                "stage": _TEXT,
            }
        )
    ),
    shapes.besides: _list(
        _object(
            {"act": _TEXT, "percent_max?": _POSITIVE, "roles": _list(_TEXT), "stage": _TEXT, "times_max?": _POSITIVE}
        )
    ),
    shapes.texts: _list(_TEXT),
    shapes.event_names: _list(f'"{_EVENT}"'),
    shapes.calendar_period: '"(?!0000)[0-9]{4}(?:-(?:0[1-9]|1[0-2]|Q[1-4]))?"',
    shapes.disclosed_period: rf'"(?:once-{_UUID}|(?!0000)[0-9]{{4}}(?:-(?:0[1-9]|1[0-2]|Q[1-4]))?)"',
    shapes.parameters: _list(_object({"name": _TEXT, "value": _TEXT})),
    shapes.kind_rules: _list(_object({"frequency": _TEXT, "kind": _TEXT, "names": _TEXT})),
    shapes.award_weights: _list(_object({"category": _TEXT, "item?": _TEXT, "points": _WHOLE})),
    shapes.award_stars: _list(_object(_STAR)),
    shapes.bands: _list(_BAND),
    shapes.factors: _list(_object(_FACTOR)),
    shapes.staffing: _list(_object({"at_least": _WHOLE, "workers": _WHOLE})),
    shapes.points_categories: _list(_object({"code": _TEXT, "title": _TEXT})),
    shapes.points_items: _list(
        _object({"category": _TEXT, "code": _TEXT, "points": _INTEGER, "title": _TEXT, "unit": _TEXT})
    ),
    shapes.points_windows: _list(
        _object({"categories": _list(_TEXT), "factor_percent": _POSITIVE, "since": f'"{_DAY}"', "until": f'"{_DAY}"'})
    ),
    shapes.points_caps: _list(_object({"category?": _TEXT, "period": _TEXT, "points": _POSITIVE, "scope": _TEXT})),
    shapes.exchange_limits: _list(_object({"period": _TEXT, "quantity": _POSITIVE, "sku?": _TEXT})),
    shapes.served: _list(_object({"minutes": _POSITIVE, "person_id": _ID})),
    shapes.holder: _object({"holder_id": _ID, "kind": _TEXT}),
    shapes.contract_dues: _list(_object({"amount_fen": _POSITIVE, "on": f'"{_DAY}"'})),
    shapes.subsidy_lines: _list(
        _object({"amount_fen": _WHOLE, "kind": _TEXT, "payee_id": _ID, "quantity_milli": _POSITIVE})
    ),
    shapes.points_lots: _list(_object({"expires_on?": f'"{_DAY}"', "points": _POSITIVE})),
    shapes.pairs: _PAIRS,
    shapes.signals: _list(_object({"code": _TEXT, "facts": _PAIRS, "line": _POSITIVE})),
    shapes.acknowledgements: _list(_object({"code": _TEXT, "lines": _list(_WHOLE), "reason": _TEXT})),
    shapes.chart_accounts: _list(_object({"account": _TEXT, "name": _TEXT, "parent?": _TEXT, "side": _TEXT})),
    shapes.chart_uses: _list(_object({"account": _TEXT, "role": _TEXT})),
    shapes.budget_accounts: _object(
        dict.fromkeys(shapes.BUDGET_ACCOUNTS, _TEXT) | {f"{name}?": _TEXT for name in shapes.CLAIM_ACCOUNTS}
    ),
    shapes.measurements: _list(_object({"factor": _TEXT, "value": _WHOLE})),
    shapes.attendances: _list(_object({"person_id": _ID, "result": _TEXT})),
    shapes.exchanged: _list(
        _object(
            {
                "cost_fen": _WHOLE,
                "listing": f'"{_EVENT}"',
                "points_each": _POSITIVE,
                "quantity": _POSITIVE,
                "sku": _TEXT,
            }
        )
    ),
    shapes.brought_back: _list(_object({"cost_fen": _WHOLE, "quantity": _POSITIVE, "sku": _TEXT})),
    shapes.goods: _list(_object({"quantity": _POSITIVE, "sku": _TEXT})),
    shapes.voucher_lines: _list(_object({"account": _TEXT, "amount_fen": _POSITIVE, "party_id?": _ID, "side": _TEXT})),
    shapes.voucher_files: _list(_FILE),
    shapes.village_plan: _list(_object({"amount_fen": _POSITIVE, "side": _TEXT, "title": _TEXT})),
    shapes.imported_row: _object({"file": _DIGEST, "row": _POSITIVE}),
    shapes.statement_lines: _list(
        _object(
            {
                "number": _POSITIVE,
                "booked_on": f'"{_DAY}"',
                "amount_fen": _INTEGER,
                "end_to_end_id?": _TEXT,
                "bank_ref?": _TEXT,
                "batch_ref?": _TEXT,
                "return_of?": _TEXT,
                "kind?": _TEXT,
                "reason?": _TEXT,
            }
        )
    ),
    shapes.schema_check: _object(
        {"result": _TEXT, "xsd?": _DIGEST, "places": _list(_object({"line": _POSITIVE, "element": _TEXT}))}
    ),
    shapes.allocations: _list(
        _object(
            {
                "statement_id": _ID,
                "entry": _POSITIVE,
                "tier": _POSITIVE,
                "payment_id": _ID,
                "amount_fen": _INTEGER,
                "document?": f'"{_EVENT}"',
            }
        )
    ),
    shapes.chain: _object(
        {
            "reporter_id": _ID,
            "verifier_id": _ID,
            "handler_id": _ID,
            "decider_id": _ID,
            "transcriber_ids": _list(_ID),
        }
    ),
}
_POSTING = r'\["[a-z][a-z0-9-]*(?::[A-Za-z0-9_.-]+)+","[A-Z][A-Za-z0-9_.-]*",-?[1-9][0-9]{0,14}\]'
_POSTINGS: Final = re.compile(rf"\[{_POSTING}(?:,{_POSTING})*\]")


# A line, a blank line, and one Ed25519 signature: the name in plain ASCII, then 4 + 64 bytes, of which the last letter
# has two bits left over that are zero. What the postings are is proved apart (`_moves`), because many are alike.
@cache  # made when it is needed first: a program that reads no package needs none
def _form(kind: str) -> re.Pattern[str]:
    """The pattern of a type's entries. One of `SHAPES`."""
    data = _object({name: _PATTERNS[form] for name, form in SHAPES[kind].items()})
    return re.compile(
        rf'\{{"at":"({_MOMENT})","by":"({_UUID})"(?:,"cause":"({_EVENT})")?,"cmd":"([!#-\[\]-~]{{1,128}})"'
        rf',"data":({data})'
        rf',"on":"({_DAY})","origin":"({_PLAIN}+)"(?:,"postings":(\[(?:\[[^\]]*\],?)+\]))?'
        rf',"role":"([a-z][a-z_]*)","seq":({_POSITIVE}),"stream":"([a-z][a-z_]*)/({_UUID})"'
        rf',"type":"{re.escape(kind)}","v":1\}}\n'
        r"\n— ([!-*,-~]+) ([A-Za-z0-9+/]{90}[AEIMQUYcgkosw048]=)\n"
    )


_TYPE: Final = '"type":"'
_SIGNED_BYTES: Final = len("— ".encode()) + len(" \n") + 92
"""What a signature's line is long beside its name."""
_scan: Final = make_scanner(json.JSONDecoder())  # type: ignore[arg-type] # the stubs ask for a scanner


class Proved(NamedTuple):
    """A note that is well formed: its text, its one signature, and the parts of its line in the order of `Entry`."""

    text: bytes
    key_name: str
    key_id: bytes
    signature: bytes
    line: tuple[Any, ...]


def prove(content: bytes) -> Proved | None:
    """The parts of an entry that surely is a canonical line of a known type under one signature; None: not proved."""
    if len(content) > MAX_ENTRY_BYTES:
        return None
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    begin = text.rfind(_TYPE) + len(_TYPE)
    kind = intern(text[begin : text.find('"', begin)])
    match = _form(kind).fullmatch(text) if kind in SHAPES else None
    if match is None:
        return None
    at, by, cause, cmd, _, on, origin, moves, role, seq, category, identity, name, encoded = match.groups()
    postings = _moves(moves) if moves else ()
    if postings is None:
        return None
    data = _scan(text, match.start(5))[0]
    signature = a2b_base64(encoded)
    # The same few names come again in every event: as one object each they go to another process once a bundle.
    names = intern(origin), intern(category), intern(identity)
    line = (*names, int(seq), kind, at, intern(on), intern(by), intern(role), cmd, cause, data, postings)
    signed = content[: -_SIGNED_BYTES - len(name) - 1]
    return Proved(signed, intern(name), signature[:4], signature[4:], line)


@lru_cache(maxsize=1 << 13)  # the same payees are thanked for the same amounts
def _moves(text: str) -> tuple[tuple[str, str, int], ...] | None:
    """Postings as they stand in a line; None if they are not of their form."""
    return tuple(map(tuple, _scan(text, 0)[0])) if _POSTINGS.fullmatch(text) else None
