"""The help is worth reading, says the same as the README, and needs nothing but the base installation."""

import subprocess
import sys
from pathlib import Path

import pytest

from api.cli import main
from api.command_line.catalogue import CATALOGUE, load
from api.command_line.parsing import parser_of
from api.command_line.reference import BEGIN, END, reference

ROOT = Path(__file__).parents[3]

# What only the server has; the program must not even try to import it for an auditor.
SERVER_ONLY = (
    "argon2",
    "eventsourcing",
    "fastapi",
    "jinja2",
    "lxml",
    "psycopg",
    "psycopg_pool",
    "pydantic",
    "python_calamine",
    "uvicorn",
    "xlsxwriter",
)
WITHOUT_SERVER = f"""
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {SERVER_ONLY!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Missing())
from api.cli import main
sys.exit(main(sys.argv[1:]))
"""


def base_only(*words: str) -> subprocess.CompletedProcess[str]:
    """The program as it runs where only `pip install mingzhang` was done."""
    command = [sys.executable, "-c", WITHOUT_SERVER, *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_readme_shows_every_help_text_as_it_is() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert BEGIN in text, "paste the output of `python -m api.command_line.reference` into the README"
    assert BEGIN + text.partition(BEGIN)[2].partition(END)[0] + END + "\n" == reference()


@pytest.mark.parametrize("named", CATALOGUE, ids=lambda named: named.name)
def test_every_subcommand_explains_itself_with_an_example(named) -> None:
    subcommand = load(named)
    text = parser_of(named, subcommand).format_help()
    assert f"mingzhang {named.name}" in subcommand.EXAMPLE
    assert subcommand.EXAMPLE.strip().splitlines()[0] in text
    assert "退出码" in text
    assert "usage" not in text
    assert len(subcommand.DESCRIPTION.strip()) > 40


@pytest.mark.parametrize("named", CATALOGUE, ids=lambda named: named.name)
def test_every_subcommand_answers_to_help(named, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([named.name, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == parser_of(named, load(named)).format_help()


def test_overview_names_every_subcommand(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    shown = capsys.readouterr().out
    assert all(f"  {named.name} " in shown and named.summary in shown for named in CATALOGUE)


def test_unknown_subcommand_cannot_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exprot"]) == 2
    assert "export" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["export"], "缺少参数：DIR"),
        (["doctor", "--jsno"], "不认识的参数：--jsno"),
        (["import", "people", "x.xlsx"], "参数 messages 不能是 'people'"),
        (["init", "--division", "36112500000"], "区划代码应为 12 位数字"),
        (["init", "--division", "361125101000"], "应为县级代码"),
        (["payout", "freeze", "--month", "2026-13"], "月份写作 YYYY-MM"),
    ],
)
def test_wrong_arguments_are_named_in_chinese(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_an_auditor_needs_only_the_base_installation(tmp_path: Path) -> None:
    assert base_only("--help").returncode == 0
    assert base_only("verify", "--help").returncode == 0
    missing = base_only("verify", str(tmp_path / "nothing"), "--quiet")
    assert missing.returncode == 2
    assert "无法检查" in missing.stdout


@pytest.mark.parametrize("name", [named.name for named in CATALOGUE if named.name not in ("verify", "witness")])
def test_whoever_lacks_the_server_is_told_what_to_install(name: str) -> None:
    done = base_only(name, "--help")
    assert done.returncode == 2
    assert "pip install 'mingzhang[server]'" in done.stderr
    assert "Traceback" not in done.stderr
