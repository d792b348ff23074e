"""``python -m breachbook``: the command line."""

import sys

from breachbook.cli import main

sys.exit(main())
