"""Hosts: the data file, figures of a site, what exceeds a limit; and what a build and a check say of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from codepairs import hosts, pipeline
from codepairs.cli import main
from codepairs.hosts import Figures, Host, Limit, figures_of, hosts_of, known_hosts, misfits, sizes_below
from codepairs.load import parse_document
from codepairs.manifest import MANIFEST, NewManifest
from codepairs.outputs.redirects import redirects_of
from codepairs.settings import Settings
from tests.sites import edit, site_of, snapshot, with_catalogue
from tests.support import ROOT

SOURCE = "https://host.example/limits"


def small_host(**values: int) -> Host:
    """A host with these limits."""
    limits = tuple(Limit(of, value, SOURCE, "2026-11-25") for of, value in values.items())
    return Host("small", "Small", "Free", limits=limits)


def judged(text: str) -> list[str]:
    """What is wrong with a file of hosts."""
    return [str(problem) for problem in hosts_of(parse_document(Path("hosts.yaml"), text))[1]]


# The data file


def test_every_limit_says_where_and_when_it_was_read() -> None:
    for host in known_hosts().values():
        for limit in host.limits:
            assert limit.source.startswith("https://")
            assert date.fromisoformat(limit.read) <= date.today()


def test_the_file_lies_in_the_package() -> None:
    assert re.search(r'^"codepairs" = \[.*"hosts\.yaml".*\]$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)


@pytest.mark.parametrize(
    ("limit", "problem"),
    [
        (
            "{of: fils, value: 1, source: 'https://a.example', read: 2026-11-25}",
            "unknown of 'fils'; did you mean 'files'?",
        ),
        ("{of: files, value: 1k, source: 'https://a.example', read: 2026-11-25}", "'1k' is not a whole number"),
        ("{of: files, value: 1, source: a.example, read: 2026-11-25}", "'a.example' is not the page that says so"),
        ("{of: files, value: 1, source: 'https://a.example', read: May}", "'May' is not the day on which it was read"),
        ("{of: files, value: 1, source: 'https://a.example'}", "a limit lacks the field 'read'"),
        (
            "{of: files, value: 1, source: 'https://a.example', read: 2026-11-25, at: 1}",
            "unknown field 'at' in a limit",
        ),
        ("5", "a limit must be a mapping of named fields"),
    ],
)
def test_mistakes_in_the_file_are_named_with_their_line(limit: str, problem: str) -> None:
    (found,) = judged(f"hosts:\n- name: a\n  title: A\n  limits:\n  - {limit}\n")
    assert re.match(r"hosts\.yaml:5:\d+: ", found)
    assert problem in found


def test_a_host_and_a_limit_stand_once() -> None:
    limit = "{of: files, value: 1, source: 'https://a.example', read: 2026-11-25}"
    host = f"- name: a\n  title: A\n  limits: [{limit}, {limit}]\n"
    assert judged(f"hosts:\n{host}") == ["hosts.yaml:2:3: host 'a' has 2 limits of 'files'; one holds"]
    other = "- name: a\n  title: A\n"
    assert judged(f"hosts:\n{other}{other}") == ["hosts.yaml:4:3: host 'a' stands twice in the list"]


# What exceeds a limit


def test_nothing_is_said_below_nine_tenths() -> None:
    assert list(misfits(small_host(files=100, bytes=1000), Figures(files=89, bytes=899))) == []


def test_what_comes_near_or_exceeds_is_said_with_number_limit_source_and_remedy() -> None:
    figures = Figures(files=90, file_bytes=11, largest="en/a.json")
    near, over = misfits(small_host(files=100, file_bytes=10), figures)
    assert near.startswith(
        f"the site has 90 files, 90 % of the 100 that Small (Free) takes ({SOURCE}, read 2026-11-25); "
    )
    assert "leave out `--compress`, languages" in near
    assert "11 bytes in one file (en/a.json), more than the 10 that" in over
    assert over.endswith("choose a host that it fits: " + ", ".join(known_hosts()))


def test_hosts_that_it_does_not_fit_either_are_not_offered() -> None:
    (message,) = misfits(known_hosts()["cloudflare-pages"], Figures(files=150_000))
    assert message.endswith("choose a host that it fits: netlify, github-pages, gitlab-pages, s3, apache, nginx")


def test_what_no_page_confirms_is_said_to_be_so() -> None:
    host = Host("a", "A", limits=(Limit("files", 1, SOURCE, "2026-11-25", verified=False),))
    (message,) = misfits(host, Figures(files=2))
    assert "read 2026-11-25; not verified" in message


def test_limits_that_a_build_cannot_know_are_left_to_readers() -> None:
    assert list(misfits(small_host(bytes_month=1, deploy_minutes=1), Figures(files=5, bytes=5))) == []


# Builds and checks


@pytest.fixture
def crowded(built: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The built site, on a host that takes fewer files and redirects than it has."""
    edit(built.content / "site.yaml", "search: no", "search: no\nhost: small")
    host = replace(small_host(files=50, redirects=1, bytes=10**9), files=("_redirects",))
    monkeypatch.setattr(hosts, "known_hosts", lambda: {"small": host})
    for module in (pipeline, "codepairs.validate", "codepairs.outputs.redirects"):
        name = module if isinstance(module, str) else module.__name__
        monkeypatch.setattr(f"{name}.known_hosts", hosts.known_hosts)
    return built


