"""How the words of one kind of disclosure are laid out: its name, its one sentence, its tables and their columns.

What must not be broken: a figure or a column that has no word here is an error (KeyError), never a blank or an
English name on a page.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from domain.kernel.money import yuan

Sentence = Callable[[Mapping[str, int]], str]
"""The figures of a document's one sentence, by name -> that sentence in Chinese, without a name of anybody."""


@dataclass(frozen=True, slots=True)
class TableWords:
    """A table's heading and those of its columns, by their names in the document.

    `codes`: column -> code -> Chinese, for columns of type "code". `chart`: (label column, value column) of a drawing
    beside the table, for tables whose rows are amounts or counts to be compared; None where nothing is drawn.
    """

    title: str
    columns: Mapping[str, str]
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    chart: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class KindWords:
    """What a kind is called (财务公开), its sentence, its tables; `note` stands below them.

    `drawn`: amounts of the sentence that are drawn below it, by their names there, and what each bar is called.

    `withheld`: what is counted but shown in no row, by its name in the document: `涉及隐私，不列出：{n} 条`. n is the
    number, or of a name that ends with `_fen` the amount in yuan.
    """

    title: str
    sentence: Sentence
    tables: Mapping[str, TableWords]
    note: str = ""
    withheld: Mapping[str, str] = field(default_factory=dict)
    drawn: Mapping[str, str] = field(default_factory=dict)

    def left_out(self, withheld: Mapping[str, int]) -> list[str]:
        """What the document withholds, a sentence each."""
        return [
            self.withheld[name].format(n=money(value) if name.endswith("_fen") else f"{value:,}")
            for name, value in withheld.items()
        ]


def money(amount_fen: int) -> str:
    """`123456789` fen -> `1,234,567.89 元`, for sentences."""
    sign, amount = ("-", -amount_fen) if amount_fen < 0 else ("", amount_fen)
    whole, dot, rest = yuan(amount).partition(".")
    return f"{sign}{int(whole):,}{dot}{rest} 元"
