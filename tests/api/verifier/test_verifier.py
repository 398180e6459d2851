"""The page judges as our Python does: the published vectors, the edge cases of Ed25519, and altered bytes."""

import base64
import json
import unicodedata
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from journal import checkpoint, line, merkle, note, proof
from journal.note import VerifierKey
from tests.api.verifier.comparing import altered, failures, holds, outcomes, said_yes
from tests.api.verifier.judges import Judge
from tests.api.verifier.records import ENTRY, LINE, LOG, ORIGIN, TRUE, WITNESS, Handed

# Published vectors


def test_edge_cases_of_ed25519(judge: Judge, vectors: Path) -> None:
    """All 914 as the strict rule has them; Node and Chromium alone would accept many more."""
    cases = json.loads((vectors / "ed25519-cctv" / "ed25519vectors.json").read_bytes())
    given = [(bytes.fromhex(case["key"]), case["msg"].encode(), bytes.fromhex(case["sig"])) for case in cases]
    expected = [note.verify_ed25519(*each) for each in given]
    assert (len(expected), sum(expected)) == (914, 43)
    assert said_yes(judge([("verifyEd25519", *each) for each in given])) == expected


def test_other_spellings_of_a_signature(judge: Judge) -> None:
    """A scalar that is not reduced, points that are no points, and borders that moved."""
    key, message = LOG.verifier_key.public_key, b"message"
    signature = LOG.sign(message)
    order = 2**252 + 27742317777372353535851937790883648493
    scalar = int.from_bytes(signature[32:], "little")
    again = [signature[:32] + (scalar + k * order).to_bytes(32, "little") for k in range(1, 15)]
    given = [
        (key, message, signature),
        *((key, message, other) for other in again),
        *(
            (number.to_bytes(32, "little"), message, signature)
            for number in (2, 7, 2**255 - 19, 2**255 - 1, 2**256 - 1)
        ),
        *((key, message, number.to_bytes(32, "little") + signature[32:]) for number in (2, 2**255 - 18, 2**256 - 1)),
        (key, signature[63:] + message, signature[:63]),
        (key, message[1:], signature + message[:1]),
        (key[:31], message, signature),
        (key + b"x", message, signature),
        (b"", b"", b""),
    ]
    expected = [note.verify_ed25519(*each) for each in given]
    assert expected == [True] + [False] * (len(given) - 1)
    assert said_yes(judge([("verifyEd25519", *each) for each in given])) == expected


def inclusion_cases(vectors: Path) -> list[tuple[dict[str, Any], bool]]:
    found = []
    for file in sorted((vectors / "merkle" / "testdata").glob("*inclusion/**/*.json")):
        vector = json.loads(file.read_bytes())
        if vector.get("start", 0) == 0:  # a subtree that begins the tree is a tree; others are not for this page
            size = vector["treeSize"] if "treeSize" in vector else vector["end"]
            index = vector["leafIdx"] if "leafIdx" in vector else vector["index"]
            given = {"index": index, "size": size}
            given |= {
                name: base64.b64decode(vector[key] or "") for name, key in (("leaf", "leafHash"), ("root", "root"))
            }
            given["path"] = [base64.b64decode(node or "") for node in vector["proof"] or []]
            found.append((given, not vector["wantErr"]))
    return found


def test_published_inclusion_proofs(judge: Judge, vectors: Path) -> None:
    cases = inclusion_cases(vectors)
    expected = [holds(merkle.verify_inclusion, **given) for given, _ in cases]
    assert expected == [wanted for _, wanted in cases]
    assert said_yes(judge([("requireIncluded", given) for given, _ in cases])) == expected


def test_published_notes(judge: Judge, published: dict[str, Any]) -> None:
    """Every note under every key, its own or another's."""
    notes = [vector["signed_note"].encode() for vector in published["notes"]]
    keys = sorted({vector["vkey"] for vector in published["notes"]})
    pairs = [(signed, key) for signed in notes for key in keys]
    expected = [holds(note.verify, signed, [VerifierKey.parse(key)]) for signed, key in pairs]
    assert len(notes) == 20
    assert sum(expected) == 21, "each under its own key, and one that two keys signed"
    assert said_yes(judge([("verifyNote", *pair) for pair in pairs])) == expected


def test_each_line_of_a_known_key_must_hold(judge: Judge) -> None:
    """A key that signed twice counts once, but a second line of it that is wrong rejects the note."""
    signed = note.sign(b"text\n", LOG)
    right = note.parse(signed).signatures[0]
    wrong = replace(right, signature=bytes(64))
    other = replace(wrong, key_id=b"\0\0\0\0")
    notes = [
        bytes(note.Note(b"text\n", lines))
        for lines in ((right, right), (right, wrong), (wrong, right), (right, other), (other,))
    ]
    expected = [holds(note.verify, each, [LOG.verifier_key]) for each in notes]
    assert expected == [True, False, False, True, False]
    assert said_yes(judge([("verifyNote", each, str(LOG.verifier_key)) for each in notes])) == expected


