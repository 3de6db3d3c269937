"""Lets ``python -m tb_timetravel`` do what ``timetravel`` does."""

from __future__ import annotations

import sys

from tb_timetravel.cli import main

if __name__ == "__main__":
    sys.exit(main())
