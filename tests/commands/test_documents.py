"""`school documents`: what an operator admits, lists and removes; one that is refused changes nothing."""

from pathlib import Path

from school.db import Database
from school.serving import trust
from school.serving.trust import digest_of
from tests.commands.shell import Command

TEXT = "query Foreign { me { login } }"
OTHER = "query Other { me { accountId } }"


async def known(database: Database) -> list[tuple[str, str]]:
    """What is admitted, by name."""
    async with database.read() as session:
        return [(one.name, one.text) for one in await trust.admitted(session)]


async def test_a_document_is_admitted_listed_and_removed(school: Command, database: Database, tmp_path: Path) -> None:
    first, second = tmp_path / "first.graphql", tmp_path / "second.graphql"
    first.write_text(f"{TEXT}\n")
    second.write_text(OTHER)
    ended = await school("documents", "admit", str(first), str(second))
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == f"sha256:{digest_of(TEXT)}  first.graphql\nsha256:{digest_of(OTHER)}  second.graphql\n"
    assert (await school("documents", "admit", str(first))).code == 0  # once more is harmless
    assert await known(database) == [("first.graphql", TEXT), ("second.graphql", OTHER)]
    listed = (await school("documents", "list")).out
    assert all(f"sha256:{digest_of(text)}" in listed for text in (TEXT, OTHER))
    ended = await school("documents", "remove", f"sha256:{digest_of(TEXT)[:12]}")
    assert (ended.code, ended.out, ended.err) == (0, "“first.graphql” is trusted no more.\n", "")
    assert await known(database) == [("second.graphql", OTHER)]


async def test_files_of_one_name_are_documents_of_their_own(school: Command, database: Database, tmp_path: Path) -> None:
    files = [tmp_path / folder / "report.graphql" for folder in ("a", "b")]
    for file, text in zip(files, (TEXT, OTHER), strict=True):
        file.parent.mkdir()
        file.write_text(text)
    ended = await school("documents", "admit", *map(str, files))
    assert ended.out == f"sha256:{digest_of(TEXT)}  report.graphql\nsha256:{digest_of(OTHER)}  report.graphql\n"
    assert sorted(await known(database)) == [("report.graphql", TEXT), ("report.graphql", OTHER)]


async def test_one_that_is_refused_keeps_all_out(school: Command, database: Database, tmp_path: Path) -> None:
    good, bad, no_text = tmp_path / "good.graphql", tmp_path / "bad.graphql", tmp_path / "no.graphql"
    good.write_text(TEXT)
    bad.write_text("{ nothing }")
    no_text.write_bytes(b"\xff")
    ended = await school("documents", "admit", str(good), str(bad))
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "school: BAD_INPUT: bad.graphql: Cannot query field 'nothing' on type 'Query'.\n"
    for path in (no_text, tmp_path / "absent.graphql"):
        ended = await school("documents", "admit", str(good), str(path))
        assert (ended.code, ended.out, ended.err.startswith("school: a document cannot be read: ")) == (1, "", True)
    assert await known(database) == []


async def test_what_is_not_there_cannot_be_removed(school: Command) -> None:
    ended = await school("documents", "remove", "sha256:" + "0" * 64)
    assert (ended.code, ended.out, ended.err) == (1, "", f"school: NOT_FOUND: no document has been admitted whose id begins with 'sha256:{'0' * 64}'\n")
