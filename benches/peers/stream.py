"""How fast this machine reads memory: the sum of a large array, and a copy of it, in GB/s; best of five."""

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

CORES = len(os.sched_getaffinity(0))
VALUES = 1 << 26  # 512 MiB of doubles


def best(work, threads):
    parts = np.array_split(np.arange(VALUES, dtype=np.float64), threads)
    into = [np.empty_like(part) for part in parts]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, parts, into))
        times = []
        for _ in range(5):
            since = time.perf_counter()
            list(pool.map(work, parts, into))
            times.append(time.perf_counter() - since)
    return 8 * VALUES / min(times) / 1e9


def read(part, _into):
    return part.sum()


def copy(part, into):
    np.copyto(into, part)


rates = {"cores": CORES, "read_one_core": best(read, 1), "read_all_cores": best(read, CORES), "copy_all_cores": best(copy, CORES)}
print(json.dumps({name: round(rate, 1) for name, rate in rates.items()}))
