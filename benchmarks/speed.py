"""Prints how long the command line takes: `--help`, one service without tools, and the example fleet with all tools."""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
RUNS = 7


def seconds(arguments: Sequence[str], folder: Path) -> list[float]:
    """Wall-clock seconds of RUNS runs as whole processes, after one that warms the caches."""
    command = [sys.executable, "-m", "mlmon", *arguments]
    times = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return times[1:]


def project(folder: Path, *specs: str) -> Path:
    """A copy of the example project with some of its specs."""
    (folder / "specs").mkdir(parents=True)
    shutil.copy(ROOT / "mlmon.yaml", folder)
    for spec in specs or sorted(path.name for path in (ROOT / "specs").glob("*.yaml")):
        shutil.copy(ROOT / "specs" / spec, folder / "specs")
    return folder


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        one, fleet = project(Path(name) / "one", "fraud-detector.yaml"), project(Path(name) / "fleet")
        rows = [
            ("mlmon --help", 0.2, seconds(["--help"], fleet)),
            ("one service, no tools", 0.5, seconds(["generate", "--no-tools"], one)),
            ("example fleet, all tools", 3.0, seconds(["generate"], fleet)),
        ]
    print(f"{'':26} {'median':>8} {'min':>8} {'max':>8} {'aim':>6} {'share':>6}   seconds, {RUNS} runs each")
    for label, aim, times in rows:
        median = statistics.median(times)
        print(f"{label:26} {median:8.3f} {min(times):8.3f} {max(times):8.3f} {aim:6.1f} {median / aim:6.0%}")


if __name__ == "__main__":
    main()