def test_published_keys(judge: Judge, published: dict[str, Any]) -> None:
    """Good ones are read alike; bad ones, and those of another type, are refused."""
    good = sorted({vector["vkey"] for vector in published["notes"]})
    bad = [published["bad_vkeys"][name] for name in ("wrong_length", "unknown_alg")]
    bad += [published["other_vkeys"][name] for name in ("cosig_v1", "ecdsa")]
    answers = judge([("readKey", text) for text in good + bad])
    for text, answer in zip(good, answers, strict=False):
        key = VerifierKey.parse(text)
        assert answer["yes"] == {"name": key.name, "publicKey": key.public_key, "keyId": key.key_hash}
    assert all("refused" in answer for answer in answers[len(good) :])
    assert "见证人的公钥" in answers[len(good) + 2]["refused"]


def test_published_proof(judge: Judge, vectors: Path, published: dict[str, Any]) -> None:
    """That entry is no event note of ours, and the page says so; the proof itself holds."""
    entry, data = (vectors / f"entry-69999.{kind}" for kind in ("leaf", "tlog-proof"))
    key = published["cosigned_checkpoint_made_here"]["vkeys"][0]
    handed = Handed(entry.read_bytes(), data.read_bytes(), log_key=key, actor_key=None)
    other = replace(handed, entry=entry.read_bytes() + b" ")
    right, wrong = (answer["yes"] for answer in judge([handed.question(), other.question()]))
    assert (right["verdict"], right["index"], right["head"]["size"]) == ("不通过", 69_999, 70_000)
    assert failures(right) == ["原文的格式"]
    assert failures(wrong) == ["原文的格式", "原文在账本里"]
    assert outcomes(right)["检查点的签名"] == outcomes(right)["原文在账本里"] == "通过"


def test_forked_checkpoints_are_both_signed(judge: Judge, vectors: Path, published: dict[str, Any]) -> None:
    """A page that sees one checkpoint cannot see the fork: that is what witnesses are for."""
    key = published["cosigned_checkpoint_made_here"]["vkeys"][0]
    signed = [(vectors / f"{name}checkpoint-35000.txt").read_bytes() for name in ("", "equivocating-")]
    assert said_yes(judge([("verifyNote", each, key) for each in signed])) == [True, True]


# Altered bytes


def test_altered_notes_are_read_alike(judge: Judge) -> None:
    many = note.sign(b"a\n\nb\n", LOG) + "— nobody bmFtZXNpZ25hdHVyZQ==\n".encode() * 99
    given = [ENTRY, many, many + "— nobody bmFtZXNpZ25hdHVyZQ==\n".encode(), "\ufeff".encode() + ENTRY, *altered(ENTRY)]
    given += [b"\xed\xa0\x80\n" + ENTRY[ENTRY.index(b"\n") :], b"", b"\n", b"\n\n", b"\n\n\n", TRUE.proof or b""]
    expected = [holds(note.parse, each) for each in given]
    assert 3 < sum(expected) < len(given)
    answers = judge([("readNote", each) for each in given])
    assert said_yes(answers) == expected
    for each, answer in zip(given, answers, strict=True):
        if "yes" in answer:
            lines = [{"name": s.name, "keyId": s.key_id, "signature": s.signature} for s in note.parse(each).signatures]
            assert answer["yes"] == {"text": note.parse(each).text.decode(), "signatures": lines}


def test_altered_proofs_are_read_alike(judge: Judge) -> None:
    good = TRUE.proof or b""
    node = good.split(b"\n")[2]
    given = [good, *altered(good), good.replace(b"index 4", b"index 9223372036854775808")]
    given += [good.replace(b"index 4", b"index 04"), good.replace(b"index 4", b"extra AAAA\nindex 4"), b"", b"\n\n"]
    given += [good.replace(node, b"\n".join([node] * count)) for count in (61, 62)]
    expected = [holds(proof.Proof.parse, each) for each in given]
    assert expected[-2:] == [True, False]
    answers = judge([("readProof", each) for each in given])
    assert said_yes(answers) == expected
    for each, answer in zip(given, answers, strict=True):
        if "yes" in answer:
            parsed = asdict(proof.Proof.parse(each))
            assert answer["yes"] == parsed | {"path": list(parsed["path"])}


def test_checkpoints_are_read_alike(judge: Judge) -> None:
    root = base64.b64encode(bytes(range(32)))
    good = b"%b\n12\n%b\n" % (ORIGIN.encode(), root)
    given = [good, *altered(good), good + b"extension\n", good.replace(b"12", b"9223372036854775807")]
    given += [good.replace(b"12", size) for size in (b"9223372036854775808", b"012", b"0", b"", "１２".encode())]
    expected = [holds(checkpoint.parse_text, each) for each in given]
    assert said_yes(judge([("readCheckpointBytes", each) for each in given])) == expected


def test_key_names_are_those_of_python(judge: Judge) -> None:
    """Every space and control character of Unicode, and those that JavaScript takes for spaces."""
    doubtful = [
        chr(point) for point in range(0x110000) if unicodedata.category(chr(point)) in ("Cc", "Cf", "Zl", "Zp", "Zs")
    ]
    names = ["", "a", "+", "账本", "\U0001f600", *doubtful]
    notes = [f"text\n\n— x{name} bmFtZXNpZ25hdHVyZQ==\n".encode() for name in names]
    expected = [holds(note.parse, each) for each in notes]
    assert said_yes(judge([("readNote", each) for each in notes])) == expected


