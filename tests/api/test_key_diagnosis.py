"""What `doctor` says of the officers' keys: cheap secrets in a real journal, too few administrators."""

from typing import TYPE_CHECKING

from api.key_diagnosis import officer_keys
from tests.api.web.county import small_county
from tests.conftest import temporary_home

if TYPE_CHECKING:
    from tests.conftest import Cluster


def test_a_real_journal_with_cheap_secrets_and_one_administrator_is_warned_of(cluster: "Cluster") -> None:
    access = cluster.new_database()
    with temporary_home() as home, small_county(access, home) as county:
        said = {name: (state, text) for name, state, text in officer_keys(access)}
        assert said["工作人员密钥"][0] == "ok"
        assert said["口令强度"][0] == "attention"
        assert "9 人" in said["口令强度"][1]  # everybody of this county, and its founder
        assert said["管理员"][0] == "attention"
        assert county.app.log.rehearsal is False
    cluster.drop(access)


def test_a_rehearsal_is_warned_of_missing_administrators_alone(cluster: "Cluster") -> None:
    access = cluster.new_database()
    with temporary_home() as home, small_county(access, home, rehearsal=True):
        assert [name for name, state, _ in officer_keys(access) if state != "ok"] == ["管理员"]
    cluster.drop(access)
