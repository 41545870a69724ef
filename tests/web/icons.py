"""The icons of the installed app, drawn from its one drawing, web/public/icon.svg: `python -m tests.web.icons` writes them beside it."""

import asyncio
import re
from pathlib import Path

from playwright.async_api import async_playwright

from tests.web.stage import ARGUMENTS, CHROMIUM

PUBLIC = Path(__file__).parents[2] / "web" / "public"
FULL = {"icon-180.png": 180, "icon-maskable-512.png": 512}
"""To the edges, for systems that cut the corners themselves; what may be cut off is a tenth on each side."""
ROUND = {"icon-192.png": 192, "icon-512.png": 512}


async def draw() -> None:
    """Write each, its pixels a side in its name."""
    drawing = (PUBLIC / "icon.svg").read_text()
    full = re.sub(r' rx="\d+"', "", drawing)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        for name, size in {**FULL, **ROUND}.items():
            page = await browser.new_page(viewport={"width": size, "height": size})
            sized = (full if name in FULL else drawing).replace("<svg ", f'<svg width="{size}" height="{size}" ', 1)
            await page.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{sized}")
            await page.screenshot(path=PUBLIC / name, omit_background=True)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(draw())
