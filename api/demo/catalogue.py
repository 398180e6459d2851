"""The demonstration county's catalogue: the shipped items, admitted on the first day, and what a text is about.

Some reports pick an item, the others name their class only.
"""

from typing import Final

from api.commands import catalogue
from api.context import App
from api.demo.period import Period
from api.demo.places import COUNTY
from api.files.catalogue_profiles import load_catalogue_profile
from api.rehearsal.chance import Dice
from journal.facts import Actor

PROFILES: Final = ("digital-city", "lookout", "mobile-members")
PICKED_PERCENT: Final = 55

ITEMS: Final = {
    "垃圾桶满了没人清": "sr-02",
    "路边倒了一堆建筑垃圾": "sr-03",
    "绿化带里扔了旧沙发": "sr-08",
    "公厕门口积水结了冰": "sr-18",
    "菜摊摆到了机动车道上": "jm-01",
    "几辆共享单车堵住了盲道": "jm-05",
    "店铺把货堆在消防通道": "jm-06",
    "流动摊贩占了公交站台": "jm-01",
    "居民楼道里有电动车充电": "aq-03",
    "河边护栏断了一截": "aq-09",
    "燃气管旁边有人烧垃圾": "aq-04",
    "信号灯一直闪黄灯": "dl-01",
    "弯道的反光镜碎了": "dl-02",
    "树枝挡住了限速牌": "dl-02",
    "货车撒落了一路石子": "dl-03",
    "小河沟的水发黑发臭": "hb-07",
    "有人在田头烧秸秆": "hb-01",
    "修理铺把废机油倒进雨水口": "hb-02",
    "鱼塘边堆了很多农药瓶": "hb-04",
    "工地围挡倒了一片": "sg-07",
    "渣土车没有盖篷布": "sg-03",
    "独居老人家的水管冻裂了": "ms-02",
    "快递柜占了无障碍坡道": "ms-07",
    "两家为宅基地边界吵了起来": "mf-05",
    "楼上漏水邻居争执": "mf-02",
    "租客和房东为押金起了争执": "mf-06",
    "夫妻在路边大声争吵": "mf-01",
}
"""What is seen, and the item that it is; an item's class is the class of the words."""


def item_in(text: str, *, dice: Dice) -> str | None:
    """The item that a report of these words picks, None for one that names its class only."""
    if not dice.happens(PICKED_PERCENT):
        return None
    return next((item for seen, item in ITEMS.items() if seen in text), None)


def publish(app: App, *, founder: Actor, period: Period) -> None:
    """Admit every item that comes with the program, from the county's first day on."""
    since = period.since
    for number, name in enumerate(PROFILES, 2):
        catalogue.publish(
            app,
            actor=founder,
            key=f"demo:catalogue:{name}",
            division=COUNTY,
            profile=load_catalogue_profile(name),
            since=since,
            document=f"演示县网格办〔{since.year}〕{number}号",
            on=since,
        )
