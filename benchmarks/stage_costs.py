"""What the stages of one process took so far, told line by line on its standard output."""

import json
import resource
import sys

PER_MB = 1 << 20 if sys.platform == "darwin" else 1 << 10  # bytes there, kilobytes elsewhere


def told(stage: str) -> None:
    """Prints the stage's name, the CPU-seconds of this process until now, and the most memory it held, in MB."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps([stage, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / PER_MB]), flush=True)
