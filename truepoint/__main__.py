"""`python -m truepoint` is `truepoint`."""

from truepoint.cli import app

app(prog_name="truepoint")
