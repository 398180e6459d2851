"""The people of the demonstration county: members who drive and deliver, and the staff who check, decide and pay.

All are invented. What must not be broken: nobody is given two parts in one chain, so whoever signs in to try the
product can finish what lies open.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final
from uuid import UUID

from api.commands.county import Account, NewPerson
from api.demo.period import Period
from api.demo.places import COUNTY, TOWNSHIP_COUNT, township_code, village_code
from api.rehearsal.chance import Dice, number
from domain.kernel.ids import derived
from domain.kernel.places import Division
from journal.facts import Actor
from journal.note import Signer

MEMBER_COUNT: Final = 324
EIGHT_STEPS: Final = 3
"""The township that works by the default workflow, with a grid leader and a reviewer of its own."""
STATIONS_IN: Final = (2, 2, 0)
"""The townships of the three stations."""
VILLAGE_STAFF: Final = (
    ("village-supervisor", "village_supervisor"),
    ("village-head", "village_committee"),
    ("village-secretary", "village_committee"),
    ("village-bookkeeper", "village_accountant"),
)
"""Of the village that posts its affairs; its accountant is the township's."""
PASSWORD: Final = "yanshi-2025"  # noqa: S105 - of invented people; printed at every start

_SURNAMES: Final = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_COMPOUND: Final = ("欧阳", "上官", "诸葛", "司徒")
_FIRST: Final = "建国志明秀丽海文春晓永玉家德金小永俊红雪振光桂少立新长忠月美景庆宝喜"
_SECOND: Final = "华军平强芳英伟勇燕杰涛霞辉敏刚梅兰波宁鹏林峰云飞香娟浩萍斌凤龙玲莉超东"

DEPARTMENTS: Final = ("城市管理局", "应急管理局", "交通警察大队", "生态环境局", "住房和城乡建设局", "信访联席办")


@dataclass(frozen=True, slots=True)
class Login:
    """An account to try the product with."""

    login: str
    part: str
    what: str


LOGINS: Final = (
    Login("admin", "founder", "系统管理员：人员、标准、预算"),
    Login("qishou", "member-0", "移动网格员（骑手）：上报，看进度和奖励"),
    Login("wangge", "verifier-0", "东门街道专职网格员：核查"),
    Login("wanggezhang", "leader", "白塘镇网格长：分派、催办"),
    Login("guanliyuan", "keeper-0", "云上村积分超市管理员：柜台兑换、入库、盘点"),
    Login("kuaiji", "accountant", "云溪镇村会计：驿站物资、代老人兑换、确认盘点"),
    Login("jiandu", "village-supervisor", "云上村监督委员会成员：审核凭证、审查公开内容"),
    Login("zhuren", "village-head", "云上村村委会主任：审批、答复异议和建议"),
    Login("shuji", "village-secretary", "云上村村委会委员：经手、审批"),
    Login("baozhang", "village-bookkeeper", "云上村报账员：记账（会计自己经手的由他记）"),
    Login("shenhe", "reviewer", "白塘镇乡镇审核人：受理、转办、延期、督办"),
    Login("bumen", "department-0", "城市管理局办理人：办理"),
    Login("rending", "decider", "县网格中心经办甲：有效认定"),
    Login("jingban", "maker", "县网格中心经办乙：成批、代发文件、回盘"),
    Login("shenpi", "checker", "县网格中心审批：审批批次"),
    Login("shenji", "auditor", "审计：只读"),
)


