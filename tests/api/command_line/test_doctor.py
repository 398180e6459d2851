"""The conclusion of `doctor` counts everything that it listed."""

import pytest

from api.command_line.doctor import conclusion


@pytest.mark.parametrize(
    ("bad", "attention", "said"),
    [
        (0, 0, "正常。"),
        (0, 2, "没有不正常，有 2 处需要注意（见“注意”各行）。"),
        (3, 0, "有 3 处不正常，请逐一处理。"),
        (3, 1, "有 3 处不正常，请逐一处理。另有 1 处需要注意。"),
    ],
)
def test_the_conclusion(bad: int, attention: int, said: str) -> None:
    assert conclusion(bad=bad, attention=attention) == said
