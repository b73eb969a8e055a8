"""The benchmark's own environment: other contenders' packages must not share truepoint's."""

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Final

from benchmarks.training.contender import Environment

_FOLDER: Final = Path(__file__).resolve().parent
REQUIREMENTS: Final = _FOLDER / "requirements.txt"
VENV: Final = _FOLDER / ".venv"


def python(environment: Environment) -> Path:
    """The interpreter of an environment; the benchmark's is made, or brought up to its requirements, first."""
    if environment == "truepoint":
        return Path(sys.executable)
    interpreter, stamp = VENV / "bin" / "python", VENV / ".installed"
    digest = hashlib.sha256(REQUIREMENTS.read_bytes() + str(VENV).encode()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
        return interpreter
    print("making the benchmark's environment (some 650 MB)", flush=True)
    uv = shutil.which("uv")
    venv.create(VENV, clear=True, with_pip=uv is None)
    installer: list[str | Path] = (
        [uv, "pip", "install", "--python", interpreter] if uv else [interpreter, "-m", "pip", "install"]
    )
    subprocess.run(
        [*installer, "--quiet", "--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", REQUIREMENTS],
        check=True,
    )
    stamp.write_text(digest, encoding="utf-8")
    return interpreter
