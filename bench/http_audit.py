"""The whole of GraphQL over HTTP: the audits of the specification's own suite (graphql-http), asked of a service of its own. Anyone can run it:

    .venv/bin/python bench/http_audit.py

It ends with status 1 where a MUST or a SHOULD is not kept; what the specification leaves open (MAY) is listed.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.harness.node import install, node
from school.db import migrate
from tests.service_process import Service

SUITE = Path(__file__).parent / "peers" / "graphql_http"


def audit(folder: Path) -> list[dict[str, str]]:
    """Each audit: its id, its name (which begins with MUST, SHOULD or MAY), its status, and why it is not "ok"."""
    url = f"sqlite+aiosqlite:///{folder / 'school.db'}"
    migrate(url)
    with Service(url, folder, program=("-m", "school")) as service:
        run = subprocess.run([node(), str(SUITE / "audit.js"), f"{service.url}/graphql"], capture_output=True, text=True, check=True, timeout=120)
    found: list[dict[str, str]] = json.loads(run.stdout)
    return found


def main() -> int:
    """Print what is kept and what is not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the same: it takes seconds")
    parser.parse_args()
    install(SUITE)
    with tempfile.TemporaryDirectory(prefix="school-audit-") as folder:
        found = audit(Path(folder))
    kept = Counter(one["name"].split()[0] for one in found if one["status"] == "ok")
    everything = Counter(one["name"].split()[0] for one in found)
    print("| | audits | kept |\n|---|---|---|")
    print("\n".join(f"| {word} | {everything[word]} | {kept[word]} |" for word in ("MUST", "SHOULD", "MAY")))
    for one in found:
        if one["status"] != "ok":
            print(f"- {one['id']} {one['name']}: {one['reason']}")
    return 0 if kept["MUST"] == everything["MUST"] and kept["SHOULD"] == everything["SHOULD"] else 1


if __name__ == "__main__":
    sys.exit(main())
