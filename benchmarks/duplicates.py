"""`python -m benchmarks.duplicates FILE.xlsx`: how well near texts are found, against references made another way.

The register is 4,326 messages. Two references, neither of which knows triples, hashes or prints:

* *begins alike*: two bodies whose first 60 characters, spaces and line breaks left out, are the same (a shorter body:
  all of it). That gives exactly the 153 groups with 328 messages that the register is known for.
* *alike anywhere*: two bodies that share any run of 60 such characters, wherever it stands. It also knows the same
  message under another salutation ("尊敬的胡书记" for "张县长"), which the first reference takes for two.

Precision against the first says how much else a threshold finds; against the second, how much of that is really
something else. Nothing is sampled: every pair that the index brings together is judged.

Short texts are judged by the register's titles of fewer than twelve triples, every pair of them: right are those whose
messages are alike anywhere. Here they come from a whole city; the program compares them within one place only.
"""

import argparse
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from python_calamine import CalamineWorkbook

from domain.duplicates import NEAR_TEXT_PERCENT, TextPrint, text_print
from domain.kernel.ids import derived
from domain.velocity import Unusual, unusual_reporters

ALIKE_CHARS = 60
THRESHOLDS = (30, 40, 50, 60, 70, 80, 90, 100)
KEY = b"a secret of this benchmark alone"

Pair = tuple[int, int]


@dataclass(frozen=True)
class Found:
    """What one threshold finds: pairs and rows, and their shares of and in the references, from 0 to 1."""

    threshold: int
    pairs: int
    rows: int
    recall_pairs: float
    recall_rows: float
    precision_begins: float
    precision_anywhere: float
    recall_anywhere: float


@dataclass(frozen=True)
class ShortFound:
    """What one threshold finds among short titles: pairs, and how many of them, and of the alike ones, are right."""

    threshold: int
    pairs: int
    precision: float
    recall: float


@dataclass(frozen=True)
class Measured:
    """The references, what each threshold finds, and what it costs; of short texts as well."""

    messages: int
    groups: int
    rows: int
    found: tuple[Found, ...]
    short_titles: int
    short: tuple[ShortFound, ...]
    prints_per_second: float
    unusual: tuple[Unusual, ...]
    most_reports: int

    def at(self, threshold: int) -> Found:
        """What one threshold finds."""
        return next(one for one in self.found if one.threshold == threshold)


def measure(path: Path) -> Measured:
    """Read the register in place and judge every threshold."""
    authors, titles, bodies = read_messages(path)
    squeezed = [re.sub(r"\s", "", body) for body in bodies]
    groups = begins_alike(squeezed)
    begins = {pair for group in groups for pair in combinations(group, 2)}
    anywhere = alike_anywhere(squeezed) | begins
    started = time.perf_counter()
    prints = [text_print(body, key=KEY) for body in bodies]
    took = time.perf_counter() - started
    scores = compared(prints)
    short = {
        number: made
        for number, made in enumerate(text_print(title, key=KEY) for title in titles)
        if made is not None and made.short
    }
    counts = Counter(derived("author", author) for author in authors)
    return Measured(
        messages=len(bodies),
        groups=len(groups),
        rows=sum(map(len, groups)),
        found=tuple(_found(threshold, scores, begins, anywhere) for threshold in THRESHOLDS),
        short_titles=len(short),
        short=tuple(short_found(short, anywhere)),
        prints_per_second=len(bodies) / took,
        unusual=tuple(unusual_reporters(counts)),
        most_reports=max(counts.values()),
    )


def read_messages(path: Path) -> tuple[list[str], list[str], list[str]]:
    """Authors, titles and bodies, by the headers of the first row."""
    header, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    author, title, body = (header.index(name) for name in ("留言用户", "留言主题", "留言详情"))
    return [str(row[author]) for row in rows], [str(row[title]) for row in rows], [str(row[body]) for row in rows]


def short_found(short: Mapping[int, TextPrint], alike: set[Pair]) -> Iterator[ShortFound]:
    """Every pair of short titles at every threshold; right are those of messages that are alike (`alike`)."""
    scores = {
        (one, other): short[one].similarity_percent(short[other]) for one, other in combinations(sorted(short), 2)
    }
    wanted = alike & scores.keys()
    for threshold in THRESHOLDS:
        pairs = {pair for pair, percent in scores.items() if percent >= threshold}
        right = len(pairs & wanted)
        yield ShortFound(threshold, len(pairs), right / max(1, len(pairs)), right / max(1, len(wanted)))


