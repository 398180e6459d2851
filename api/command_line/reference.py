"""Every help text as Markdown, for the README: `python -m api.command_line.reference`."""

import sys

from api.command_line.catalogue import CATALOGUE, load
from api.command_line.parsing import overview, parser_of

BEGIN = "<!-- cli:begin -->"
END = "<!-- cli:end -->"


def reference() -> str:
    """The overview and the help of each subcommand, as code blocks between the README's markers."""
    blocks = [_block("", overview())]
    blocks += [_block(named.name, parser_of(named, load(named)).format_help()) for named in CATALOGUE]
    return "\n".join([BEGIN, "", *blocks, END, ""])


def _block(name: str, text: str) -> str:
    heading = f"#### `mingzhang {name}`\n\n" if name else ""
    return f"{heading}```text\n{text.rstrip()}\n```\n"


if __name__ == "__main__":
    sys.stdout.write(reference())
