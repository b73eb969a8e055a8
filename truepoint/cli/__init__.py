"""The `truepoint` command: the roof of the house. It imports everything, and nothing imports it."""

from truepoint.cli.main import app

__all__ = ["app"]
