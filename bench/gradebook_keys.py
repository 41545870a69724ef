"""From a key to its paint in the gradebook: 30 pupils × 60 lessons, the service as in production, Debian's Chromium with its processor slowed to a quarter.

A teacher types a mark, goes down, types the next, and begins the column anew at its end: the whole page is mounted, marks are sent meanwhile. A key's time
runs from the event's own stamp to the first task after the frame in which it is drawn. Who else uses the cores is in it, four times; so the same keys are
typed once more at full speed, and the processor time of the page's main thread is told, which nobody else has a part in. Needs Chromium. Anyone can run it:

    .venv/bin/python bench/gradebook_keys.py [--quick]
"""

import argparse
import asyncio
import datetime as dt
import os
import statistics
import sys
import tempfile
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from playwright.async_api import CDPSession, Page, async_playwright, expect

sys.path.insert(0, str(Path(__file__).parent.parent))

from school import ids
from school.db import Database
from school.diary.models import Lesson
from school.registry.models import Person, Pupil
from school.registry.names import sort_key
from tests import session as of_tests
from tests.web.stage import ARGUMENTS, CHROMIUM, DESKTOP, Stage, staged
from tests.web.windows import Windows

PUPILS, LESSONS = 30, 60
SLOWER = 4
LIMIT = 50.0
"""Milliseconds."""
LISTEN = """() => {
    window.keyTimes = []
    addEventListener('keydown', ({ timeStamp }) => {
        requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel()
            port1.onmessage = () => {
                keyTimes.push(performance.now() - timeStamp)
                drawn('')
            }
            port2.postMessage(null)
        })
    }, true)
}"""


async def furnish(stage: Stage) -> None:
    """Pupils and lessons of 5A, as many as are typed into."""
    database, world, today = Database(stage.service.database_url), stage.world, dt.datetime.now(ZoneInfo("Europe/Moscow")).date()
    group, long_ago = world.classes["5A"], today - dt.timedelta(days=100)
    async with database.begin() as session:
        await session.execute(sa.update(Pupil).values(enrolled_on=long_ago))
        for number in range(PUPILS - 2):
            person, name = ids.new(), f"Ученик{number:02}"
            session.add(Person(school_id=1, id=person, family_name=name, given_name="Ян", patronymic=None, sort_key=sort_key(name, "Ян")))
            await session.flush()
            session.add(Pupil(school_id=1, id=person, class_group_id=group, enrolled_on=long_ago, left_on=None))
        taught = await session.scalar(sa.select(sa.func.count()).where(Lesson.course_id == world.courses["5A"])) or 0
        session.add_all(Lesson(
            school_id=1, id=ids.new(), course_id=world.courses["5A"], class_group_id=group, on_date=today - dt.timedelta(days=days), bell=1, room="101",
            topic=None, cancelled_at=None) for days in range(1, LESSONS - taught + 1))
    await database.close()


class Drawn:
    """Hears from the page of each key that is drawn. The page calls a binding, for to be asked after each key would cost it more than some keys do."""

    def __init__(self) -> None:
        self._heard = asyncio.Queue[None]()

    async def listen(self, session: CDPSession, page: Page) -> None:
        """From now on."""
        await session.send("Runtime.enable")
        await session.send("Runtime.addBinding", {"name": "drawn"})
        session.on("Runtime.bindingCalled", lambda _event: self._heard.put_nowait(None))
        await page.evaluate(LISTEN)

    async def keys(self, count: int) -> None:
        """Wait until so many more are."""
        for _ in range(count):
            await self._heard.get()


async def open_gradebook(page: Page) -> None:
    """With all of its cells, the first in focus."""
    await page.get_by_role("link", name="5A · Алгебра", exact=True).click()
    await expect(page.get_by_role("gridcell")).to_have_count(PUPILS * LESSONS)
    await page.keyboard.press("Control+Home")


async def type_marks(page: Page, drawn: Drawn, keys: int) -> int:
    """Type, and wait for each key to be drawn; how many keys it took."""
    await page.evaluate("keyTimes.length = 0")
    typed = 0
    for number in range(keys // 2):
        for key in (str(2 + number % 4), "ArrowDown" if (number + 1) % PUPILS else "Control+Home"):
            await page.keyboard.press(key)
            strokes = 1 + (key == "Control+Home")  # Control is a key, too
            await drawn.keys(strokes)
            typed += strokes
    return typed


async def renderers(browser: CDPSession) -> dict[int, float]:
    """Milliseconds of the processor that the main thread of each page's process has had."""
    found = (await browser.send("SystemInfo.getProcessInfo"))["processInfo"]
    pids = [int(one["id"]) for one in found if one["type"] == "renderer"]
    return {pid: spent_by(pid) for pid in pids}


def spent_by(pid: int) -> float:
    """Milliseconds that Linux gave to the first thread of a process."""
    return int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()[0]) / 1e6


async def bench(keys: int) -> tuple[list[float], float]:
    """All of it."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        with tempfile.TemporaryDirectory(prefix="gradebook-keys-") as scratch:
            async with staged(Windows(browser), Path(scratch)) as stage:
                await furnish(stage)
                page = await stage.open("/courses", login="teacher", size=DESKTOP)
                slowed, whole = await page.context.new_cdp_session(page), await browser.new_browser_cdp_session()
                await open_gradebook(page)
                drawn = Drawn()
                await drawn.listen(slowed, page)
                await type_marks(page, drawn, keys // 4)
                before = await renderers(whole)
                typed = await type_marks(page, drawn, keys)
                cost = max(spent - before.get(pid, 0) for pid, spent in (await renderers(whole)).items()) / typed
                await slowed.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
                await type_marks(page, drawn, keys)
                found = [float(one) for one in await page.evaluate("keyTimes")], cost
                await slowed.send("Emulation.setCPUThrottlingRate", {"rate": 1})
                await stage.windows.leave()
        await browser.close()
    return found


def main() -> None:
    """Print what a key takes, and whether it is what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few keys")
    keys = 40 if parser.parse_args().quick else 240
    of_tests.begin()
    try:
        times, cost = asyncio.run(bench(keys))
    finally:
        of_tests.end()
    times.sort()
    median, late = statistics.median(times), times[int(len(times) * 0.95)]
    reached = "reached" if late <= LIMIT else "NOT reached"
    print(f"{len(times)} keys, {PUPILS} × {LESSONS} cells, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    print(f"| key to paint at {SLOWER}× throttle, ms: median | 95 % | longest | main thread's processor time, ms a key | times {SLOWER} |")
    print("|---|---|---|---|---|")
    print(f"| {median:.0f} | {late:.0f} | {times[-1]:.0f} | {cost:.1f} | {SLOWER * cost:.0f} |")
    print(f"\nAt most {LIMIT:.0f} ms for 95 % of the keys: {reached}.")


if __name__ == "__main__":
    main()
