"""All steps together: a true record passes, and whatever is wrong is said at its step and nowhere believed."""

import json
from dataclasses import replace

import pytest

from journal import line, note, proof
from journal.note import Ed25519Signer
from tests.api.verifier.comparing import altered, failures, holds, outcomes
from tests.api.verifier.judges import Judge, ask_node
from tests.api.verifier.records import ACTOR, ENTRY, LINE, LOG, ORIGIN, TRUE, WITNESS, Handed, proof_of

FIELDS = json.loads(line.encode(LINE))


def test_a_true_record_passes(judge: Judge) -> None:
    whole, without_actor = (
        answer["yes"] for answer in judge([TRUE.question(), replace(TRUE, actor_key=None).question()])
    )
    assert set(outcomes(whole).values()) == {"通过"}
    assert (whole["verdict"], whole["index"], whole["head"]["size"], whole["line"]) == ("通过", 4, 7, FIELDS)
    assert without_actor["verdict"] == "通过"
    assert [title for title, outcome in outcomes(without_actor).items() if outcome != "通过"] == ["经办人的签名"]


STRANGER = Ed25519Signer.from_seed(ORIGIN, b"\x09" * 32)
OTHER_LOG = Ed25519Signer.from_seed("other.example/mingzhang", b"\x0a" * 32)
AUDITOR = Ed25519Signer.from_seed(ACTOR.verifier_key.name.replace("county_officer", "auditor"), b"\x02" * 32)
EDITED = note.sign(line.encode(replace(LINE, data={"amount_fen": 1})), ACTOR)
BY_ANOTHER = note.sign(line.encode(LINE), AUDITOR)
TWICE = note.sign(line.encode(LINE), ACTOR, AUDITOR)
FORGED = ENTRY.replace(b'"amount_fen":1000', b'"amount_fen":1001')
CASES: dict[str, tuple[Handed, str, list[str]]] = {
    "another entry": (replace(TRUE, entry=EDITED), "不通过", ["原文在账本里"]),
    "forged after signing, then logged": (Handed(FORGED, proof_of(FORGED)), "不通过", ["经办人的签名"]),
    "signed by another": (Handed(BY_ANOTHER, proof_of(BY_ANOTHER)), "不通过", ["原文的内容"]),
    "two signatures": (Handed(TWICE, proof_of(TWICE)), "不通过", ["原文的格式"]),
    "another log's key": (replace(TRUE, log_key=str(STRANGER.verifier_key)), "不通过", ["检查点的签名"]),
    "witness for log": (replace(TRUE, log_key=str(WITNESS.verifier_key)), "不通过", ["账本公钥"]),
    "key miscopied": (replace(TRUE, log_key=str(LOG.verifier_key).replace("+A", "+B", 1)), "不通过", ["账本公钥"]),
    "key of another actor": (replace(TRUE, actor_key=str(AUDITOR.verifier_key)), "不通过", ["经办人的签名"]),
    "fork by a stranger": (replace(TRUE, proof=proof_of(EDITED, log=STRANGER)), "不通过", ["检查点的签名"]),
    "record of another log": (
        Handed(ENTRY, proof_of(ENTRY, origin=OTHER_LOG.verifier_key.name, log=OTHER_LOG), str(OTHER_LOG.verifier_key)),
        "不通过",
        ["同一本账"],
    ),
    "log key signs for another origin": (
        replace(TRUE, proof=proof_of(ENTRY, origin="other.example/mingzhang")),
        "不通过",
        ["检查点的签名"],
    ),
    "files swapped": (Handed(TRUE.proof, TRUE.entry), "不通过", ["原文的格式", "凭证的格式"]),
    "empty files": (Handed(b"", b"", "", ""), "不通过", ["原文的格式", "账本公钥", "凭证的格式"]),
    "too long": (replace(TRUE, entry=b"x" * 61_441), "不通过", ["原文的格式", "原文在账本里"]),
    "nothing given": (Handed(None, None, None, None), "没有核对完", []),
    "no key": (replace(TRUE, log_key=None), "没有核对完", []),
    "no proof": (replace(TRUE, proof=None), "没有核对完", []),
}


def test_whatever_is_wrong_is_said_at_its_step(judge: Judge) -> None:
    answers = judge([handed.question() for handed, _, _ in CASES.values()])
    for (name, (_, verdict, failed)), answer in zip(CASES.items(), answers, strict=True):
        assert (answer["yes"]["verdict"], failures(answer["yes"])) == (verdict, failed), name


def test_a_key_of_somebody_else_is_named(judge: Judge) -> None:
    handed = CASES["key of another actor"][0]
    said = judge([handed.question()])[0]["yes"]["steps"][-1]["said"]
    assert said == f"这把公钥是 {AUDITOR.verifier_key.name} 的，不是这条记录的经办人 {ACTOR.verifier_key.name} 的。"


def test_no_altered_byte_passes(judge: Judge) -> None:
    """Beside a kept key, no other byte of entry or proof is believed but those of the witness's line, which is not."""
    entry, data = TRUE.entry or b"", TRUE.proof or b""
    handed = [replace(TRUE, entry=each) for each in altered(entry)[::7] if each != entry]
    handed += [replace(TRUE, proof=each) for each in altered(data)[::7] if each != data]
    answers = judge([each.question() for each in handed])
    for each, answer in zip(handed, answers, strict=True):
        believed = holds(
            proof.verify_proof, each.proof or b"", entry=each.entry or b"", log_key=LOG.verifier_key
        ) and holds(note.verify, each.entry or b"", [ACTOR.verifier_key])
        assert (answer["yes"]["verdict"] == "通过") == believed


@pytest.mark.parametrize(("lack", "said"), [("without-ed25519", "不会核对 Ed25519"), ("without-subtle", "太旧")])
def test_an_engine_that_lacks_the_algorithms_is_said_plainly(lack: str, said: str) -> None:
    result = ask_node([TRUE.question()], lack=lack)[0]["yes"]
    assert result["verdict"] == "没有核对完"
    assert said in result["steps"][0]["said"]
    assert {outcomes(result)[title] for title in ("检查点的签名", "原文在账本里", "经办人的签名")} == {"未执行"}
    assert failures(result) == []
    altered_entry = ask_node([replace(TRUE, entry=b"{}\n").question()], lack=lack)[0]["yes"]
    assert altered_entry["verdict"] == "不通过", "what needs no algorithm is still found"
