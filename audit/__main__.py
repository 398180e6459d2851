"""`python -m audit PACKAGE` is `mingzhang verify PACKAGE`, for those who have only the offline part."""

import sys

from audit.cli import main

if __name__ == "__main__":
    sys.exit(main())
