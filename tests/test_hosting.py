"""What hosts are told of a site, and how much they take."""

from __future__ import annotations

import dataclasses
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from codepairs import pipeline
from codepairs.cli import main
from codepairs.hosting.configuration import PRINTED, headers_file, htaccess
from codepairs.hosting.headers import CACHED, META_POLICY, POLICY, RULES, SECURITY, cache_of
from codepairs.hosting.hosts import HOSTS, Extent, exceeded
from codepairs.settings import Settings
from tests.sites import edit

SMALL = Extent(files=100, entries=110, bytes=1_000_000, file_bytes=90_000)


def _hosted(settings: Settings, name: str) -> Path:
    edit(settings.content / "site.yaml", "title: ", f"host: {name}\ntitle: ")
    pipeline.build(settings)
    return Path(settings.output)


def test_policy_allows_nothing_inline_and_no_other_host() -> None:
    sources = {word for part in POLICY.split("; ") for word in part.split(" ")[1:]}
    assert sources == {"'none'", "'self'", "'wasm-unsafe-eval'"}
    assert f"{META_POLICY}; frame-ancestors 'none'" == POLICY


@pytest.mark.parametrize("name", HOSTS)
def test_a_host_gets_its_own_files_and_no_others(tiny: Settings, name: str) -> None:
    folder = _hosted(tiny, name)
    found = {path.name for path in folder.iterdir() if path.is_file()} & {".htaccess", ".nojekyll", "_headers"}
    assert found == set(HOSTS[name].own)


def test_another_host_takes_the_files_of_the_first_away(tiny: Settings) -> None:
    folder = _hosted(tiny, "apache")
    assert (folder / ".htaccess").read_text(encoding="utf-8") == htaccess(pipeline.read_site(tiny)[0].base_url)
    edit(tiny.content / "site.yaml", "host: apache", "host: netlify")
    report = pipeline.build(tiny)
    assert (report.written, report.removed) == (1, 1)
    assert not (folder / ".htaccess").exists()


def test_an_unknown_host_is_answered_by_those_there_are(tiny: Settings) -> None:
    edit(tiny.content / "site.yaml", "title: ", "host: netlifi\ntitle: ")
    result = CliRunner().invoke(main, ["check", "--content", str(tiny.content), "--locales", str(tiny.locales)])
    assert result.exit_code == 1
    assert "netlify" in result.output


def test_headers_of_netlify_and_cloudflare_are_those_of_the_definition() -> None:
    rules: dict[str, dict[str, str]] = {}
    for line in headers_file().splitlines():
        if not line.startswith(" "):
            assert line.startswith("/")
            assert line.count("*") == 1, "more than one star is not read"
            rules[line] = rule = {}
        elif not line.startswith("  ! "):
            name, _, value = line.strip().partition(": ")
            assert len(line) < 2000
            rule[name] = value
    assert rules.pop("/*").items() >= SECURITY.items()
    assert list(rules.values()) == [{"Cache-Control": CACHED}] * len(RULES)
    assert next(iter(rules)) == "/:folder/search/fragment/*"


def test_caches_keep_only_what_is_named_after_its_bytes() -> None:
    kept = ["en/search/fragment/en_1.pf_fragment", "de/search/index/de_2.pf_index"]
    assert {cache_of(path) for path in kept} == {CACHED}
    asked = ["index.html", "en/search/pagefind.js", "search/index/x", "en/a/search/index/x", "assets/style.css"]
    assert {cache_of(path) for path in asked} == {"no-cache"}


def test_apache_is_told_the_same() -> None:
    text = htaccess("https://codes.example/some/where/")
    said = dict(re.findall(r'^ +Header always set ([\w-]+) "(.*)"$', text, flags=re.MULTILINE))
    assert said.items() >= SECURITY.items()
    assert "ErrorDocument 404 /some/where/404.html" in text


@pytest.mark.parametrize("name", ["github-pages", "gitlab-pages"])
def test_pipelines_test_check_build_and_deploy(name: str) -> None:
    data = yaml.safe_load(PRINTED[name]("Codes", "https://codes.example/", ""))
    text = str(data)
    for step in ("run.py test", "run.py build --base-url", "run.py build check --site"):
        assert step in text
    jobs = data.get("jobs", data)
    assert "deploy" in jobs or "pages" in jobs
    assert "@" not in re.sub(r"actions/[\w-]+@v[0-9]+", "", text)


def test_configuration_is_printed_by_the_command(tiny: Settings) -> None:
    paths = ["--content", str(tiny.content), "--locales", str(tiny.locales), "--templates", str(tiny.templates)]
    result = CliRunner().invoke(main, ["host", "nginx", "--folder", "/srv/www/codes", *paths])
    assert (result.exit_code, result.output.count("add_header")) == (0, len(SECURITY) + 3)
    result = CliRunner().invoke(main, ["host", "nginx", "--folder", "/srv/www", *paths])
    assert result.exit_code == 2
    assert "has to end in 'codes'" in result.output


@pytest.mark.parametrize("name", HOSTS)
def test_each_limit_has_a_source_and_a_day(name: str) -> None:
    for limit in HOSTS[name].limits:
        assert limit.what in {field.name for field in dataclasses.fields(Extent)}
        assert limit.source.startswith("https://")
        assert isinstance(limit.read, date)
    assert list(exceeded(HOSTS[name], SMALL)) == []


@pytest.mark.parametrize(
    ("host", "change", "said"),
    [
        ("cloudflare-pages", {"files": 20_001}, "20,001 files, more than the 20,000 that Cloudflare Pages, free plan"),
        ("cloudflare-pages", {"files": 18_500}, "18,500 files, nearly the 20,000"),
        ("cloudflare-pages", {"file_bytes": 27_000_000}, "27,000,000 bytes in one file, more than the 26,214,400"),
        ("github-pages", {"bytes": 1_000_000_001}, "1,000,000,001 bytes, more than the 1,000,000,000"),
        ("gitlab-pages", {"entries": 200_001}, "200,001 files and folders, more than the 200,000"),
    ],
)
def test_what_exceeds_a_limit_is_told_with_number_and_source(host: str, change: dict[str, int], said: str) -> None:
    (sentence,) = exceeded(HOSTS[host], dataclasses.replace(SMALL, **change))
    assert said in sentence
    assert "https://" in sentence


def test_a_build_warns_of_its_host_and_keeps_the_site(tiny: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    few = dataclasses.replace(HOSTS["github-pages"].limits[0], what="files", most=3)
    host = dataclasses.replace(HOSTS["github-pages"], limits=(few,))
    monkeypatch.setitem(HOSTS, "github-pages", host)  # type: ignore[arg-type]
    edit(tiny.content / "site.yaml", "title: ", "host: github-pages\ntitle: ")
    for _ in range(2):
        report: Any = pipeline.build(tiny)
        assert "more than the 3 that GitHub Pages takes" in report.warnings[-1].message
        assert (Path(tiny.output) / "index.html").exists()
