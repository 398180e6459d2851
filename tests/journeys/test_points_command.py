"""A county publishes its points rule from the command line, tries one on the past, and lets points expire."""

from collections.abc import Iterator

import pytest

from migrations.embedded import EmbeddedPostgres
from tests.conftest import temporary_home
from tests.journeys.commands import Commands, ok, refused, signer_of


@pytest.fixture
def begun() -> Iterator[Commands]:
    """A county that has just begun; its database runs beside the commands."""
    with temporary_home() as path:
        county = Commands(path)
        ok(county.init())
        with EmbeddedPostgres(path):
            yield county
            signer_of(county).kill()


def test_a_rule_is_published_shown_and_tried(begun: Commands) -> None:
    assert "还没有积分规则" in ok(begun("points", "show"))
    done = ok(begun("points", "publish", "red-riders", "--document", "1号", "--since", "2026-01-01"))
    assert "已公布“红骑兵积分规则”" in done
    shown = ok(begun("points", "show"))
    assert all(
        word in shown for word in ("上报有效线索", "记户账户，24 个月后月底到期", "上限：每人每日 25 分（上报事件）")
    )
    tried = ok(begun("points", "simulate", "village-layer", "--since", "2026-01-01", "--until", "2026-06-30"))
    assert "没有记录任何内容" in tried
    assert ok(begun("points", "expire")).strip() == "没有到期的积分。"
    assert "缺少参数：--document" in refused(begun("points", "publish", "red-riders"), code=2)
