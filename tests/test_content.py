"""The project's own content: without a problem, complete in German, and a page for every pair."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import combinations

import pytest

from codepairs import pipeline
from codepairs.errors import ContentError, Problem
from codepairs.inspect import site_problems
from codepairs.pipeline import Report
from codepairs.plan import Site
from codepairs.proofread import language_problems, read_rules
from codepairs.relations import relation_of
from codepairs.settings import Settings
from codepairs.wording import text_problems
from tests.sites import plan_of
from tests.support import ROOT, shown


@pytest.fixture(scope="module")
def site(project: Settings) -> Site:
    """The project's content, read."""
    return pipeline.read_site(project)[0]


@pytest.fixture(scope="module")
def report(project: Settings) -> Report:
    """The whole site, built once."""
    return pipeline.build(project)


def test_content_has_no_problem_even_in_a_strict_run(project: Settings) -> None:
    assert shown(_strict_problems(project), ROOT) == []


def _strict_problems(settings: Settings) -> tuple[Problem, ...]:
    try:
        return pipeline.read_site(replace(settings, strict=True))[1]
    except ContentError as error:
        return error.problems


def test_texts_keep_the_rules_of_their_languages(project: Settings, site: Site) -> None:
    assert shown(language_problems(project.locales, site), ROOT) == []


def test_german_is_complete_without_fuzzy_messages(site: Site) -> None:
    for domain in site.coverage()["de"]:
        assert (domain.domain, domain.missing, domain.fuzzy) == (domain.domain, 0, 0)
        assert domain.total > 0


def test_languages_are_english_and_german(site: Site) -> None:
    assert site.source_lang == "en"
    assert {"en", "de"} <= set(site.translators)


def test_every_pair_of_every_protocol_has_a_page_in_every_language(site: Site) -> None:
    keys = Counter((page.lang, page.key) for page in plan_of(site) if page.kind == "pair")
    for lang in site.translators:
        for protocol in site.catalogue.protocols.values():
            count = len(protocol.codes)
            found = [key for (other, key) in keys if other == lang and key[0] == protocol.id]
            assert len(found) == count * (count - 1) // 2
            assert found == [(protocol.id, a, b) for a, b in combinations(protocol.codes, 2)]
    assert set(keys.values()) == {1}


def test_codes_stand_in_ascending_order(site: Site) -> None:
    for protocol in site.catalogue.protocols.values():
        assert list(protocol.codes) == sorted(protocol.codes, key=int)


CONFUSED = """530/535 535/534 550/551 550/553 550/554 450/451 421/450 421/451 452/552 521/556 550/556 501/553 500/502
502/504 250/251 251/252 334/354 220/250 235/250 235/535 432/454 454/530 235/556"""


def test_pairs_that_people_confuse_are_written_by_hand(site: Site) -> None:
    curated = site.catalogue.protocols["smtp"].curated
    assert len(curated) >= 40
    wanted = {tuple(sorted(pair.split("/"), key=int)) for pair in CONFUSED.split()}
    assert wanted <= set(curated)


def test_codes_of_one_session_are_steps(site: Site) -> None:
    smtp = site.catalogue.protocols["smtp"]
    assert relation_of(smtp, smtp.codes["235"], smtp.codes["556"]).kind == "steps"
    assert relation_of(smtp, smtp.codes["450"], smtp.codes["550"]).kind == "retry-or-stop"
    assert relation_of(smtp, smtp.codes["535"], smtp.codes["530"]).kind != "unrelated"


def test_transcripts_name_only_hosts_kept_for_examples(site: Site) -> None:
    """RFC 2606 keeps `example`, `example.com`, `.net` and `.org`; RFC 6761 adds `test` and `invalid`."""
    allowed = re.compile(r"(?:[a-z0-9_-]+\.)*(?:example(?:\.(?:com|net|org))?|test|invalid|localhost)", re.IGNORECASE)
    mail, hello = re.compile(r"@([A-Za-z0-9._-]+[A-Za-z])"), re.compile(r"(?:EHLO|HELO) (\S+)")
    for protocol in site.catalogue.protocols.values():
        for item in (*protocol.codes.values(), *protocol.curated.values()):
            for line in item.wire:
                hosts = mail.findall(line.text) + (hello.findall(line.text) if line.speaker == "C" else [])
                assert all(map(allowed.fullmatch, hosts)), f"{item.place}: {line.text}"


def test_built_site_has_no_problem(project: Settings, site: Site, report: Report) -> None:
    assert report.pages == sum(1 for _ in plan_of(site))
    assert shown(site_problems(project.output, project.locales, site), project.output) == []


@pytest.mark.parametrize(
    ("lang", "wrong", "right"),
    [
        ("en", "The <b>server</b> waits.", "The **server** waits."),
        ("en", "Wait &amp; see.", "Wait, and see `&amp;` or <https://example.org/>."),
        ("de", "Die Zeile zu wiederholen hilft nicht.", "Die Zeile zu wiederholen, hilft nicht."),
        ("de", "Sie neu einzutippen ändert nichts.", "Sie neu einzutippen, ändert nichts."),
        ("de", "Die Zeile neu zu senden lohnt nicht.", "Was zu tun ist, sagt der Text."),
    ],
)
def test_rules_of_the_languages_find_what_they_are_for(lang: str, wrong: str, right: str) -> None:
    rules, problems = read_rules(ROOT / "locales" / lang / "rules.yaml")
    assert problems == []
    assert len(list(text_problems(rules, wrong))) == 1
    assert list(text_problems(rules, right)) == []