def begins_alike(squeezed: Sequence[str]) -> list[list[int]]:
    """The groups of messages with the same first 60 characters."""
    groups: dict[str, list[int]] = defaultdict(list)
    for number, body in enumerate(squeezed):
        groups[body[:ALIKE_CHARS]].append(number)
    return [group for group in groups.values() if len(group) > 1]


def alike_anywhere(squeezed: Sequence[str]) -> set[Pair]:
    """Every pair of messages that share a run of 60 characters: exhaustive, by all runs of all messages."""
    runs: dict[int, set[int]] = defaultdict(set)
    for number, body in enumerate(squeezed):
        for start in range(len(body) - ALIKE_CHARS + 1):
            runs[hash(body[start : start + ALIKE_CHARS])].add(number)
    return {pair for sharing in runs.values() if len(sharing) > 1 for pair in combinations(sorted(sharing), 2)}


def compared(prints: Sequence[TextPrint | None]) -> dict[Pair, int]:
    """The similarity of every pair that shares a key of the index: the way of the program, without a database."""
    index: dict[int, list[int]] = defaultdict(list)
    for number, made in enumerate(prints):
        for band in made.bands() if made is not None else ():
            index[band].append(number)
    pairs = {pair for sharing in index.values() if len(sharing) > 1 for pair in combinations(sharing, 2)}
    scores: dict[Pair, int] = {}
    for one, other in pairs:
        first, second = prints[one], prints[other]
        if first is not None and second is not None:
            scores[one, other] = first.similarity_percent(second)
    return scores


def _found(threshold: int, scores: dict[Pair, int], begins: set[Pair], anywhere: set[Pair]) -> Found:
    pairs = {pair for pair, percent in scores.items() if percent >= threshold}
    rows, wanted = _rows(pairs), _rows(begins)
    return Found(
        threshold=threshold,
        pairs=len(pairs),
        rows=len(rows),
        recall_pairs=len(pairs & begins) / len(begins),
        recall_rows=len(rows & wanted) / len(wanted),
        precision_begins=len(pairs & begins) / max(1, len(pairs)),
        precision_anywhere=len(pairs & anywhere) / max(1, len(pairs)),
        recall_anywhere=len(pairs & anywhere) / len(anywhere),
    )


def _rows(pairs: Iterable[Pair]) -> set[int]:
    return {number for pair in pairs for number in pair}


def print_table(measured: Measured) -> None:
    """One line a threshold."""
    print(
        f"{measured.messages:,} messages; {measured.groups} groups with {measured.rows} rows begin alike;"
        f" {measured.prints_per_second:,.0f} prints a second\n"
    )
    print(f"{'':9}{'found':>16}{'of the 153 groups':>24}{'precision against':>24}{'recall of':>12}")
    columns = ("recall pairs", 13), ("rows", 11), ("begins", 12), ("anywhere", 12), ("anywhere", 12)
    print(f"{'from %':9}{'pairs':>8}{'rows':>8}" + "".join(f"{name:>{width}}" for name, width in columns))
    for one in measured.found:
        chosen = "*" if one.threshold == NEAR_TEXT_PERCENT else " "
        print(
            f"{one.threshold:>4}{chosen:5}{one.pairs:>7}{one.rows:>8}{one.recall_pairs:>13.3f}{one.recall_rows:>11.3f}"
            f"{one.precision_begins:>12.3f}{one.precision_anywhere:>12.3f}{one.recall_anywhere:>12.3f}"
        )
    print(f"\n{measured.short_titles} short titles (fewer than 12 triples), by their pairs of characters")
    print(f"{'from %':9}{'pairs':>8}{'precision':>12}{'recall':>12}")
    for short in measured.short:
        chosen = "*" if short.threshold == NEAR_TEXT_PERCENT else " "
        print(f"{short.threshold:>4}{chosen:5}{short.pairs:>7}{short.precision:>12.3f}{short.recall:>12.3f}")
    flagged = ", ".join(str(one.reports) for one in measured.unusual)
    print(f"\n* chosen. Reporters flagged for their number of reports: {flagged} (the most: {measured.most_reports})")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.duplicates", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE.xlsx", help="the register of messages")
    print_table(measure(parser.parse_args().file))


if __name__ == "__main__":
    main()
