"""A county publishes its service catalogue from the command line: one that comes with the program, or its own file."""

from collections.abc import Iterator

import pytest

from migrations.embedded import EmbeddedPostgres
from tests.conftest import temporary_home
from tests.journeys.commands import Commands, ok, refused, signer_of

OWN = """
name = "own"
title = "本县清单"
source = "本县自拟"

[[classes]]
name = "市容环境"
items = [{ code = "sr-02", title = "垃圾满溢" }, { code = "bx-01", title = "农贸市场积水" }]
"""


@pytest.fixture
def begun() -> Iterator[Commands]:
    """A county that has just begun; its database runs beside the commands."""
    with temporary_home() as path:
        county = Commands(path)
        ok(county.init())
        with EmbeddedPostgres(path):
            yield county
            signer_of(county).kill()


def test_a_catalogue_is_offered_published_and_listed(begun: Commands) -> None:
    offered = ok(begun("catalogue", "offered"))
    assert all(name in offered for name in ("digital-city", "lookout", "mobile-members", "市容环境", "社会治安"))
    assert "还没有公布事项清单" in ok(begun("catalogue", "list"))
    assert "缺少清单名称" in refused(begun("catalogue", "publish"), code=2)
    assert "缺少参数：--document" in refused(begun("catalogue", "publish", "digital-city"), code=2)
    assert "准入 51 项" in ok(begun("catalogue", "publish", "digital-city", "--document", "1号"))
    again = refused(begun("catalogue", "publish", "digital-city", "--document", "1号"), code=1)
    assert "都已准入，没有可再公布的" in again
    unknown = refused(begun("catalogue", "publish", "digital-ctiy", "--document", "1号"), code=2)
    assert "没有名为“digital-ctiy”的清单" in unknown
    assert "digital-city、lookout、mobile-members" in unknown
    listed = ok(begun("catalogue", "list"))
    assert "暴露垃圾" in listed
    assert "还没有公布事项清单" in ok(begun("catalogue", "list", "--on", "2020-01-01"))

    file = begun.home.parent / "own.toml"
    file.write_text(OWN)
    assert "准入 1 项" in ok(begun("catalogue", "publish", file, "--document", "2号"))
    listed = ok(begun("catalogue", "list"))
    assert ("农贸市场积水" in listed, "垃圾满溢" in listed) == (True, False), "what was admitted stays as it is"
    file.write_text(OWN.replace("bx-01", "农贸"))
    assert "classes" in refused(begun("catalogue", "publish", file, "--document", "3号"), code=1)