def test_altered_keys_are_refused(judge: Judge) -> None:
    good = str(LOG.verifier_key)
    given = [
        good,
        *(text.decode(errors="replace") for text in altered(good.encode())),
        good + "\n",
        str(WITNESS.verifier_key),
    ]
    given = list(dict.fromkeys(given))
    answers = said_yes(judge([("readKey", text) for text in given]))
    assert answers == [holds(VerifierKey.parse, text) and text != str(WITNESS.verifier_key) for text in given]
    assert sum(answers) == 1


FIELDS = json.loads(line.encode(LINE))
NOT_ACCOUNTS = [[["fin:1", "CNY"]], [["cash", "CNY", 1]], [["fin:1", "cny", 1]]]
NUMBERS = [2**53, -(2**53), 1 - 2**53, 1.5, 1.0, 1e300, -0.0]
CHANGES: dict[str, list[Any]] = {
    "v": [2, True, "1", None],
    "at": [
        *("2026-11-22T04:51:38Z", "2026-02-30T04:51:38.000000Z", "2026-11-22T24:00:00.000000Z", 5),
        *("2024-02-29T23:59:59.999999Z", "2026-11-22T23:59:60.000000Z", "0000-01-01T00:00:00.000000Z"),
    ],
    "on": [
        *("2026-11-2", "2026-02-29", "2024-02-29", "1900-02-29", "2000-02-29", "2026-13-01", "0001-01-01"),
        *("2026-00-01", "2026-01-00", "0000-01-01", "2026-11-22\n", "２０２６-11-22"),
    ],
    "by": ["00000000-0000-4000-8000-00000000000A", "", None, 1],
    "cmd": ["", "a b", "钥", "x" * 128, "x" * 129, "~", "\x7f"],
    "role": ["County", "a_b", "_a", "a1"],
    "type": ["os:system", "reward.granted/0", "reward.granted", "a.b/10", "a.b/01"],
    "origin": ["", None, "账", 7],
    "stream": ["reward/7", "../etc/passwd", LINE.stream + "\n"],
    "seq": [0, -1, True, 2**53, 2**53 - 1, "1", None],
    "cause": [LINE.stream, f"{LINE.stream}@0", f"{LINE.stream}@5", "reward/7@1", None, f"{LINE.stream}@5@6"],
    "data": [
        *([], None, {}, {"Name": 1}, {"名": 1}, {"_a": 1}, {"__proto__": 1}, {"a": {"b": [{"": 1}]}}),
        *({"a": [{"b": value}]} for value in [*NUMBERS, "\ud800", "\ud83d\ude00"]),
    ],
    "postings": [[], {}, None, *NOT_ACCOUNTS, *([["fin:1", "CNY", value]] for value in (1, 0, 2**53, True, "1", None))],
    "unknown": [1],
    "constructor": [1],
}


def test_lines_are_read_alike(judge: Judge) -> None:
    """One spelling: other orders, escapes, numbers, doubled keys and forms are refused by both."""
    good = line.encode(LINE)
    texts = [good, *altered(good)]
    for fields in ({**FIELDS, name: value} for name, values in CHANGES.items() for value in values):
        texts += [dumped(fields), dumped(fields, ensure_ascii=True)]
    texts += [dumped({key: value for key, value in FIELDS.items() if key != name}) for name in FIELDS]
    texts += [dumped(dict(reversed(FIELDS.items())), sort_keys=False), dumped(FIELDS, separators=(", ", ":"))]
    texts += [
        good.replace(b'"seq":1', other)
        for other in (b'"seq":1,"seq":1', b'"seq":1e0', b'"seq":1.0', b'"seq":-0', b'"seq":01')
    ]
    texts += [good.replace(b"1000", other) for other in (b"NaN", b"Infinity", b"9007199254740993", b"1" * 400)]
    texts += [good.replace(b'"a":-1', b'"a":' + b"[" * deep + b"]" * deep) for deep in (1, 300, 20_000)]
    texts += [good.replace("柳".encode(), "柳".encode() * count) for count in (19_000, 21_000)]
    texts += [b"\xef\xbb\xbf" + good, good.decode().encode("utf-16"), b"null\n", b"[]\n", b"\n", b"", good + good]
    expected = [holds(line.parse, text) for text in texts]
    assert 10 < sum(expected) < len(texts)
    answers = judge([("readLineBytes", text) for text in texts])
    assert said_yes(answers) == expected
    for text, answer in zip(texts, answers, strict=True):
        if "yes" in answer:
            assert answer["yes"] == json.loads(text)


def dumped(fields: dict[str, Any], **style: Any) -> bytes:
    chosen: dict[str, Any] = {"sort_keys": True, "separators": (",", ":"), "ensure_ascii": False, **style}
    return json.dumps(fields, **chosen).encode(errors="surrogatepass") + b"\n"
