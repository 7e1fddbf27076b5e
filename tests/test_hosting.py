"""What hosts are told of a site, and how much they take."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from codepairs import pipeline
from codepairs.cli import main
from codepairs.hosting.configuration import headers_file, htaccess, nginx
from codepairs.hosting.headers import CACHED, META_POLICY, POLICY, RULES, SECURITY, cache_of
from codepairs.hosts import known_hosts
from codepairs.settings import Settings
from tests.sites import edit

OWN = {".htaccess", ".nojekyll", "_headers", "_redirects"}


def _hosted(settings: Settings, name: str) -> Path:
    edit(settings.content / "site.yaml", "title: ", f"host: {name}\ntitle: ")
    pipeline.build(settings)
    return Path(settings.output)


def test_policy_allows_nothing_inline_and_no_other_host() -> None:
    sources = {word for part in POLICY.split("; ") for word in part.split(" ")[1:]}
    assert sources == {"'none'", "'self'", "'wasm-unsafe-eval'"}
    assert f"{META_POLICY}; frame-ancestors 'none'" == POLICY


@pytest.mark.parametrize("name", known_hosts())
def test_a_host_gets_its_own_files_and_no_others(tiny: Settings, name: str) -> None:
    folder = _hosted(tiny, name)
    found = {path.name for path in folder.iterdir() if path.is_file()} & OWN
    assert found == set(known_hosts()[name].files)


def test_another_host_takes_the_files_of_the_first_away(tiny: Settings) -> None:
    folder = _hosted(tiny, "apache")
    assert (folder / ".htaccess").read_text(encoding="utf-8") == htaccess(pipeline.read_site(tiny)[0].base_url)
    edit(tiny.content / "site.yaml", "host: apache", "host: netlify")
    report = pipeline.build(tiny)
    assert (report.written, report.removed) == (2, 1)
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
        else:
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


def test_configuration_is_printed_by_the_command(tiny: Settings) -> None:
    paths = ["--content", str(tiny.content), "--locales", str(tiny.locales), "--templates", str(tiny.templates)]
    result = CliRunner().invoke(main, ["host", "nginx", "--folder", "/srv/www/codes", *paths])
    assert (result.exit_code, result.output.count("add_header")) == (0, len(SECURITY) + 3)
    result = CliRunner().invoke(main, ["host", "nginx", "--folder", "/srv/www", *paths])
    assert result.exit_code == 2
    assert "has to end in 'codes'" in result.output


@pytest.mark.parametrize(
    "url", ["https://x.example/a;b/", "https://x.example/$uri/", "https://x;y/", "https://x.example/%41/"]
)
def test_an_address_that_means_something_to_nginx_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="has signs that mean something to nginx"):
        nginx("Codes", url, f"/srv/www/{url.split('/', 3)[3]}")
