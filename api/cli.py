"""`mingzhang`: every way in from the command line, one word a subcommand.

What must not be broken: this module and the overview need nothing but the base installation, so that an auditor
without the server's packages can run `mingzhang verify`; every error ends in one of four kinds, never in a traceback;
nor does Ctrl-C, so that whatever takes time to load is loaded where it is caught.
"""

import os
import sys
from collections.abc import Sequence

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand. Exit codes: 0 done, 1 findings or a refusal, 2 it could not run, 130 interrupted."""
    words = list(sys.argv[1:] if argv is None else argv)
    standing = "还没有开始，什么也没有做。"
    try:
        from api.command_line import catalogue, failures
        from api.command_line.catalogue import MissingPackages
        from api.command_line.parsing import overview, parser_of

        if not words or words[0] in ("-h", "--help"):
            sys.stdout.write(overview())
            return 0
        if words[0] == "--version":
            sys.stdout.write(f"mingzhang {catalogue.version()}\n")
            return 0
        named = catalogue.find(words[0])
        if named is None:
            sys.stderr.write(f"没有 {words[0]!r} 这个子命令。可用的有：{'、'.join(catalogue.NAMES)}\n")
            return 2
        try:
            subcommand = catalogue.load(named)
        except MissingPackages as missing:
            sys.stderr.write(f"{missing}\n")
            return 2
        arguments = parser_of(named, subcommand).parse_intermixed_args(words[1:])
        standing = named.interrupted
        try:
            return subcommand.run(arguments)
        except BrokenPipeError:
            # Whoever read our output has gone (`| head`); nothing more can be said to him.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 1
        except Exception as error:  # noqa: BLE001 - the outermost edge: whatever it is, it ends as one of the four kinds
            return failures.report(error)
    except KeyboardInterrupt:
        sys.stderr.write(f"\n已中断。{standing}\n")
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