@dataclass(frozen=True)
class People:
    """Everybody, by part; names follow from the seed. All hold office from the period's first day.

    `keys`: the officers' own, by person, once they are made.
    """

    seed: str
    period: Period
    keys: Mapping[UUID, Signer] = field(default_factory=dict, repr=False, compare=False)

    def id_of(self, part: str) -> UUID:
        """The person who plays a part, such as `member-17` or `verifier-3`."""
        return derived("demo", part)

    def member(self, place: int) -> Actor:
        """The nth member."""
        return Actor(self.id_of(f"member-{place}"), "member")

    def transcriber(self, township: int) -> Actor:
        """The grid worker who writes down what a township's WeChat group reports."""
        return self._officer(f"transcriber-{township}", "grid_worker")

    def verifier(self, township: int) -> Actor:
        """The grid worker who verifies in a township."""
        return self._officer(f"verifier-{township}", "grid_worker")

    def handler(self, department: int) -> Actor:
        """The clerk of a department."""
        return self._officer(f"department-{department}", "department_handler")

    def keeper(self, station: int) -> Actor:
        """Who keeps the nth station."""
        return self._officer(f"keeper-{station}", "station_keeper")

    def village(self, part: str) -> Actor:
        """Who acts for the village that posts its affairs: accountant, supervisor, head or secretary."""
        if part == "accountant":
            return self._officer("accountant", "village_accountant")
        return self._officer(f"village-{part}", dict(VILLAGE_STAFF)[f"village-{part}"])

    @cached_property
    def decider(self) -> Actor:
        """Who decides validity."""
        return self._officer("decider", "county_officer")

    @cached_property
    def maker(self) -> Actor:
        """Who makes the batches."""
        return self._officer("maker", "county_officer")

    @cached_property
    def reviewer(self) -> Actor:
        """Who tells the reporters of the township with the default workflow what became of it."""
        return self._officer("reviewer", "township_reviewer")

    @cached_property
    def checker(self) -> Actor:
        """Who approves them."""
        return self._officer("checker", "county_approver")

    def staff(self) -> Iterator[NewPerson]:
        """Everybody with an office."""
        for township in range(TOWNSHIP_COUNT):
            for part in (f"transcriber-{township}", f"verifier-{township}"):
                yield self._person(part, "grid_worker", township_code(township))
        yield self._person("leader", "grid_leader", township_code(EIGHT_STEPS))
        yield self._person("reviewer", "township_reviewer", township_code(EIGHT_STEPS))
        for station, township in enumerate(STATIONS_IN):
            yield self._person(f"keeper-{station}", "station_keeper", township_code(township))
        yield self._person("accountant", "village_accountant", township_code(STATIONS_IN[0]))
        for part, role in VILLAGE_STAFF:
            yield self._person(part, role, village_code(STATIONS_IN[0], 0))
        for department, _ in enumerate(DEPARTMENTS):
            handler = self._person(f"department-{department}", "department_handler", COUNTY)
            yield replace(handler, department=department_name(department))
        for part, role in (
            ("decider", "county_officer"),
            ("maker", "county_officer"),
            ("checker", "county_approver"),
            ("auditor", "auditor"),
        ):
            yield self._person(part, role, COUNTY)

    def members(self) -> Iterator[NewPerson]:
        """Every mobile grid member, with an account that no bank has."""
        for place in range(MEMBER_COUNT):
            part = f"member-{place}"
            yield NewPerson(
                person_id=self.id_of(part),
                name=self.name(part),
                role="member",
                area=COUNTY,
                since=self.period.since,
                account=self.account(part),
            )

    def account(self, part: str) -> Account:
        """The account of a part, in his own name, at a bank that is none."""
        return Account(self.name(part), _account_number(part), "演示农商银行（虚构）")

    def name(self, part: str) -> str:
        """A name from our own lists of characters; one in sixty has a compound surname."""
        dice = Dice(self.seed, "name", part)
        surname = dice.choice(_COMPOUND) if dice.below(60) == 0 else dice.choice(_SURNAMES)
        given = dice.choice(_SECOND)
        return surname + (given if dice.happens(18) else dice.choice(_FIRST) + given)

    def _officer(self, part: str, role: str) -> Actor:
        person_id = self.id_of(part)
        return Actor(person_id, role, self.keys.get(person_id))

    def _person(self, part: str, role: str, area: Division) -> NewPerson:
        since = self.period.since
        return NewPerson(person_id=self.id_of(part), name=self.name(part), role=role, area=area, since=since)


def department_name(department: int) -> str:
    """What the nth department is called where reports are sent to it."""
    return f"演示县{DEPARTMENTS[department]}"


def home_township(member: int) -> int:
    """Where the nth member mostly drives."""
    return member % TOWNSHIP_COUNT


def _account_number(part: str) -> str:
    return f"0000{number('demo account', part) % 10**15:015d}"
