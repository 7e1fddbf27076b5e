"""How far each language has come, for those who translate and for programs: `translations.json`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from codepairs.plan import Batch, File, OutputKind, Plan, Site
from codepairs.translate import Coverage
from codepairs.urls import translations_path

__all__ = ["TRANSLATIONS", "coverage_data"]


def coverage_data(site: Site) -> dict[str, Any]:
    """The languages with counts of messages and words, in all and by domain; the source language is left out."""
    languages = {
        lang: {
            "name": site.translators[lang].language_name(lang),
            **_counts(domains),
            "domains": {item.domain: _counts([item]) for item in domains},
        }
        for lang, domains in site.coverage().items()
    }
    return {"source": site.source_lang, "languages": languages}


def _counts(domains: Sequence[Coverage]) -> dict[str, int]:
    return {
        "messages": sum(item.total for item in domains),
        "translated": sum(item.translated for item in domains),
        "fuzzy": sum(item.fuzzy for item in domains),
        "missing": sum(item.missing for item in domains),
        "words": sum(item.words for item in domains),
        "words_left": sum(item.words_left for item in domains),
    }


def _files(site: Site, plan: Plan, batch: Batch) -> Iterator[File]:
    text = json.dumps(coverage_data(site), ensure_ascii=False, indent=2)
    yield File(translations_path(), f"{text}\n".encode())


TRANSLATIONS = OutputKind(
    name="translations", needs=("program", "settings", "coverage"), holds=translations_path(), files=_files
)
