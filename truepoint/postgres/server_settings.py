"""Postgres settings for the machine at hand: analytic builds and short lookups on one server, alone with its disk."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_MIB: Final = 1024 * 1024
_CGROUP_LIMITS: Final = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
_SHARED_MEMORY_FOLDER: Final = Path("/dev/shm")  # noqa: S108 (only measured)


def memory_bytes() -> int:
    """Return this machine's memory, or the container's limit where that is less."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limits = [int(text) for path in _CGROUP_LIMITS if path.exists() and (text := path.read_text().strip()).isdigit()]
    return min([physical, *limits])


def settings_for_this_machine(data_folder: Path) -> dict[str, str]:
    """Return postgresql.conf names and values."""
    memory_mib = memory_bytes() // _MIB
    free_disk_mib = shutil.disk_usage(data_folder).free // _MIB
    settings = {
        "timezone": "UTC",
        "log_timezone": "UTC",
        "jit": "off",  # compiling costs more than these statements run for
        "shared_buffers": f"{_clamp(memory_mib // 8, 64, 2048)}MB",
        "effective_cache_size": f"{max(memory_mib // 2, 256)}MB",
        "work_mem": f"{_clamp(memory_mib // 256, 4, 64)}MB",
        "maintenance_work_mem": f"{_clamp(memory_mib // 32, 32, 512)}MB",
        "random_page_cost": "1.1",  # solid-state disks
        "wal_level": "minimal",  # no replicas: COPY and CREATE TABLE AS into new tables then skip the log
        "max_wal_senders": "0",
        "max_wal_size": f"{_clamp(free_disk_mib // 8, 128, 4096)}MB",
        "checkpoint_timeout": "15min",
    }
    if _SHARED_MEMORY_FOLDER.exists() and shutil.disk_usage(_SHARED_MEMORY_FOLDER).free < 512 * _MIB:
        settings["dynamic_shared_memory_type"] = (
            "sysv"  # a container's /dev/shm of 64 MiB is too small for parallel plans
        )
    return settings


def render_settings(settings: Mapping[str, str]) -> str:
    """Return the text of a configuration file."""
    lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in settings.items()]
    return "\n".join(["# Written by truepoint at each start: changes here are lost.", *lines, ""])


def _clamp(value: int, lowest: int, highest: int) -> int:
    return max(lowest, min(value, highest))
