"""Fixtures that several test modules share, and the option that rewrites the golden pages."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from codepairs import pipeline
from codepairs.plan import Site
from codepairs.settings import Settings
from tests.browser import browser, page, served, small
from tests.sites import copy_of_tiny, site_of
from tests.support import ROOT

__all__ = ["browser", "page", "served", "small"]

# Timing belongs to benchmarks: a slow machine must not fail a property.
hypothesis_settings.register_profile("codepairs", deadline=None)
hypothesis_settings.load_profile("codepairs")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/golden; then read the diff")


@pytest.fixture(scope="session")
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden pages are rewritten instead of compared."""
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture
def tiny(tmp_path: Path) -> Settings:
    """A copy of the tiny site that the test may change; its output is `tmp_path / "site"`."""
    return copy_of_tiny(tmp_path)


@pytest.fixture(scope="session")
def tiny_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The tiny site, read; not to be changed."""
    return site_of(copy_of_tiny(tmp_path_factory.mktemp("tiny")))


@pytest.fixture(scope="session")
def tiny_built(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The tiny site, built; neither input nor output may be changed."""
    settings = copy_of_tiny(tmp_path_factory.mktemp("tiny-built"))
    pipeline.build(settings)
    return settings


@pytest.fixture
def built(tiny_built: Settings, tmp_path: Path) -> Settings:
    """A copy of the tiny site and of its build, which the test may change."""
    settings = copy_of_tiny(tmp_path)
    shutil.copytree(tiny_built.output, settings.output)
    return settings


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The project's own content, translations and templates; its output is a temporary folder."""
    return Settings(
        content=ROOT / "content",
        locales=ROOT / "locales",
        templates=ROOT / "templates",
        output=tmp_path_factory.mktemp("project") / "site",
    )


@pytest.fixture(scope="session")
def project_site(project: Settings) -> Site:
    """The project's own site, read; not to be changed."""
    return site_of(project)
