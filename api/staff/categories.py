"""The categories that a report may have, and those of them that no public page itemises.

A closed list, so that a slip of the pen cannot take a quarrel out of the categories whose reporters stay unnamed. From
the event classes of 数字城管 (CJ/T 214) and of patrols.
"""

from typing import Final, Literal, get_args

Category = Literal[
    "市容环境",
    "宣传广告",
    "施工管理",
    "街面秩序",
    "突发事件",
    "社会治安",
    "公共安全",
    "城市管理",
    "道路交通",
    "环境保护",
    "文明城市",
    "民生服务",
    "矛盾纠纷",
    "其他",
]

CATEGORIES: Final[tuple[str, ...]] = get_args(Category)
SENSITIVE: Final[tuple[str, ...]] = ("矛盾纠纷",)
"""Summed up as withheld on public pages."""
