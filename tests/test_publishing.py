"""What is printed to be put beside a project: its forms, what it runs, and rsync for real."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from codepairs import pipeline
from codepairs.cli import main
from codepairs.errors import OutputError
from codepairs.hosting.headers import POLICY, SECURITY
from codepairs.hosts import known_hosts
from codepairs.manifest import MANIFEST
from codepairs.publishing import CONFIGURATIONS, configuration_of
from codepairs.settings import Settings
from tests.sites import edit, snapshot

RSYNC = shutil.which("rsync")


def loaded(name: str) -> Any:
    """A configuration in YAML; `on` is a word there, as GitHub reads it."""
    return yaml.load(configuration_of(name), Loader=yaml.BaseLoader)


def commands(name: str) -> list[list[str]]:
    """The words of the commands of this project in a configuration, in their order."""
    lines = re.findall(r"(python3 run\.py .+)$", configuration_of(name), re.MULTILINE)
    if name == "netlify":
        lines = [tomllib.loads(configuration_of(name))["build"]["command"]]
    return [shlex.split(line) for line in lines]


def test_what_has_no_configuration_is_named_with_what_is_near() -> None:
    with pytest.raises(OutputError, match=r"no configuration of 'github'; did you mean 'github-pages'"):
        configuration_of("github")


def test_configurations_are_of_hosts_that_are_known_or_of_rsync() -> None:
    assert set(CONFIGURATIONS) - {"rsync"} <= set(known_hosts())
    lying = {path.name for path in Path(pipeline.__file__).with_name("publishing").iterdir() if path.suffix != ".py"}
    assert {file for file, _ in CONFIGURATIONS.values()} == lying - {"__pycache__"}


@pytest.mark.parametrize("name", ["github-pages", "gitlab-pages", "netlify"])
def test_commands_are_those_of_this_program(name: str) -> None:
    """Each option is one that the command takes."""
    found = commands(name)
    assert found
    for words in found:
        assert words[:2] == ["python3", "run.py"]
        if words[2] == "test":
            continue
        arguments = [word for word in words[3:] if word.startswith("--") or word == "check"]
        command = main.commands["check" if "check" in arguments else "build"]
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in arguments if word != "check"} <= options


# GitHub Pages


def test_the_workflow_checks_tests_and_builds_before_it_deploys() -> None:
    jobs = loaded("github-pages")["jobs"]
    steps = [step.get("run") or step["uses"].partition("@")[0] for step in jobs["build"]["steps"]]
    order = [
        "check --strict",
        "run.py test",
        "configure-pages",
        "build --base-url",
        "check --site",
        "upload-pages-artifact",
    ]
    places = [next(rank for rank, step in enumerate(steps) if part in step) for part in order]
    assert places == sorted(places)
    assert jobs["deploy"]["needs"] == "build"
    assert jobs["deploy"]["steps"][-1]["uses"].startswith("actions/deploy-pages@")
    assert jobs["build"]["steps"][-1]["with"] == {"path": str(Settings().output)}


def test_the_workflow_may_do_no_more_than_it_has_to() -> None:
    workflow = loaded("github-pages")
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["jobs"]["build"]["permissions"] == {"contents": "read", "pages": "read"}
    assert workflow["jobs"]["deploy"]["permissions"] == {"pages": "write", "id-token": "write"}
    assert workflow["concurrency"] == {"group": "pages", "cancel-in-progress": "false"}
    limit = known_hosts()["github-pages"].limit("deploy_minutes")
    assert limit is not None
    assert int(workflow["jobs"]["deploy"]["timeout-minutes"]) > limit.value


def test_actions_are_pinned_to_commits_with_their_version_beside() -> None:
    uses = re.findall(r"uses: (\S+)(?:  # (\S+))?$", configuration_of("github-pages"), re.MULTILINE)
    assert len(uses) == 5
    for action, version in uses:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", action), action
        assert re.fullmatch(r"v[0-9]+\.[0-9]+\.[0-9]+", version), action


def test_no_script_of_the_workflow_takes_an_expression_in() -> None:
    """What an expression holds would be read by the shell; it comes by the environment."""
    steps = [step for job in loaded("github-pages")["jobs"].values() for step in job["steps"]]
    assert not [step["run"] for step in steps if "${{" in step.get("run", "")]
    known = {step["id"] for step in steps if "id" in step}
    assert set(re.findall(r"steps\.([a-z]+)\.outputs", configuration_of("github-pages"))) <= known


def test_a_project_site_lies_below_its_name(built: Settings) -> None:
    """The address as `configure-pages` gives it: without a slash at its end."""
    folders = [f"--{name}={getattr(built, name)}" for name in ("content", "locales", "templates", "output")]
    address = "https://octocat.github.io/my-repo"
    edit(built.content / "site.yaml", "search: no", "search: no\nhost: github-pages")
    assert CliRunner().invoke(main, ["build", *folders, "--base-url", address]).exit_code == 0
    output = Path(built.output)
    assert f'<link rel="canonical" href="{address}/en/">' in (output / "en" / "index.html").read_text(encoding="utf-8")
    assert f"{address}/sitemap" in (output / "robots.txt").read_text(encoding="utf-8")
    assert not re.search(r'(?:href|src)="/', (output / "en" / "index.html").read_text(encoding="utf-8"))
    result = CliRunner().invoke(main, ["check", "--site", *folders, "--base-url", address])
    assert result.exit_code == 0, result.output


# GitLab Pages


def test_the_pipeline_tests_before_it_publishes_the_folder_that_it_builds() -> None:
    pipeline_of = loaded("gitlab-pages")
    assert pipeline_of["stages"] == [pipeline_of["check"]["stage"], pipeline_of["pages"]["stage"]]
    assert pipeline_of["pages"]["artifacts"]["paths"] == ["public"]
    assert all("public" in words for words in commands("gitlab-pages")[2:])


# CloudFront


def test_the_policy_of_cloudfront_says_what_the_definition_says(tiny: Settings) -> None:
    """Each header once, and within the quotas: ten headers of one's own, 1,783 characters of a policy."""
    folders = [f"--{name}={getattr(tiny, name)}" for name in ("content", "locales", "templates")]
    data = json.loads(CliRunner().invoke(main, ["host", "cloudfront", *folders]).output)
    custom = {each["Header"]: each["Value"] for each in data["CustomHeadersConfig"]["Items"]}
    secured = data["SecurityHeadersConfig"]
    assert secured["ContentSecurityPolicy"]["ContentSecurityPolicy"] == POLICY
    assert len(POLICY) <= 1_783
    assert data["CustomHeadersConfig"]["Quantity"] == len(custom) <= 10
    assert custom.items() <= SECURITY.items()
    # Four headers of the definition have fields of their own; transport is no part of it.
    assert len(SECURITY) - len(custom) == 4 == len(secured) - 1


