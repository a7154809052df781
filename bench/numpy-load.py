"""Loads every array of every .npz file below a folder on one thread and prints seconds, seconds of processor time and NumPy's version: the peer of `ingest`."""

import sys
import time
from pathlib import Path

import numpy

paths = sorted(Path(sys.argv[1]).rglob("*.npz"))
# The other side reads files that are in the system's cache as well.
for path in paths:
    path.read_bytes()
started = time.perf_counter()
started_cpu = time.process_time()
for path in paths:
    with numpy.load(path) as arrays:
        for key in arrays.files:
            arrays[key]
print(time.perf_counter() - started, time.process_time() - started_cpu, numpy.__version__)