def test_an_unknown_host_is_an_error_that_lists_the_known(tiny: Settings) -> None:
    edit(tiny.content / "site.yaml", "search: no", "search: no\nhost: pigeon-post")
    result = CliRunner().invoke(main, ["check", "--content", str(tiny.content), "--locales", str(tiny.locales)])
    assert result.exit_code == 1
    assert f"unknown host 'pigeon-post'; known: {', '.join(known_hosts())}" in result.output


def test_a_build_warns_at_the_field_and_the_next_one_too(crowded: Settings) -> None:
    report = pipeline.build(crowded)
    files = len(snapshot(Path(crowded.output)))
    assert [str(each.place).rpartition("/")[2] for each in report.warnings] == ["site.yaml:12:1"] * 2
    assert f"the site has {files} files, more than the 50 that" in report.warnings[0].message
    again = pipeline.build(crowded)
    assert again.rendered == again.written == 0
    assert again.warnings == report.warnings


def test_no_page_is_rendered_again_for_another_host(crowded: Settings) -> None:
    report = pipeline.build(crowded)
    assert (report.rendered, report.written) == (0, 1)
    edit(crowded.content / "site.yaml", "host: small", "")
    report = pipeline.build(crowded)
    assert (report.rendered, report.removed, report.warnings) == (0, 1, ())


def test_an_archive_is_measured_like_a_folder(crowded: Settings, tmp_path: Path) -> None:
    expected = pipeline.build(crowded).warnings
    assert pipeline.build(replace(crowded, output=tmp_path / "site.tar.zst")).warnings == expected


def test_a_check_of_the_built_site_says_what_the_build_said(crowded: Settings) -> None:
    (expected, _) = pipeline.build(crowded).warnings
    site = site_of(crowded)
    (found, _) = pipeline.host_problems(site, lambda: sizes_below(Path(crowded.output)))
    assert found == expected


@pytest.mark.parametrize("measure", ["header_rules", "header_line"])
def test_the_headers_of_the_site_are_measured_too(
    crowded: Settings, monkeypatch: pytest.MonkeyPatch, measure: str
) -> None:
    site = site_of(crowded)
    host = replace(small_host(**{measure: 1}), files=("_headers",))
    monkeypatch.setattr("codepairs.pipeline.known_hosts", lambda: {"small": host})
    (problem,) = pipeline.host_problems(site, lambda: ())
    assert f"{hosts.MEASURES[measure]}, more than the 1 that" in problem.message


def test_compressed_copies_are_files_of_the_site(crowded: Settings) -> None:
    plain = len(snapshot(Path(crowded.output)))
    report = pipeline.build(replace(crowded, compress=("gzip",)))
    files = len(snapshot(Path(crowded.output)))
    assert files > plain
    assert f"the site has {files} files" in report.warnings[0].message


def test_every_folder_is_an_entry_too(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    for name in ("1", "a/b/2", "a/b/3"):
        (tmp_path / name).write_bytes(b"four")
    found = figures_of(sizes_below(tmp_path))
    assert (found.files, found.entries, found.bytes, found.folder_files, found.fullest) == (3, 5, 12, 2, "a/b")


def test_figures_of_a_folder_are_those_of_its_manifest(crowded: Settings) -> None:
    pipeline.build(crowded)
    output = Path(crowded.output)
    head, *lines = (output / MANIFEST).read_bytes().splitlines(keepends=True)
    with NewManifest() as manifest:
        for line in lines:
            manifest.add(line, 0)
        found, expected = figures_of(manifest.sizes(), redirects=3), figures_of(sizes_below(output), redirects=3)
    assert replace(found, bytes=found.bytes + len(head)) == expected
    assert expected.largest


def test_strict_fails_a_build_that_is_too_large_and_loses_nothing(crowded: Settings) -> None:
    folders = [f"--{name}={getattr(crowded, name)}" for name in ("content", "locales", "templates", "output")]
    edit(crowded.content / "site.yaml", "- lang: de\n- lang: ar\n", "")
    result = CliRunner().invoke(main, ["build", *folders])
    assert result.exit_code == 0
    result = CliRunner().invoke(main, ["build", "--strict", *folders])
    assert result.exit_code == 1
    assert "more than the 50 that" in result.output
    assert "Open " in result.output
    assert (Path(crowded.output) / "en" / "index.html").is_file()


# Redirects


def test_pairs_in_the_wrong_order_lead_to_their_page(crowded: Settings) -> None:
    pipeline.build(crowded)
    output = Path(crowded.output)
    rules = [line.split(" ") for line in (output / "_redirects").read_text(encoding="utf-8").splitlines()]
    assert rules
    assert {status for _, _, status in rules} == {"301"}
    sources, targets = [{rule[rank].removeprefix("/codes/") for rule in rules} for rank in (0, 1)]
    assert len(sources) == len(rules)
    assert all((output / target).is_file() for target in targets)
    assert not any((output / source).exists() for source in sources)


def test_redirects_follow_the_links_of_the_site(crowded: Settings) -> None:
    site = site_of(crowded)
    catalogue = site.catalogue
    clean = with_catalogue(site, replace(catalogue, site=replace(catalogue.site, link_style="clean")))
    found, expected = list(redirects_of(clean)), list(redirects_of(site))
    assert found == [(a.removesuffix(".html"), b.removesuffix(".html")) for a, b in expected]


def test_a_host_that_reads_none_gets_none(built: Settings) -> None:
    edit(built.content / "site.yaml", "search: no", "search: no\nhost: github-pages")
    pipeline.build(built)
    assert not (Path(built.output) / "_redirects").exists()
