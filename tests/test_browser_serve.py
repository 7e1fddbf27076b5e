"""A browser at a site that is edited: what reloads, what does not, what it shows of errors, under a strict policy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
pytest.importorskip("watchfiles")

from codepairs.errors import Place, Problem
from codepairs.hosting.headers import POLICY
from codepairs.serve.editors import EDITORS
from codepairs.settings import Settings
from tests.sites import edit
from tests.test_preview import BASE
from tests.test_serve import PAGE, running

OTHER = f"{BASE}en/names/nxdomain.html"


@pytest.fixture
def address(tiny: Settings) -> Iterator[str]:
    """The address of the server of a copy of the tiny site, which the test may change."""
    with running(tiny, editor=EDITORS["vscode"]) as found:
        yield found


@pytest.fixture
def source(tiny: Settings) -> Path:
    """The file that the page was written in."""
    return tiny.content / "parcel" / "4.10.1.yaml"


def _under_policy(route: Any) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": POLICY})


def _opened(tab: Any, address: str) -> Any:
    """The tab at an address, told what is wrong and marked, so that a reload shows."""
    tab.route(re.compile(r"^[^?]*(/|\.html)$"), _under_policy)
    tab.goto(address)
    tab.wait_for_selector("codepairs-live", state="attached")
    tab.evaluate("document.documentElement.dataset.marked = ''")
    return tab


def _reloaded(tab: Any) -> None:
    tab.wait_for_selector("html:not([data-marked]) codepairs-live", state="attached")


def _is_marked(tab: Any) -> bool:
    return tab.locator("html[data-marked]").count() == 1


def test_only_the_tab_reloads_whose_page_has_changed(page: Any, address: str, source: Path) -> None:
    tab, other = _opened(page, address + PAGE), _opened(page.context.new_page(), address + OTHER)
    edit(source, "The parcel has not reached", "The small parcel has not reached")
    _reloaded(tab)
    assert "The small parcel has not reached" in tab.inner_text("main")
    assert _is_marked(other)


def test_warnings_are_counted_and_listed_on_demand(page: Any, tiny: Settings) -> None:
    place = Place(str(tiny.content / "parcel" / "4.10.1.yaml"), 4, 10)

    async def checked(_: Settings) -> tuple[Problem, ...]:
        return (Problem(place, "<b>Two</b> words.", warning=True),)

    with running(tiny, editor=EDITORS["vscode"], checked=checked) as address:
        tab = _opened(page, address + PAGE)
        bar = tab.locator("codepairs-live details")
        bar.wait_for()
        assert bar.locator("summary").inner_text() == "1 warning"
        assert not bar.locator("li").is_visible()
        assert tab.locator("codepairs-live section").count() == 0, "nothing lies over the page"
        bar.locator("summary").click()
        assert bar.locator("p").inner_text() == "<b>Two</b> words."
        link = bar.locator("a")
        assert (link.inner_text(), link.get_attribute("href")) == (str(place), f"vscode://file{place.path}:4")
        edit(Path(place.path), "phrase: Van under way", "phraze: Van under way")
        tab.locator("codepairs-live section").wait_for()
        assert bar.locator("li").is_visible(), "it stays unfolded"


def test_errors_are_shown_until_they_are_mended(page: Any, address: str, source: Path) -> None:
    tab = _opened(page, address + PAGE)
    edit(source, "phrase: Van under way", "phraze: <b>Van</b> under way")
    alert = tab.locator("codepairs-live section")
    alert.wait_for()
    assert "last good state" in alert.locator("h2").inner_text()
    shown = alert.locator("li").filter(has=tab.locator("p", has_text="phraze"))
    assert f"{source}:2:1" in shown.inner_text()
    assert shown.locator("mark").inner_text().strip().endswith("phraze: <b>Van</b> under way")
    assert shown.locator("a").get_attribute("href") == f"vscode://file{source}:2"
    assert _is_marked(tab), "the page stays as it is"
    assert "The parcel has not reached" in tab.inner_text("main")
    edit(source, "phraze: <b>Van</b> under way", "phrase: Van under way")
    alert.wait_for(state="detached")
    assert _is_marked(tab)


def test_page_appears_once_its_errors_are_mended(browser: Any, tiny: Settings, source: Path) -> None:
    edit(source, "code:", "cod:")
    # A page of its own: that the server answers with the status 500 is as it should be.
    with running(tiny) as address, browser.new_context() as context:
        page = context.new_page()
        page.goto(address + PAGE)
        page.locator("codepairs-live li").first.wait_for()
        edit(source, "cod:", "code:")
        page.wait_for_selector("main")


def test_page_opens_in_the_editor(page: Any, address: str, source: Path) -> None:
    tab = _opened(page, address + PAGE)
    link = tab.locator("codepairs-live a.edit")
    assert link.get_attribute("href") == f"vscode://file{source}:1"
    assert link.get_attribute("title") == str(source)


def test_tab_out_of_sight_catches_up_when_it_is_looked_at(page: Any, address: str, source: Path) -> None:
    """Out of sight it holds no connection: browsers have but six for a host."""
    tab = _opened(page, address + PAGE)
    sight = (
        "state => { Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });"
        " document.dispatchEvent(new Event('visibilitychange')); }"
    )
    tab.evaluate(sight, "hidden")
    edit(source, "The parcel has not reached", "The small parcel has not reached")
    tab.wait_for_timeout(500)
    assert _is_marked(tab)
    tab.evaluate(sight, "visible")
    _reloaded(tab)
    assert "The small parcel has not reached" in tab.inner_text("main")