# Netlify, Cloudflare Pages


def test_netlify_publishes_what_the_build_writes() -> None:
    build = tomllib.loads(configuration_of("netlify"))["build"]
    assert build["publish"] == str(Settings().output)
    assert build["processing"] == {"skip_processing": True}


def test_cloudflare_publishes_what_the_build_writes() -> None:
    settings = tomllib.loads(configuration_of("cloudflare-pages"))
    assert settings["pages_build_output_dir"] == str(Settings().output)
    assert date.fromisoformat(settings["compatibility_date"]) <= date.today()


# rsync


@pytest.mark.skipif(RSYNC is None, reason="rsync is not installed")
def test_rsync_brings_what_differs_and_removes_what_is_gone(built: Settings, tmp_path: Path) -> None:
    script, source, target = tmp_path / "publish.sh", Path(built.output), tmp_path / "srv"
    script.write_text(configuration_of("rsync"), encoding="utf-8")

    def publish() -> None:
        subprocess.run(["sh", script, f"{source}/", f"{target}/"], check=True, timeout=60)

    publish()
    site = {path: data for path, data in snapshot(source).items() if path != MANIFEST}
    assert snapshot(target) == site
    untouched = (target / "en" / "about.html").stat().st_ino
    (source / "en" / "index.html").write_text("changed", encoding="utf-8")
    (source / "de" / "index.html").unlink()
    (source / "en" / "new.html").write_text("new", encoding="utf-8")
    publish()
    assert snapshot(target) == {path: data for path, data in snapshot(source).items() if path != MANIFEST}
    assert (target / "en" / "about.html").stat().st_ino == untouched
