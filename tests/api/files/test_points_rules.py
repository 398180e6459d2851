"""A points rule's file: everything that is wrong with it is told at once, in Chinese, with its line."""

import pytest

from api.files.findings import BadFile
from api.files.points_rules import load_points_rule, points_rule_names, read_points_rule

RULE = """\
title = "试"
holder = "village"
cash_top_up = "no"
debt_from_deductions = false
exchange_within = "moon"

[[categories]]
code = "task"
title = "任务"

[[items]]
code = "task"
category = "task"
title = "任务"
points = "十"
unit = "each"

[[items]]
code = "sweeping"
category = "tusk"
title = "清扫"
points = 0
unit = "week"

[[caps]]
scop = "person"
period = "day"
points = 5
"""


def test_form_and_meaning_are_told_together_with_their_lines() -> None:
    with pytest.raises(BadFile) as refused:
        read_points_rule(RULE.encode(), file="ours.toml")
    told = [(one.row, one.reason.partition("。")[0]) for one in refused.value.findings]
    assert told == [
        (2, "规则：没有“village”这种账户"),
        (3, "规则：“cash_top_up”应当是true 或 false"),
        (5, "规则：没有“moon”这种兑换范围"),
        (11, "事项第 1 条：“points”应当是整数"),
        (18, "事项第 2 条：规则里没有类别 tusk"),
        (18, "事项第 2 条：没有“week”这种计量"),
        (18, "事项第 2 条：事项 sweeping 的分值不能是零，最多 100000 分（扣分填负数）"),
        (25, "积分上限第 1 条：缺少“scope”这一项"),
        (25, "积分上限第 1 条：没有“scop”这一项，请核对拼写"),
    ]


def test_what_may_rest_on_an_entry_that_is_not_read_is_not_told() -> None:
    bad = RULE.replace('holder = "village"', 'holder = "person"').replace(
        'code = "task"\ntitle', 'kode = "task"\ntitle'
    )
    with pytest.raises(BadFile) as refused:
        read_points_rule(bad.encode(), file="ours.toml")
    assert not [one for one in refused.value.findings if "没有类别" in one.reason]


def test_what_is_no_toml_is_one_finding_and_what_is_shipped_has_none() -> None:
    with pytest.raises(BadFile) as refused:
        read_points_rule(b"title = ", file="ours.toml")
    assert [one.code for one in refused.value.findings] == ["profile.syntax"]
    assert {load_points_rule(name).content.exchange_within for name in points_rule_names()} == {"county", None}
