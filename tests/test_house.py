"""The promises of the house: what a reader of the code and an auditor of the locks may rely on. Each finding names its place."""

import ast
import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

pytestmark = pytest.mark.house

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-build.lock", "requirements-web.lock")
FILE_LINES = 300
FUNCTION_LINES = 70
DRAWERS = {"service", "services", "utils", "util", "helpers", "helper", "manager", "managers", "common", "misc", "core"}
ADDRESS = ":" + "//"
ELSEWHERE = re.compile("|".join([
    r"(?<![\w.\-*])/(?:work|root)/",  # folders of the machine on which somebody happened to work
    *(re.escape(".".join(host)) for host in [("pypi", "org"), ("pythonhosted", "org"), ("registry", "npmjs", "org"), ("deb", "debian", "org")]),
]))
ONLY_HERE = {
    "smartcard": ("readers/pcsc.py",),
    "gpiozero": ("readers/",),
    "graphene": ("school/gateway/",),
    "school.serving": (
        "school/serving/", "school/app.py", "school/schema.py", "school/gateway/", "school/delivery/", "school/tables.py", "school/commands/documents.py"),
}
"""Who may import what: the rules of design that concern one module, not a direction."""


def tracked() -> list[Path]:
    """Every file that is or would be committed."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True)
    return sorted(path for name in set(listed.stdout.split("\0")) - {""} if (path := ROOT / name).is_file())


def named(path: Path) -> str:
    """A file as findings name it."""
    return path.relative_to(ROOT).as_posix()


def sources() -> list[Path]:
    """The modules of the product."""
    return [path for path in tracked() if path.suffix == ".py" and named(path).startswith(("school/", "readers/"))]


def is_migration(path: Path) -> bool:
    """A revision is a list of statements: it is generated, then read, and never grows again."""
    return named(path).startswith("school/migrations/versions/")


def pins(lock: str) -> dict[str, Version]:
    """What a lock pins: canonical name → version. A name that is pinned twice for two environments keeps the last."""
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", (ROOT / lock).read_text(), re.MULTILINE)
    return {canonicalize_name(name): Version(version) for name, version in found}


def imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every imported name, dotted, with its line: for `from a import b` both `a` and `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert ADDRESS not in text
    assert " @ " not in text
    entries = text.replace("\\\n", " ").splitlines()
    assert entries
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_the_lock_of_the_web_app_has_hashes_and_no_address() -> None:
    """npm asks whatever registry it is set up with."""
    text = (ROOT / "web/package-lock.json").read_text()
    assert ADDRESS not in text
    packages = json.loads(text)["packages"]
    assert [name for name, entry in packages.items() if "resolved" in entry or (name and not entry.get("integrity", "").startswith("sha512-"))] == []
    assert "omit-lockfile-registry-resolved=true" in (ROOT / "web/.npmrc").read_text().splitlines()


def test_the_web_app_is_held_to_exact_versions() -> None:
    package = json.loads((ROOT / "web/package.json").read_text())
    asked = {**package["dependencies"], **package["devDependencies"]}
    assert {name: version for name, version in asked.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)} == {}
    assert len({version for name, version in asked.items() if name.startswith("@mantine/")}) == 1


def test_no_file_of_the_web_app_is_too_long() -> None:
    written = [path for path in tracked() if named(path).startswith("web/") and path.suffix in {".ts", ".tsx", ".css"} and not path.name.endswith(".d.ts")]
    assert {named(path): lines for path in written if (lines := path.read_text().count("\n")) > FILE_LINES} == {}


def test_the_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    runtime = project["project"]["dependencies"]
    extras = [line for lines in project["project"]["optional-dependencies"].values() for line in lines]
    groups = project["dependency-groups"]
    wanted = {LOCKS[0]: runtime, LOCKS[1]: [*runtime, *extras, *groups["dev"]], LOCKS[2]: groups["build"], LOCKS[3]: groups["web"]}
    missing = []
    for lock, lines in wanted.items():
        held = pins(lock)
        for requirement in map(Requirement, lines):
            version = held.get(canonicalize_name(requirement.name))
            if version is None or version not in requirement.specifier:
                missing.append(f"{lock}: {requirement} (has {version}); run `make lock`")
    assert missing == []


def test_the_locks_agree_with_each_other() -> None:
    dev = pins("requirements-dev.lock")
    differing = [
        f"{lock}: {name} {version}, requirements-dev.lock: {dev[name]}"
        for lock in LOCKS for name, version in pins(lock).items() if dev.get(name, version) != version
    ]
    assert differing == []


def test_the_build_backend_is_the_one_in_the_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    (backend,) = project["build-system"]["requires"]
    assert backend in project["dependency-groups"]["build"]


def test_no_file_speaks_of_the_machine_it_was_written_on() -> None:
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        found += [f"{named(path)}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()}" for match in ELSEWHERE.finditer(text)]
    assert found == []


def test_every_module_says_what_it_is_for() -> None:
    silent = []
    for path in sources():
        docstring = ast.get_docstring(ast.parse(path.read_text())) or ""
        if not docstring.strip():
            silent.append(named(path))
    assert silent == []


def test_no_file_is_too_long() -> None:
    long = {named(path): lines for path in sources() if not is_migration(path) and (lines := path.read_text().count("\n")) > FILE_LINES}
    assert long == {}, "which noun is hiding in it?"


def test_no_function_is_too_long() -> None:
    long = [
        f"{named(path)}:{node.lineno} {node.name}: {lines} lines"
        for path in sources() if not is_migration(path)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (lines := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES
    ]
    assert long == []


def test_there_is_no_drawer_for_everything() -> None:
    ours = [path.relative_to(ROOT) for path in tracked()]
    assert [path.as_posix() for path in ours if path.stem in DRAWERS or DRAWERS & set(path.parts[:-1])] == []


def test_a_module_with_one_home_is_imported_there_alone() -> None:
    wrong = []
    for path in sources():
        for line, name in imports(ast.parse(path.read_text())):
            for module, homes in ONLY_HERE.items():
                if (name == module or name.startswith(f"{module}.")) and not named(path).startswith(homes):
                    wrong.append(f"{named(path)}:{line} imports {name}")
    assert wrong == []


def test_the_continuous_integration_runs_what_a_developer_runs() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert script.read_text().splitlines()[-1] == "make test"


@pytest.mark.xdist_group("kept")
def test_tests_of_a_group_are_kept_together(request: pytest.FixtureRequest) -> None:
    """By their names, in which pytest-xdist writes the group; where it fails to, each worker starts a browser and builds the schools of its own."""
    assert request.node.nodeid.endswith("@kept") == request.config.getoption("loadgroup", default=False)
