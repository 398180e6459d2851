"""The divisions of the demonstration county. Codes begin with 99, which no province has."""

from typing import Final

from api.commands.county import NewPlace
from domain.kernel.places import Division

COUNTY: Final = Division("990125000000")
COUNTY_NAME: Final = "演示县"

_TOWNSHIPS: Final = (
    ("001", "东门街道"),
    ("002", "河西街道"),
    ("101", "云溪镇"),
    ("102", "白塘镇"),
    ("103", "松岭镇"),
    ("104", "石桥镇"),
    ("105", "大湾镇"),
    ("106", "新埠镇"),
    ("201", "竹坪乡"),
    ("202", "泉口乡"),
    ("203", "高庄乡"),
    ("204", "枫林乡"),
)
_VILLAGES: Final = (
    ("桥头", "上街", "下街", "文昌", "南园", "北苑", "新风", "滨河"),
    ("码头", "学府", "工农", "幸福", "光明", "胜利", "和平", "建设"),
    ("云上", "溪口", "杨树湾", "柳家", "三里", "祠堂边", "油坊", "渡口"),
    ("白塘", "荷塘", "藕田", "鱼塘角", "前进", "后港", "水车", "莲花"),
    ("松林", "岭下", "岭背", "茶亭", "石门", "羊角", "枣园", "板栗"),
    ("石桥", "桥西", "铁匠铺", "瓦窑", "砖厂", "红旗", "向阳", "双井"),
    ("大湾", "小湾", "湾头", "沙洲", "芦苇", "船坞", "堤口", "望江"),
    ("新埠", "老埠", "集市", "盐仓", "布坊", "糖坊", "西坡", "东坡"),
    ("竹坪", "竹山", "笋厂", "黄泥", "青石", "野猫", "杉木", "木耳"),
    ("泉口", "泉上", "温水", "冷水", "龙潭", "水库", "磨坊", "梯田"),
    ("高庄", "李庄", "王庄", "赵庄", "陈庄", "孙庄", "刘庄", "周庄"),
    ("枫林", "枫树", "红叶", "落雁", "麦田", "棉花", "打谷", "果园"),
)


def township_code(township: int) -> Division:
    """The code of the nth township, from 0."""
    return Division(f"{COUNTY[:6]}{_TOWNSHIPS[township][0]}000")


def township_name(township: int) -> str:
    """Its name."""
    return _TOWNSHIPS[township][1]


def village_code(township: int, village: int) -> Division:
    """The code of the nth village of a township, both from 0. Communities of a 街道 are numbered from 001."""
    first = 1 if is_urban(township) else 201
    return Division(f"{township_code(township)[:9]}{first + village:03d}")


def village_name(township: int, village: int) -> str:
    """Its name, with 社区 or 村."""
    return _VILLAGES[township][village] + ("社区" if is_urban(township) else "村")


def is_urban(township: int) -> bool:
    """Whether it is a 街道."""
    return _TOWNSHIPS[township][1].endswith("街道")


TOWNSHIP_COUNT: Final = len(_TOWNSHIPS)
VILLAGE_COUNT: Final = len(_VILLAGES[0])


def below_county() -> list[NewPlace]:
    """Every township and village, to be registered."""
    return [
        place
        for township in range(TOWNSHIP_COUNT)
        for place in (
            NewPlace(township_code(township), township_name(township)),
            *(
                NewPlace(village_code(township, village), village_name(township, village))
                for village in range(VILLAGE_COUNT)
            ),
        )
    ]
