"""Running the command line as people do: a process of its own, a home of its own."""

import io
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import openpyxl
import psycopg

from api.cli import main
from migrations.embedded import attach_or_start
from tests.journal.signers import Home

ROOT = Path(__file__).parents[2]
MESSAGES = ROOT.parent / "shared" / "data" / "messages" / "messages_with_replies.xlsx"
HEADERS = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间"]
TIMEOUT_S = 300
STOPS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


@dataclass(frozen=True)
class CommandLine:
    """`mingzhang` over one home. Settings of the person who runs the tests do not reach it."""

    home: Path
    port: int = 8000

    @property
    def environment(self) -> dict[str, str]:
        """The environment of every command."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MINGZHANG_")}
        ours = {"MINGZHANG_HOME": str(self.home), "MINGZHANG_PORT": str(self.port)}
        if self.secret_file.exists():
            ours["MINGZHANG_SECRET_FILE"] = str(self.secret_file)
        return {**kept, **ours}

    @property
    def secret_file(self) -> Path:
        """Where the administrator keeps the password that `init` showed him: outside the home."""
        return self.home.parent / "secret"

    def __call__(self, *words: object, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a subcommand to its end."""
        return subprocess.run(
            self._command(words),
            cwd=ROOT,
            env={**self.environment, **settings},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def start(self, *words: object, errors: Path = Path(os.devnull)) -> subprocess.Popen[str]:
        """Start a subcommand and leave it running; what it says on standard error is added to a file."""
        with errors.open("ab") as said:
            return self._started(words, said)

    def _started(self, words: Sequence[object], errors: BinaryIO) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self._command(words),
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            stdin=subprocess.DEVNULL,
        )

    def init(self, *, rehearsal: bool = True) -> subprocess.CompletedProcess[str]:
        """A new journal; its administrator writes down the password."""
        words = ["init", "--origin", "test.example/journal", "--division", "361125000000", "--name", "横峰县"]
        done = self(*words, *(["--rehearsal"] if rehearsal else []))
        if shown := re.search(r"初始密码：(\S+)", done.stdout):
            write_secret(self.secret_file, shown[1])
        return done

    def position(self) -> int:
        """How many events the journal holds. (`doctor` says so too, but judges every one of them first.)"""
        with (
            attach_or_start(self.home) as endpoint,
            psycopg.connect(endpoint.superuser_dsn, dbname="mingzhang", autocommit=True) as connection,
        ):
            row = connection.execute("SELECT size FROM journal.head").fetchone()
        return 0 if row is None else int(row[0])

    @staticmethod
    def _command(words: Sequence[object]) -> list[str]:
        return [sys.executable, "-m", "api.cli", *map(str, words)]


@dataclass(frozen=True)
class Commands(CommandLine):
    """The same command line, called in this process: to start one costs more than most commands do.

    Only `verify` is not, which starts processes of its own.
    """

    def __call__(self, *words: object, **settings: str) -> subprocess.CompletedProcess[str]:
        if words[0] == "verify":
            return super().__call__(*words, **settings)
        before, handlers = dict(os.environ), [(number, signal.getsignal(number)) for number in STOPS]
        typed, sys.stdin = sys.stdin, io.StringIO()  # nobody sits there
        out, err = io.StringIO(), io.StringIO()
        os.environ.clear()
        os.environ.update({**self.environment, **settings})
        try:
            with redirect_stdout(out), redirect_stderr(err):
                code = main([*map(str, words)])
        except SystemExit as ended:
            code = int(str(ended.code))
        finally:
            sys.stdin = typed
            os.environ.clear()
            os.environ.update(before)
            for number, handler in handlers:
                signal.signal(number, handler)
        return subprocess.CompletedProcess([*map(str, words)], code, out.getvalue(), err.getvalue())


def ok(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def refused(done: subprocess.CompletedProcess[str], code: int) -> str:
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def signer_of(county: CommandLine) -> Home:
    return Home(county.home, dsn="")


def write_secret(path: Path, secret: str) -> Path:
    """A secret as whoever acts keeps it: in a file that nobody else may read."""
    path.touch(mode=0o600)
    path.write_text(secret, "utf-8")
    return path


def register_row(number: int, *, on: date = date(2025, 3, 1), author: str | None = None) -> list[object]:
    """One message with its reply two days later."""
    at = datetime(on.year, on.month, on.day, 9) + timedelta(seconds=number)  # noqa: DTZ001 - a clerk's wall clock
    return [
        f"L{number}",
        author or f"A{number % 40:05d}",
        f"第{number}件",
        f"{at:%Y/%m/%d %H:%M:%S}",
        f"第{number}件事的详情",
        "已处理",
        f"{at + timedelta(days=2):%Y/%m/%d %H:%M:%S}",
    ]


def write_register(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    """A register as a county's clerk would save it."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [HEADERS, *rows]:
        sheet.append(list(row))
    book.save(path)
    return path


def processes_of(home: Path) -> list[int]:
    """The ids of every process whose command line names the home."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if entry.name.isdigit() and os.fsencode(home) in command:
            found.append(int(entry.name))
    return found
