"""Profiles are data that people write: every mistake is named, none is ignored."""

import pytest

from api.files import toml_profiles
from api.files.bank_profiles import bank_profile_names, load_bank_profile
from api.files.findings import BadFile
from api.files.place_profiles import load_place_profile, place_profile_names
from api.files.register_profiles import load_register_profile, register_profile_names
from api.files.statement_profiles import load_statement_profile, statement_profile_names


def test_every_shipped_profile_loads_under_its_own_name():
    assert register_profile_names() == ["messages-with-replies"]
    assert bank_profile_names() == ["cmb-daifa", "generic-xlsx", "iso20022", "neutral-csv"]
    assert statement_profile_names() == [
        "abc-debit",
        "alipay",
        "camt.053",
        "camt.054",
        "ccb-xls",
        "icbc-debit-v1",
        "icbc-debit-v2",
        "neutral-statement",
        "wechat",
    ]
    for name in statement_profile_names():
        assert load_statement_profile(name).name == name
    for name in register_profile_names():
        assert load_register_profile(name).name == name
    for name in bank_profile_names():
        assert load_bank_profile(name).name == name
    assert place_profile_names() == ["china-division"]
    for name in place_profile_names():
        assert load_place_profile(name).name == name


def shipped(kind: str, name: str) -> str:
    folder = toml_profiles.resources.files("api.files").joinpath("profiles", kind)
    return folder.joinpath(f"{name}.toml").read_text("utf-8")


REGISTER = shipped("registers", "messages-with-replies")
BANK = shipped("banks", "neutral-csv")
CMB = shipped("banks", "cmb-daifa")
ABC = shipped("statements", "abc-debit")
WECHAT = shipped("statements", "wechat")
PLACES = shipped("places", "china-division")


@pytest.mark.parametrize(
    ("load", "text", "old", "new", "words"),
    [
        (load_place_profile, PLACES, 'level = "village"', 'level = "hamlet"', "level"),
        (load_place_profile, PLACES, 'edition = 2023-06-30', 'edition = "2023"', "edition"),
        (load_place_profile, PLACES, '"改名" = "renamed"', '"改名" = "rechristened"', "kinds"),
        (load_register_profile, REGISTER, 'sheet = 1', 'sheet = 0', "sheet"),
        (load_register_profile, REGISTER, 'sheet = 1', 'sheat = 1', "sheat"),
        (load_register_profile, REGISTER, 'header_row = 1', 'header_row = "1"', "header_row"),
        (load_register_profile, REGISTER, '"+08:00"', '"+25:00"', "utc_offset"),
        (load_register_profile, REGISTER, '"%Y/%m/%d %H:%M:%S"', '"%Q"', "bad directive"),
        (load_register_profile, REGISTER, 'source = "register"', 'source = "rumour"', "source"),
        (load_register_profile, REGISTER, 'body = "留言详情"', '', "body"),
        (load_register_profile, REGISTER, 'handled_at = "答复时间"', '', "reply without handled_at"),
        (load_register_profile, REGISTER, '"答复意见"', '"留言详情"', "one header for two fields"),
        (load_register_profile, REGISTER, 'title = "留言主题"', 'titel = "留言主题"', "titel"),
        (load_register_profile, REGISTER, '# division = "361125000000"', 'division = "3611"', "division"),
        (load_bank_profile, BANK, 'separator = "|"', 'separator = "||"', "separator"),
        (load_bank_profile, BANK, 'amount_unit = "fen"', 'amount_unit = "jiao"', "amount_unit"),
        (load_bank_profile, BANK, '"91", "失败"', '"91", "成功"', "both settled and failed"),
        (load_bank_profile, BANK, '"91", "失败"', '"91", "ｓ"', "both settled and failed"),
        (load_bank_profile, BANK, 'booked_on = "记账日期"', '', "booked_on"),
        (load_bank_profile, BANK, 'batch = "批次号"', '', "batch"),
        (load_bank_profile, BANK, 'code = "代码"', 'code = "状态"', "one title for two fields"),
        (load_bank_profile, BANK, '[text]', 'reasons = { "户名不对" = ["1"] }\n[text]', "户名不对"),
        (load_bank_profile, CMB, '"{seq:8}"', '"{sequence:8}"', "no such field: sequence"),
        (load_bank_profile, CMB, '"NTAGCAGCX1/YURREF"', '"NTAGCAGCX1//YURREF"', "not a path"),
        (load_bank_profile, CMB, 'bank lacks 招商银行', 'bank isnt 招商银行', "not a condition"),
        (load_bank_profile, CMB, '["NTAGCAGCX1/TTLCNT", "{count}"],', '', "missing: count"),
        (load_bank_profile, CMB, 'amount_unit = "yuan"', 'amount_unit = "yuan"\ntotals = {batch = "a"}', "itself"),
        (load_bank_profile, CMB, 'lines = "NTAGDRFDZ1"\n', '', "neither lines with fields nor a group"),
        (load_statement_profile, ABC, 'amount = "交易金额"', '', "either amount"),
        (load_statement_profile, ABC, 'balance = "本次余额"', 'balance = "余额"', "not in the header: 余额"),
        (load_statement_profile, ABC, 'balance = "本次余额"', 'balance = "交易金额"', "one title for two fields"),
        (load_statement_profile, ABC, 'booked_on = "交易日期"', '', "booked_on is missing"),
        (load_statement_profile, WECHAT, "([0-9]+)笔记录", "[0-9]+笔记录", "without a group"),
        (load_statement_profile, WECHAT, '[table.directions]', '[camt]\n[table.directions]', "camt"),
        (load_bank_profile, BANK, '[text]', '[workbook]\nlines_sheet="a"\ntotals_sheet="b"\n[text]', "exactly one"),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_named(tmp_path, load, text, old, new, words):
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(BadFile) as raised:
        load(path)
    assert {found.code for found in raised.value.findings} == {"profile.entry"}
    assert words in str(raised.value)


def test_what_is_no_toml_is_refused(tmp_path):
    for content in (b"= 1", "name = '\u4e2d'".encode("gb18030")):
        (tmp_path / "x.toml").write_bytes(content)
        with pytest.raises(BadFile, match="不是合格的 TOML"):
            load_register_profile(str(tmp_path / "x.toml"))


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(BadFile, match="自带的有：cmb-daifa、generic-xlsx、iso20022、neutral-csv"):
        load_bank_profile("icbc")
    with pytest.raises(BadFile, match="找不到"):
        load_bank_profile("nowhere.toml")
