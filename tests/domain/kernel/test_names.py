"""A masked name lets a villager find their own line, and a stranger not find the villager."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.names import COMPOUND_SURNAMES, mask_name


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张建国", "张*国"),
        ("张三", "张*"),
        (" 张三\u3000", "张*"),
        ("李", "*"),
        ("", "*"),
        ("欧阳娜娜", "欧阳**"),
        ("欧阳修", "欧阳*"),
        ("司马", "司*"),
        ("诸葛亮", "诸葛*"),
        ("歐陽修", "歐陽*"),
        ("张王小明", "张**明"),
        ("阿卜杜热合曼", "阿*****"),
        ("买买提·艾力", "买**·**"),
        ("买买提•艾力", "买**·**"),
        ("阿依古丽・买买提・艾力", "阿***·***·**"),
        ("阿·力", "阿*·*"),
        ("·", "*·"),
        ("𠮷田", "𠮷*"),
        ("葛\U000e0100飾三", "葛*三"),
        ("张\u200b三", "张*"),
        ("〇三", "〇*"),
        ("John Smith", "J*** S***"),
        ("Li", "L***"),
        ("张Tom", "张***"),
        ("A00074011", "A***011"),
        ("UU008207", "U***207"),
        ("A123", "A***"),
        ("13800138000", "1***000"),
        ("a", "*"),
    ],
)
def test_how_names_are_masked(name, masked):
    assert mask_name(name) == masked


def test_compound_surnames_are_two_characters_each():
    assert {len(surname) for surname in COMPOUND_SURNAMES} == {2}
    assert len(COMPOUND_SURNAMES) > 60


@given(st.text())
def test_something_is_always_hidden(name):
    masked = mask_name(name)
    assert "*" in masked
    assert len(name.strip()) < 2 or masked != name


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=8))
def test_a_chinese_name_keeps_its_length_and_at_most_two_characters(name):
    masked = mask_name(name)
    assert len(masked) == len(name)
    assert len(masked.replace("*", "")) <= 2
    assert masked[0] == name[0]
