"""What banks' words mean: the whole map, judged by ISO's own code lists where they are at hand."""

import json
from pathlib import Path

import pytest

from api.files.bank_words import FAILURE_REASONS, common_words, failure_reason, meanings, status_word

CODE_SETS = Path(__file__).parents[4] / "shared" / "data" / "bank" / "code-sets"


def test_the_status_map_is_exactly_this():
    assert common_words().statuses == {
        "accepted": ["ACTC", "ACCP", "ACSP", "PDNG", "A", "I", "WAIT_PAY", "ACCEPTED", "PROCESSING"],
        "settled": ["ACSC", "ACCC", "S", "SUCCESS", "90", "F成功", "成功"],
        "failed": ["RJCT", "E", "FAIL", "91", "失败"],
        "cancelled": ["CANC", "C", "CLOSED"],
        "returned": ["RtrInf", "RvslInd", "NTAGDRFD", "退汇", "退票"],
    }


def test_every_reason_of_the_closed_list_has_codes():
    assert tuple(common_words().reasons) == FAILURE_REASONS


def test_no_word_means_two_things():
    with pytest.raises(ValueError, match="both settled and failed"):
        meanings({"settled": ["S"], "failed": ["ｓ "]})
    codes = [status_word(word) for words in common_words().reasons.values() for word in words]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize(
    ("code", "text", "reason"),
    [
        ("AC04", "户名不符", "销户"),
        ("002", "收款账号户名不符，已退回", "户名不符"),
        ("", "该账户已久悬，不能入账", "冻结/久悬"),
        ("", "其他原因", "其他"),
        ("ZZZ", "", "其他"),
    ],
)
def test_a_code_counts_before_a_text_and_a_text_before_a_phrase(code, text, reason):
    assert failure_reason(code, text, lists=[common_words().reasons]) == reason


def test_a_banks_own_list_counts_before_the_common_one():
    assert failure_reason("AC04", "", lists=[{"风控": ["AC04"]}, common_words().reasons]) == "风控"


@pytest.mark.skipif(not CODE_SETS.exists(), reason="the ISO 20022 code lists are not at hand")
def test_iso_codes_exist_and_say_what_we_take_them_for():
    def codes(name: str) -> dict[str, str]:
        return json.loads((CODE_SETS / f"external_{name}_code.json").read_text("utf-8"))["codes"]

    known = codes("payment_transaction_status") | codes("payment_group_status")
    iso = {word for words in common_words().statuses.values() for word in words if len(word) == 4 and word.isupper()}
    assert iso - {"FAIL"} <= known.keys()
    reasons = codes("status_reason") | codes("return_reason")
    ours = {w for words in common_words().reasons.values() for w in words if len(w) == 4 and w.isascii()}
    assert ours <= reasons.keys()
    assert "closed" in reasons["AC04"].lower()
    assert "blocked" in reasons["AC06"].lower()
    assert "funds" in reasons["AM04"].lower()
