"""Tests of directories that may only be read, where the system keeps this process from writing to them."""

from __future__ import annotations

import os
import tempfile

import pytest


def _writes_everywhere() -> bool:
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o500)
        return os.access(directory, os.W_OK)


needs_permissions = pytest.mark.skipif(_writes_everywhere(), reason="this process, root's most likely, writes everywhere")
