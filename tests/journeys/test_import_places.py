"""The administrator brings in the county's codes on the command line: once, again, with findings, and no other's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import temporary_home
from tests.journeys.commands import CommandLine, Commands


@pytest.fixture
def county() -> Iterator[CommandLine]:
    """A county that has begun, and knows nobody but its administrator."""
    with temporary_home() as home:
        command_line = Commands(home)
        done = command_line.init()
        assert done.returncode == 0, done.stderr
        yield command_line


def test_codes_go_in_once_and_what_is_wrong_is_listed(county: CommandLine, tmp_path: Path) -> None:
    streets = tmp_path / "streets.csv"
    streets.write_text(
        "code,name,areaCode\n361125001,兴安街道,361125\n361125200,莲荷乡,361125\n610523100,别县镇,610523\n", "utf-8"
    )
    changes = tmp_path / "changes.csv"
    header = "变更日期,种类,原代码,原名称,新代码,新名称,文号"
    changes.write_text(f"{header}\n2024-07-01,升格,361125200,莲荷乡,361125107,莲荷镇,文\n", "utf-8")
    importing = ["import-places", "--county", "361125", "--since", "2020-01-01", streets, changes]
    done = county(*importing)
    assert done.returncode == 0, done.stderr
    assert "读到本县 3 行（别的县 1 行未取）：新登记区划 3 个、改名 0 个、代码终止 1 个" in done.stdout
    position = county.position()
    again = county(*importing)
    assert (again.returncode, county.position()) == (0, position)
    assert "没有变化（3 项都已在账本里）" in again.stdout
    streets.write_text("code,name,areaCode\n361125001,兴安镇,361125\n36112x,某镇,361125\n", "utf-8")
    findings = tmp_path / "findings.csv"
    wrong = county("import-places", streets, "--findings", findings)
    assert (wrong.returncode, county.position()) == (1, position)
    assert "账本里这个代码叫“兴安街道”，文件里是“兴安镇”" in wrong.stderr
    assert "recorded.name" in findings.read_text("utf-8-sig")
    elsewhere = tmp_path / "elsewhere.csv"
    elsewhere.write_text("code,name,areaCode\n610523100,别县镇,610523\n", "utf-8")
    refused = county("import-places", elsewhere)
    assert refused.returncode == 1
    assert "没有 361125000000 的任何区划" in refused.stderr
    assert "不管辖 610523000000" in county("import-places", "--county", "610523", elsewhere).stderr
    assert "Traceback" not in refused.stderr + wrong.stderr
    assert county("import-places", "--county", "36", elsewhere).returncode == 2
