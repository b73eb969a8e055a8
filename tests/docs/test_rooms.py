"""docs/architecture.md draws the rooms as the tests of the house and import-linter hold them."""

import tomllib

from tests.docs.pages import ROOT, block_after, read
from tests.house.test_macros import ROOMS


def test_macro_rooms_are_drawn_as_they_are() -> None:
    lines = block_after(read("architecture.md"), "test: macro rooms").splitlines()
    assert [line.split()[0] for line in lines] == list(ROOMS)


def test_python_rooms_are_drawn_as_they_are() -> None:
    lines = block_after(read("architecture.md"), "test: python rooms").splitlines()
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    rooms = [line.partition("  ")[0].split(" | ") for line in lines]
    assert rooms == [layer.split(" | ") for layer in contracts[0]["layers"]]
