"""What was built is what is written: each operation of the app's pages is known to production, and the package holds the app."""

import json
import re
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

from school import app
from school.operations import SHARED, operations_of
from school.seed.logins import LOGINS

ROOT = Path(__file__).parents[2]
BUILT = Path(app.__file__).parent / "web"
OPERATION = re.compile(r"^\s*(?:query|mutation|subscription)\s+(\w+)", re.MULTILINE)


def test_production_knows_each_operation_of_the_pages_and_no_other() -> None:
    """An operation that stands in another file stops the build; one that the build has not seen is named here."""
    written = [name for path in (ROOT / "web/src").rglob("*.graphql.ts") for name in OPERATION.findall(path.read_text())]
    assert sorted(written) == sorted(operations_of(BUILT).keys() - SHARED.keys()), "run `make web`"
    elsewhere = [path.name for path in (ROOT / "web/src").rglob("*.ts*") if not path.name.endswith(".graphql.ts") and OPERATION.search(path.read_text())]
    assert elsewhere == []


def test_the_package_holds_the_app(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)], cwd=ROOT, check=True, capture_output=True, timeout=120)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if name.startswith("school/web/")}
    assert held == {f"school/web/{path.relative_to(BUILT).as_posix()}" for path in BUILT.rglob("*") if path.is_file()}
    assert {"school/web/site/index.html", "school/web/operations/WebToday.graphql"} <= held


def test_the_icons_are_as_large_as_they_are_said_to_be() -> None:
    public = ROOT / "web/public"
    icons = {icon["src"]: icon["sizes"] for icon in json.loads((public / "manifest.webmanifest").read_text())["icons"] if icon["type"] == "image/png"}
    assert {f"/{path.name}" for path in public.glob("*.png")} == {*icons, "/icon-180.png"}
    for address, sizes in {**icons, "/icon-180.png": "180x180"}.items():
        head = (public / address[1:]).read_bytes()[:24]
        assert (head[:8], sizes) == (b"\x89PNG\r\n\x1a\n", "{}x{}".format(*struct.unpack(">II", head[16:24]))), address


def test_each_of_the_demo_s_people_is_told_in_both_languages() -> None:
    for language in ("ru", "en"):
        texts = json.loads((ROOT / f"web/src/texts/account.{language}.json").read_text())
        assert {f"demo.{login}" for login in LOGINS} | {"demo.title", "demo.explain"} == {key for key in texts if key.startswith("demo.")}
