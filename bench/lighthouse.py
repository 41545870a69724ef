"""Lighthouse on a parent's page of today, signed in, on a phone as Lighthouse imagines one, served as in production. Anyone can run it:

    .venv/bin/python bench/lighthouse.py

It ends with status 1 where accessibility or best practices are below 100. Performance is printed and tells of the machine as much as of the page.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import async_playwright

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.harness.node import install, node
from tests import session
from tests.ports import free_ports
from tests.web.stage import ARGUMENTS, CHROMIUM, sign_in, staged

SUITE = Path(__file__).parent / "peers" / "lighthouse"
PERFECT = ("accessibility", "best-practices")


async def audit(folder: Path) -> dict[str, Any]:
    """What Lighthouse says of the page: the score of each category (0 to 100), and what is not perfect."""
    (port,) = free_ports(1)
    arguments = [*ARGUMENTS, f"--remote-debugging-port={port}"]
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(str(folder / "profile"), executable_path=CHROMIUM, args=arguments, locale="ru-RU")
        assert context.browser is not None
        async with staged(context.browser, folder) as stage:
            page = await context.new_page()
            await page.goto(stage.service.url)
            await sign_in(page, "parent")
            await page.goto(address := stage.service.url + stage.today("anna"))
            await page.get_by_role("heading", level=1).filter(has_text="Anna").wait_for()  # what is about to be looked at is that page
            command = [node(), str(SUITE / "audit.js"), address, str(port)]
            run = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=True, timeout=240)
        await context.close()
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def main() -> int:
    """Print the scores and what is not perfect."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the same: it takes half a minute")
    parser.parse_args()
    install(SUITE)
    session.begin()
    try:
        with tempfile.TemporaryDirectory(prefix="school-lighthouse-") as folder:
            found = asyncio.run(audit(Path(folder)))
    finally:
        session.end()
    print("| category | score | must be |\n|---|---|---|")
    for name, score in found["scores"].items():
        must = "" if name not in PERFECT else f"100: {'reached' if score == 100 else 'not reached'}"
        print(f"| {name} | {score:.0f} | {must} |")
    for one in found["faults"]:
        print(f"- {one['category']}: {one['title']} ({one['id']}) {one['value']}")
    return 0 if all(found["scores"][name] == 100 for name in PERFECT) else 1


if __name__ == "__main__":
    sys.exit(main())
