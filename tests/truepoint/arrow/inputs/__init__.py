"""Small files of kinds that people have: the same three labels as Spark, Excel and others write them."""

from pathlib import Path
from typing import Final

INPUTS: Final = Path(__file__).parent
