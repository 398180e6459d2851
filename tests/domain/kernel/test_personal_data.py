"""What is somebody's alone is found in a text, however it is spaced; amounts, dates and numbers of papers are not."""

import pytest

from domain.kernel.personal_data import is_identity_number, passes_luhn, personal_in

IDENTITY = "11010519491231002X"
CARD = "6222021234567890128"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"证件{IDENTITY}，已核", "identity_number"),
        ("身份证号 110105 19491231 002x", "identity_number"),
        ("１１０１０５１９４９１２３１００２Ｘ", "identity_number"),
        ("11010519491231\u200b002X", "identity_number"),
        ("2026 110105-19491231-002X", "identity_number"),
        ("付张某 13812345678", "mobile_number"),
        ("电话：138-1234-5678", "mobile_number"),
        ("+86 138 1234 5678", "mobile_number"),
        ("请打１３８１２３４５６７８。", "mobile_number"),
        (f"卡号{CARD}", "card_number"),
        ("6222 0212 3456 7890 128", "card_number"),
        ("写信到 zhang.san@example.com", "email"),
        ("zhang＠example.cn", "email"),
    ],
)
def test_what_is_somebodys_alone_is_found(text: str, kind: str) -> None:
    found = personal_in(text)
    assert found is not None
    assert found.kind == kind
    assert "***" in found.masked
    assert len(found.masked) == 8


@pytest.mark.parametrize(
    "text",
    [
        "",
        "村道路灯电费 10 月 1,381,234.56 元",
        "支付 13812345678.90 元",
        "横民〔2021〕1号，2026-10-21 13:45",
        "20261021 至 20261123，凭证 2026-10-0012",
        "村务热线 0793-5780000",
        "合同 HT20261102123456789，发票 20260901001234567",
        "记录号 meeting/3f2a9c1e-0000-4000-8000-138123456789@3",
        "村代码 361125001201，第 12345678901 号",
        "110105194912310021",
        "6222021234567890123",
        "91361125158263740X",
        "913611251582630020",
        "361125100201010015",
        "361125100201010018",
        "@全体村民",
    ],
)
def test_what_belongs_to_the_village_is_let_through(text: str) -> None:
    assert personal_in(text) is None


def test_check_characters() -> None:
    assert is_identity_number(IDENTITY)
    assert not is_identity_number("110105194913310021"), "there is no thirteenth month"
    assert not is_identity_number("361125100201010015"), "nobody who lives was born in 1002"
    assert passes_luhn(CARD)
    assert not passes_luhn("6222021234567890127")
