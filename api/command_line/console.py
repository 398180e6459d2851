"""What the command line prints: results on standard output, everything about the way there on standard error."""

import os
import shlex
import shutil
import sys
import time
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self

BAR_CHARS: Final = 24
REDRAW_S: Final = 0.1


def say(line: str = "") -> None:
    """One line of the result."""
    sys.stdout.write(f"{line}\n")


def tell(line: str) -> None:
    """One line about what is going on."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def program() -> str:
    """How to call this program again from another terminal: its name where the shell finds it, otherwise the script
    that was run, or that stands beside the interpreter; of one that runs as a module, the interpreter and the module.
    """
    if shutil.which("mingzhang") is not None:
        return "mingzhang"
    run, installed = Path(sys.argv[0]).absolute(), Path(sys.executable).with_name("mingzhang")
    for script in (run, installed):
        if script.name == "mingzhang" and os.access(script, os.X_OK):
            return shlex.quote(str(script))
    return f"{shlex.quote(sys.executable)} -m api.cli"


def table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Columns under headings, aligned for Chinese text too, without a final newline."""
    texts = [[str(cell) for cell in row] for row in (headings, *rows)]
    widths = [max(map(_columns, column)) for column in zip(*texts, strict=True)]
    lines = ["  ".join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in texts]
    return "\n".join([lines[0], "  ".join("─" * width for width in widths), *lines[1:]])


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _columns(text))


class Progress:
    """A bar on standard error: redrawn on a terminal, one line at the end of each step elsewhere."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._terminal = sys.stderr.isatty()
        self._drawn = 0.0
        self._open = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._open:
            sys.stderr.write("\n")
            sys.stderr.flush()

    def show(self, step: str, done: int, total: int) -> None:
        """`done` of `total` of a step; the step's line ends when they are equal."""
        ended, now = done >= total, time.monotonic()
        if self._quiet or not (ended or (self._terminal and now - self._drawn >= REDRAW_S)):
            return
        self._drawn, self._open = now, not ended
        filled = BAR_CHARS * done // max(total, 1)
        start, end = ("\r\x1b[K" if self._terminal else ""), ("\n" if ended else "")
        sys.stderr.write(f"{start}{_padded(step, 14)} [{'█' * filled}{'·' * (BAR_CHARS - filled)}] {done}/{total}{end}")
        sys.stderr.flush()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """A step without a count."""
        self.show(name, 0, 1)
        yield
        self.show(name, 1, 1)
