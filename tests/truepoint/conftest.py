"""Fixtures of the tests that start servers of their own."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """An empty folder whose path leaves room for a socket's name, unlike pytest's tmp_path."""
    folder = Path(tempfile.mkdtemp(prefix="truepoint-"))
    yield folder
    shutil.rmtree(folder)
