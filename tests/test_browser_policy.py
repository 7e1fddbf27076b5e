"""The policy of every page, asserted by a browser: nothing of a page breaks it, and what would break it is kept out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser import KINDS, Served, open_kind

LISTENS = """
window.broken = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.broken.push(`${event.effectiveDirective} ${event.blockedURI}`);
});
"""
ATTACKS = {
    "script-src-elem": "const it = document.createElement('script'); it.textContent = 'window.run = 1';"
    " document.body.append(it)",
    "script-src-attr": "document.body.insertAdjacentHTML('beforeend', '<p onclick=\"window.run = 1\"></p>');"
    " document.body.lastElementChild.click()",
    "style-src-attr": "document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\"></p>')",
    "img-src": "new Image().src = 'https://elsewhere.example/image.png'",
    "connect-src": "fetch('https://elsewhere.example/').catch(() => 0)",
    "base-uri": "document.head.insertAdjacentHTML('beforeend', '<base href=\"https://elsewhere.example/\">')",
    "frame-src": "document.body.insertAdjacentHTML('beforeend', '<iframe src=\"https://elsewhere.example/\"></iframe>')",
    "form-action": "document.body.insertAdjacentHTML('beforeend', '<form action=\"https://elsewhere.example/\"></form>');"
    " document.body.lastElementChild.submit()",
}


@pytest.mark.parametrize("lang", ["en", "de"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_page_breaks_its_policy(page: Any, served: Served, small: Served, kind: str, lang: str) -> None:
    page.add_init_script(LISTENS)
    open_kind(page, served, small, kind, lang)
    assert page.evaluate("window.broken") == []
    assert page.locator("meta[http-equiv=Content-Security-Policy]").count() == 1


@pytest.mark.parametrize("from_disk", [False, True])
@pytest.mark.parametrize("directive", ATTACKS)
def test_policy_of_the_page_alone_keeps_attacks_out(
    browser: Any, served: Served, directive: str, from_disk: bool
) -> None:
    """As on a host that sends no headers, and from a disk."""
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(LISTENS)
    if not from_disk:
        page.route("**/*.html", _without_policy)
    place = (served.folder / "en/smtp/550.html").as_uri() if from_disk else f"{served.url}en/smtp/550.html"
    page.goto(place)
    page.evaluate(ATTACKS[directive])
    page.wait_for_function("() => window.broken.length")
    assert page.evaluate("window.broken[0].split(' ')[0]") == directive
    assert page.evaluate("window.run") is None
    context.close()


def _without_policy(route: Any) -> None:
    answer = route.fetch()
    kept = {name: value for name, value in answer.headers.items() if name != "content-security-policy"}
    route.fulfill(response=answer, headers=kept)
