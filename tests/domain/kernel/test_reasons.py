"""A reason says something; dots and one letter held down do not."""

import pytest

from domain.kernel import reasons
from domain.kernel.refusals import Refusal


@pytest.mark.parametrize("reason", ["", "错", "利息。", "……——", "。。。。。", "aaaaaa", " 啊 啊 啊 啊 "])
def test_what_is_no_reason(reason: str) -> None:
    with pytest.raises(Refusal, match=r"reason\.insufficient"):
        reasons.require_reason(reason)


@pytest.mark.parametrize("reason", ["银行结息", "电话核实，已更正", "see note 4"])
def test_what_is_one(reason: str) -> None:
    reasons.require_reason(reason)
