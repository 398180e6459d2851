"""A program that owns the embedded server of a home, for tests that kill it in every way there is.

Usage: owner_process.py HOME BIN_DIR|- [plain|signals|atexit]. Says READY when the server answers, then waits.
`signals` is what the command line does; `atexit` never closes the context; `plain` installs nothing.
"""

import signal
import sys
import time
from pathlib import Path

from migrations.embedded import EmbeddedPostgres, install_stop_on_signals


def main() -> None:
    home, bin_dir, manner = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # tests that run under nohup hand down that it is ignored
    if manner == "signals":
        install_stop_on_signals()
    server = EmbeddedPostgres(home, bin_dir=None if bin_dir == "-" else Path(bin_dir))
    server.start()
    print("READY", flush=True)  # noqa: T201 (the test reads this line)
    if manner == "atexit":
        return
    try:
        time.sleep(600)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
