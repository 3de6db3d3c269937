"""Values of command-line options that several commands take."""

from __future__ import annotations

import argparse


def positive(text: str) -> int:
    """Read a whole number from 1 up; errors as argparse wants them."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1 up, got {text}")
    return value
