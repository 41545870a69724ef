"""The matrix of files: report cards of a pupil and of a class, and registers, asked for by everyone about every child."""

from collections.abc import Hashable

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request

from school.context import Context
from school.diary import class_year_sheet, register_sheet, report_card_file
from school.diary.class_year_route import ClassYearFiles
from school.diary.register_route import RegisterFiles
from school.diary.report_card_route import ReportCardFiles
from school.diary.report_cards import ReportCards
from school.registry.calendar_feed_models import Language
from tests.matrix.asking import SETTINGS, Desk
from tests.matrix.table import read, row
from tests.matrix.town import ROLES, TARGETS

pytestmark = pytest.mark.xdist_group("matrix")
KEPT = {"cache-control": "private, no-store", "vary": "cookie, authorization", "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'"}
"""How no file is kept on its way, nor shown as a page."""


async def _names(cards: ReportCards, _language: Language, _account: Hashable) -> bytes:
    return "\n".join(card.name for card in cards.cards).encode()


async def _answers(counter: Desk, files: type[ReportCardFiles | RegisterFiles | ClassYearFiles], address: str, noun: str) -> dict[str, str]:
    """Who is given the file of which child's `noun`; whoever is not is answered as if there were none, and each reading is noted."""
    town, found = counter.town, dict.fromkeys(ROLES, "")

    async def context_for(request: Request) -> Context:
        return Context(town.viewers[request.headers["who"]], town.database, SETTINGS, reads=counter)

    transport = httpx.ASGITransport(Starlette(routes=[files(context_for).route]))
    async with httpx.AsyncClient(transport=transport, base_url="http://school.test") as client:
        for role in ROLES:
            for target, pupil in TARGETS.items():
                counter.noted.clear()
                of, absent = town.targets[target], town.absent(target)
                answer = await client.get(address.format(of[noun], of["term"]), headers={"who": role})
                nothing = await client.get(address.format(absent[noun], of["term"]), headers={"who": role})
                assert (nothing.status_code, nothing.content) == (404, b"")
                if answer.status_code == 200:
                    assert of["name"] in answer.text
                    assert KEPT.items() <= answer.headers.items()
                    assert town.ref(pupil) in counter.noted
                    assert len(counter.noted) == len(answer.text.splitlines())
                else:
                    assert (answer.status_code, answer.content, answer.headers, counter.noted) == (404, b"", nothing.headers, set())
                found[role] += "+" if answer.status_code == 200 else "-"
    return found


@pytest.mark.parametrize(("name", "noun"), [("pupil", "child"), ("class", "class")])
async def test_everyone_reads_the_cards_that_are_declared(counter: Desk, monkeypatch: pytest.MonkeyPatch, name: str, noun: str) -> None:
    monkeypatch.setattr(report_card_file, "write", _names)
    found, declared = await _answers(counter, ReportCardFiles, "/report-cards/{}/{}.pdf", noun), read().sections["Report cards"]
    assert row(name, "Report cards", found) == row(name, "Report cards", declared[f"GET /report-cards/{name}/…"])


async def test_everyone_exports_the_registers_that_are_declared(counter: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register_sheet, "write", lambda kept, _labels: "\n".join(kept.names).encode())
    found, declared = await _answers(counter, RegisterFiles, "/registers/{}/{}.xlsx", "course"), read().sections["Registers"]
    assert row("all", "Registers", found) == row("all", "Registers", declared["GET /registers/…"])


async def test_everyone_exports_the_classes_that_are_declared(counter: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(class_year_sheet, "write", lambda year, _language: "\n".join(card.name for card in year.cards.cards).encode())
    found, declared = await _answers(counter, ClassYearFiles, "/report-cards/{}/{}.xlsx", "class"), read().sections["Report cards"]
    assert row("class", "Report cards", found) == row("class", "Report cards", declared["GET /report-cards/class/….xlsx"])
