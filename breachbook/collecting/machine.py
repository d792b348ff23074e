"""How the machine was while it collected: a court asks whether it ran as it should."""

import os
import shutil
import time
from pathlib import Path


def condition(folder: Path) -> dict[str, int]:
    """State uptime, load, free memory and free disk, in whole numbers.

    Args:
        folder: Where the exhibits are.

    Authority:
        最高人民法院关于民事诉讼证据的若干规定 (provisions on civil evidence, 2019), article 93: whether
        hardware and software were complete and in normal operation.
    """
    page = os.sysconf("SC_PAGE_SIZE")
    return {
        "processors": os.cpu_count() or 0,
        "uptime_seconds": int(time.clock_gettime(time.CLOCK_BOOTTIME)),
        "load_percent": int(os.getloadavg()[0] * 100),
        "free_memory_mib": os.sysconf("SC_AVPHYS_PAGES") * page >> 20,
        "free_disk_mib": shutil.disk_usage(folder).free >> 20,
    }
