"""What a page depends on: every change reaches the files that show it, says its name, and reaches no others.

Sites are compared as values; nothing is built.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from codepairs import changes
from codepairs.assets import Assets
from codepairs.changes import Changes, inputs_digest, parts_of
from codepairs.model import Catalogue, Language, Protocol, Source, Text
from codepairs.outputs import OUTPUTS
from codepairs.pages import PAGE_KINDS
from codepairs.plan import Site
from codepairs.settings import Settings
from codepairs.translate import Messages
from tests.sites import bytes_of, plan_of, rendered, with_catalogue, with_codes
from tests.support import ROOT, make_pair, make_registry

Reasons = dict[str, list[str]]
"""What has changed, by the paths of pages and the names of batches that are no pages."""


def _stale(before: Site, after: Site) -> Reasons:
    """What the change of a site makes stale, and why."""
    found = Changes(after, parts_of(before, PAGE_KINDS), parts_of(after, PAGE_KINDS))
    outputs = {output.name: output for output in OUTPUTS}
    common = {(batch.kind, batch.lang): found.of_batch(batch) for batch in plan_of(after).batches() if batch.count}
    reasons = {page.path: common[page.kind, page.lang] + found.of_page(page) for page in plan_of(after)}
    for batch in plan_of(after).batches():
        if batch.kind in outputs:
            reasons[batch.name] = found.of_output(outputs[batch.kind], batch)
    return {path: why for path, why in reasons.items() if why}


def _made(site: Site) -> dict[str, object]:
    """What pages hold, by path, and the files of batches that are no pages, by the names of the batches."""
    found: dict[str, object] = {page.path: html for page, html in rendered(site)}
    plan = plan_of(site)
    for output in OUTPUTS:
        for batch in output.batches(site):
            found[batch.name] = bytes_of(output.files(site, plan, batch))
    return found


@pytest.fixture(scope="module")
def made(tiny_site: Site) -> dict[str, object]:
    """What the tiny site holds."""
    return _made(tiny_site)


def _protocol(site: Site, name: str, /, **fields: Any) -> Site:
    """The site with fields of a protocol replaced."""
    protocols = dict(site.catalogue.protocols)
    protocols[name] = replace(protocols[name], **fields)
    return with_catalogue(site, replace(site.catalogue, protocols=protocols))


def _code(site: Site, name: str, code: str, /, **fields: Any) -> Site:
    """The site with fields of a code replaced."""
    codes = dict(site.catalogue.protocols[name].codes)
    codes[code] = replace(codes[code], **fields)
    return _protocol(site, name, codes=codes)


def _info(site: Site, **fields: Any) -> Site:
    """The site with fields of site.yaml replaced."""
    return with_catalogue(site, replace(site.catalogue, site=replace(site.catalogue.site, **fields)))


def _messages(site: Site, lang: str, domain: str, **fields: Any) -> Site:
    """The site with the messages of a domain replaced."""
    translator = site.translators[lang]
    known = translator.catalogs.get(domain, Messages({}, {}))
    catalogs = {**translator.catalogs, domain: known._replace(**fields)}
    return replace(site, translators={**site.translators, lang: replace(translator, catalogs=catalogs)})


def _said(site: Site, lang: str, text: Text, words: str | None) -> Site:
    """The site with another translation of a text, or none."""
    known = site.translators[lang].catalogs.get(text.domain, Messages({}, {}))
    rest = {key: value for key, value in known.texts.items() if key != (text.context, text.source)}
    return _messages(
        site, lang, text.domain, texts=rest | ({(text.context, text.source): words} if words is not None else {})
    )


def _reworded(text: Text) -> Text:
    return replace(text, source=f"{text.source} Again.")


def _parcel(site: Site) -> Protocol:
    return site.catalogue.protocols["parcel"]


def _template(site: Site, name: str) -> Site:
    return replace(site, templates={**site.templates, name: f"{site.templates[name]}{{# other #}}"})


def test_nothing_changed_concerns_nothing(tiny_site: Site) -> None:
    assert _stale(tiny_site, tiny_site) == {}
    assert _stale(tiny_site, replace(tiny_site)) == {}


def test_digests_do_not_depend_on_where_things_stand(tiny_site: Site) -> None:
    """A comment above a code moves it by a line, and changes nothing."""
    moved = _code(tiny_site, "names", "0x2F", place=replace_place(tiny_site))
    assert parts_of(moved, PAGE_KINDS) == parts_of(tiny_site, PAGE_KINDS)


def replace_place(site: Site) -> Any:
    place = site.catalogue.protocols["names"].codes["0x2F"].place
    return place._replace(line=place.line + 1, path="elsewhere.yaml")


def test_without_a_last_run_everything_has_changed(tiny_site: Site) -> None:
    found = Changes(tiny_site, {}, parts_of(tiny_site, PAGE_KINDS))
    assert all(found.of_batch(batch) for batch in plan_of(tiny_site).batches() if batch.count)


def test_text_of_a_code_concerns_the_pages_that_show_it(tiny_site: Site) -> None:
    code = _parcel(tiny_site).codes["4.2.1"]
    reasons = _stale(tiny_site, _code(tiny_site, "parcel", "4.2.1", meaning=_reworded(code.meaning)))
    others = ("2.0.0", "4.10.1", "5.1.0", "5.1.1", "5.7.1", "5.7.2")
    names = ["4.2.1.html", "2.0.0-vs-4.2.1.html", *(f"4.2.1-vs-{other}.html" for other in others[1:])]
    lists = ["index.html", "about.html", "decode.html", "parcel/index.html", "parcel/matrix.html"]
    for lang in ("en", "de", "ar"):
        own = {path for path in reasons if path.startswith(f"{lang}/")}
        assert own - {f"{lang}/{name}" for name in lists} == {f"{lang}/parcel/{name}" for name in names}
        assert reasons[f"{lang}/parcel/4.2.1-vs-5.7.2.html"] == [f"code {lang} parcel 4.2.1"]
        assert reasons[f"data {lang} parcel"] == [f"code {lang} parcel 4.2.1"]
    assert not {path for path in reasons if "names" in path}
    assert not {"robots en", "assets en", "index.html", "404.html"} & reasons.keys()


def test_translation_of_a_code_concerns_its_language_only(tiny_site: Site) -> None:
    code = _parcel(tiny_site).codes["4.2.1"]
    reasons = _stale(tiny_site, _said(tiny_site, "de", code.meaning, "Anders gesagt."))
    assert {path.split("/")[0] for path in reasons if path.endswith(".html")} == {"de"}
    assert reasons["de/parcel/4.2.1.html"] == ["code de parcel 4.2.1"]
    assert "sitemap en" not in reasons


def test_translation_that_is_lost_concerns_the_other_languages_too(tiny_site: Site) -> None:
    """They no longer name the page among their alternates."""
    code = _parcel(tiny_site).codes["4.2.1"]
    reasons = _stale(tiny_site, _said(tiny_site, "de", code.meaning, None))
    for lang in ("en", "de", "ar"):
        assert reasons[f"{lang}/parcel/4.2.1.html"] == [f"code {lang} parcel 4.2.1"]
        assert f"coverage {lang}" in reasons[f"{lang}/about.html"]
    assert reasons["sitemap en"] == ["listing *"]


def test_pair_that_an_author_wrote_about_concerns_its_own_page(tiny_site: Site) -> None:
    parcel = _parcel(tiny_site)
    pair = parcel.curated["5.1.1", "5.7.1"]
    other = replace(pair, verdict=_reworded(pair.verdict))
    reasons = _stale(tiny_site, _protocol(tiny_site, "parcel", curated={pair.codes: other}))
    name = "parcel/5.1.1-vs-5.7.1.html"
    assert reasons[f"en/{name}"] == ["pair en parcel 5.1.1 5.7.1"]
    assert not {path for path in reasons if "-vs-" in path} - {f"{lang}/{name}" for lang in ("en", "de", "ar")}
    assert "en/parcel/5.1.1.html" not in reasons
    gone = _stale(tiny_site, _protocol(tiny_site, "parcel", curated={}))
    assert gone[f"de/{name}"] == ["pair de parcel 5.1.1 5.7.1"]
    assert gone["de/parcel/index.html"]


def test_assets_concern_no_page_but_by_their_names(tiny_site: Site) -> None:
    files = tiny_site.assets.files
    other = replace(tiny_site, assets=Assets({**files, "assets/style.css": b"other"}))
    assert _stale(tiny_site, other) == {"assets en": ["asset * assets/style.css"]}
    more = replace(tiny_site, assets=Assets({**files, "assets/new.svg": b"<svg/>"}))
    assert _stale(tiny_site, more)["assets en"] == ["asset * assets/new.svg"]


def test_tagline_concerns_the_page_that_offers_the_languages(tiny_site: Site) -> None:
    reasons = _stale(tiny_site, _said(tiny_site, "ar", tiny_site.catalogue.site.tagline, "شعار آخر"))
    assert reasons["index.html"] == ["messages ar"]
    assert "en/index.html" not in reasons


def test_template_concerns_the_pages_of_its_kind(tiny_site: Site) -> None:
    reasons = _stale(tiny_site, _template(tiny_site, "pages/code.html"))
    assert {why for found in reasons.values() for why in found} == {"template * code"}
    assert set(reasons) == {page.path for page in plan_of(tiny_site) if page.kind == "code"}


def test_fragment_concerns_every_page(tiny_site: Site) -> None:
    reasons = _stale(tiny_site, _template(tiny_site, "fragments/row.html"))
    assert set(reasons) == {page.path for page in plan_of(tiny_site)}
    assert reasons["de/parcel/4.2.1.html"] == ["fragments *"]


def test_another_version_of_the_program_concerns_everything(tiny_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    before = parts_of(tiny_site, PAGE_KINDS)
    monkeypatch.setattr(changes, "program_digest", lambda: "another")
    found = Changes(tiny_site, before, parts_of(tiny_site, PAGE_KINDS))
    outputs = {output.name: output for output in OUTPUTS}
    for batch in plan_of(tiny_site).batches():
        why = found.of_output(outputs[batch.kind], batch) if batch.kind in outputs else found.of_batch(batch)
        # Pictures depend on what draws them, and not on the rest of the program.
        assert why == ([] if batch.kind == "image" else ["program *"])


def test_another_way_of_drawing_concerns_pictures_only(tiny_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    before = parts_of(tiny_site, PAGE_KINDS)
    monkeypatch.setattr(changes, "_drawing_digest", lambda: "another")
    after = parts_of(tiny_site, PAGE_KINDS)
    assert {name for name in before if before[name] != after[name]} == {"drawing *"}
    found = Changes(tiny_site, before, after)
    outputs = {output.name: output for output in OUTPUTS}
    stale = {batch.kind for batch in plan_of(tiny_site).batches() if found.of_batch(batch)}
    stale |= {
        kind for kind, output in outputs.items() for each in output.batches(tiny_site) if found.of_output(output, each)
    }
    assert stale == {"image"}


PICTURED: dict[str, tuple[Callable[[Site], Site], set[str]]] = {
    "phrase": (lambda s: _code(s, "parcel", "5.1.1", phrase="Other words"), {"parcel 5.1.1"}),
    "tone": (
        lambda s: _code(s, "parcel", "5.1.1", facts={**_parcel(s).codes["5.1.1"].facts, "outcome": ("proceeds",)}),
        {"parcel 5.1.1"},
    ),
    "name of a protocol": (
        lambda s: _protocol(s, "names", name="Other"),
        {"index index", "names index", "names noerror", "names nxdomain", "names 0x2f"},
    ),
    "title of a code": (lambda s: _code(s, "parcel", "5.1.1", title=_reworded(_titled(s))), set()),
    "translation": (lambda s: _said(s, "de", _titled(s), "Anders"), set()),
    "link style": (lambda s: _info(s, link_style="clean"), set()),
}


@pytest.mark.parametrize("name", PICTURED)
def test_picture_is_drawn_anew_only_where_what_it_shows_has_changed(tiny_site: Site, name: str) -> None:
    edited, wanted = PICTURED[name]
    stale = {batch: why for batch, why in _stale(tiny_site, edited(tiny_site)).items() if batch.startswith("image ")}
    assert stale == {f"image en {key}": [f"image * {key}"] for key in wanted}


def _without(site: Site, name: str, code: str) -> Site:
    protocol = site.catalogue.protocols[name]
    rest = with_codes(protocol, *(each for each in protocol.codes if each != code))
    return with_catalogue(site, replace(site.catalogue, protocols={**site.catalogue.protocols, name: rest}))


def _reversed(catalogue: Catalogue) -> Catalogue:
    return replace(catalogue, protocols=dict(reversed(catalogue.protocols.items())))


def _relabelled(protocol: Protocol) -> Mapping[str, Any]:
    facts = dict(protocol.facts)
    name = next(iter(facts))
    facts[name] = replace(facts[name], label=_reworded(facts[name].label))
    return facts


def _titled(site: Site) -> Text:
    return _parcel(site).codes["5.1.1"].title


EDITS: dict[str, Callable[[Site], Site]] = {
    "title of a code": lambda s: _code(s, "parcel", "5.1.1", title=_reworded(_titled(s))),
    "phrase of a code": lambda s: _code(s, "parcel", "5.1.1", phrase="Other words"),
    "facts of a code": lambda s: _code(
        s, "parcel", "5.1.1", facts={**_parcel(s).codes["5.1.1"].facts, "afterwards": ("closed",)}
    ),
    "transcript of a code": lambda s: _code(s, "parcel", "5.1.1", wire=()),
    "sources of a code": lambda s: _code(s, "parcel", "5.1.1", sources=()),
    "confusions of a code": lambda s: _code(s, "parcel", "5.7.2", confused_with=("2.0.0",)),
    "reference of a code": lambda s: _code(s, "parcel", "5.7.2", refines=None),
    "situations of a code": lambda s: _code(s, "parcel", "4.2.1", when=_parcel(s).codes["4.2.1"].when[:1]),
    "removed code": lambda s: _without(s, "names", "NXDOMAIN"),
    "new pair": lambda s: _protocol(
        s, "names", curated={("NOERROR", "0x2F"): make_pair("NOERROR", "0x2F", place=s.catalogue.site.tagline.place)}
    ),
    "removed pair": lambda s: _protocol(s, "parcel", curated={}),
    "label of a fact": lambda s: _protocol(s, "parcel", facts=_relabelled(_parcel(s))),
    "name of a protocol": lambda s: _protocol(s, "names", name="Other"),
    "title of a protocol": lambda s: _protocol(s, "names", title=_reworded(s.catalogue.protocols["names"].title)),
    "sources of a protocol": lambda s: _protocol(s, "names", sources=()),
    "registry of a protocol": lambda s: _protocol(s, "names", registry=replace(make_registry(), source="Elsewhere")),
    "featured pairs": lambda s: _protocol(s, "parcel", featured=(("5.1.1", "5.7.1"), ("2.0.0", "4.2.1"))),
    "forms of a protocol": lambda s: _protocol(s, "parcel", decode=_parcel(s).decode[:-1]),
    "order of the protocols": lambda s: with_catalogue(s, _reversed(s.catalogue)),
    "removed protocol": lambda s: with_catalogue(s, replace(s.catalogue, protocols={"parcel": _parcel(s)})),
    "tone of a code": lambda s: _code(
        s, "parcel", "5.1.1", facts={**_parcel(s).codes["5.1.1"].facts, "outcome": ("proceeds",)}
    ),
    "verdict of a pair": lambda s: _protocol(
        s,
        "parcel",
        curated={codes: replace(pair, verdict=_reworded(pair.verdict)) for codes, pair in _parcel(s).curated.items()},
    ),
    "summary of a protocol": lambda s: _protocol(s, "parcel", summary=_reworded(_parcel(s).summary)),
    "translated summary": lambda s: _said(s, "ar", _parcel(s).summary, "ملخص"),
    "lost summary": lambda s: _said(s, "de", _parcel(s).summary, None),
    "licence": lambda s: _info(s, licence=Source(title="Terms", url="https://terms.example/")),
    "no pictures": lambda s: replace(s, draws=False),
    "title of the site": lambda s: _info(s, title="Other"),
    "tagline": lambda s: _info(s, tagline=_reworded(s.catalogue.site.tagline)),
    "link style": lambda s: _info(s, link_style="clean"),
    "indexing": lambda s: _info(s, indexing="all"),
    "base address": lambda s: replace(s, base_url="https://other.example/"),
    "removed language": lambda s: replace(
        _info(s, languages=(Language("en", True), Language("de"))),
        translators={lang: s.translators[lang] for lang in ("en", "de")},
    ),
    "style sheet": lambda s: replace(s, assets=Assets({**s.assets.files, "assets/style.css": b"other"})),
    "new asset": lambda s: replace(s, assets=Assets({**s.assets.files, "assets/new.svg": b"<svg/>"})),
    "removed asset": lambda s: replace(s, assets=Assets({"assets/style.css": s.assets.files["assets/style.css"]})),
    "translated title": lambda s: _said(s, "de", _titled(s), "Anders"),
    "lost title": lambda s: _said(s, "de", _titled(s), None),
    "found title": lambda s: _said(s, "ar", _titled(s), "عنوان"),
    "translated tagline": lambda s: _said(s, "ar", s.catalogue.site.tagline, "شعار آخر"),
    "lost tagline": lambda s: _said(s, "ar", s.catalogue.site.tagline, None),
    "translated fact": lambda s: _said(s, "de", _parcel(s).facts["stamps"].label, "Marken"),
    "lost fact": lambda s: _said(s, "de", _parcel(s).facts["stamps"].label, None),
    "translated message": lambda s: _said(s, "ar", Text("", "Key differences", "site"), "فروق"),
    "lost message": lambda s: _said(s, "de", Text("", "Key differences", "site"), None),
    "translated plural": lambda s: _messages(
        s,
        "de",
        "site",
        plurals={
            **s.translators["de"].catalogs["site"].plurals,
            "{count} comparison": ("{count} Vergleich", "{count} andere"),
        },
    ),
    "rule of plurals": lambda s: _messages(s, "de", "site", rule="0"),
}
"""Changes of every kind of thing that a site is made of."""


@pytest.mark.parametrize("name", EDITS)
def test_whatever_differs_is_stale(tiny_site: Site, made: dict[str, object], name: str) -> None:
    """Files that would come out with other bytes are known without making them, whichever way the change goes."""
    other = EDITS[name](tiny_site)
    others = _made(other)
    differing = {path for path in made.keys() & others.keys() if made[path] != others[path]}
    assert differing or made.keys() != others.keys(), "the edit was to change something"
    assert differing <= _stale(tiny_site, other).keys()
    assert differing <= _stale(other, tiny_site).keys()


@pytest.mark.parametrize("name", sorted(EDITS))
def test_reasons_name_what_has_changed(tiny_site: Site, name: str) -> None:
    before, after = parts_of(tiny_site, PAGE_KINDS), parts_of(EDITS[name](tiny_site), PAGE_KINDS)
    changed = {part for part in before.keys() | after.keys() if before.get(part) != after.get(part)}
    assert {why for found in _stale(tiny_site, EDITS[name](tiny_site)).values() for why in found} <= changed


def _settings(folder: Path, **fields: Any) -> Settings:
    for name in ("content", "locales", "templates"):
        (folder / name).mkdir(exist_ok=True)
    (folder / "content" / "site.yaml").write_text("title: One\n", encoding="utf-8")
    return Settings(content=folder / "content", locales=folder / "locales", templates=folder / "templates", **fields)


def test_inputs_are_the_same_wherever_they_lie_and_however_they_are_built(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = inputs_digest(_settings(tmp_path / "a"))
    assert inputs_digest(_settings(tmp_path / "b", jobs=3, explain=True, quiet=True, full=True)) == first


INPUTS: dict[str, Callable[[Path], object]] = {
    "text": lambda folder: (folder / "content/site.yaml").write_text("title: Two\n", encoding="utf-8"),
    "name": lambda folder: (folder / "content/site.yaml").rename(folder / "content/sites.yaml"),
    "removed": lambda folder: (folder / "content/site.yaml").unlink(),
    "moved": lambda folder: (folder / "content/site.yaml").rename(folder / "locales/site.yaml"),
    "new": lambda folder: (folder / "templates/empty.html").touch(),
    "joined": lambda folder: (folder / "content/site.yaml2").write_bytes(b""),
}


@pytest.mark.parametrize("name", INPUTS)
def test_inputs_differ_with_every_name_and_byte(tmp_path: Path, name: str) -> None:
    settings = _settings(tmp_path)
    before = inputs_digest(settings)
    INPUTS[name](tmp_path)
    assert inputs_digest(settings) != before


@pytest.mark.parametrize("fields", [{"base_url": "https://x.example/"}, {"strict": True}])
def test_inputs_differ_with_the_options_that_change_what_is_made(tmp_path: Path, fields: Mapping[str, Any]) -> None:
    assert inputs_digest(_settings(tmp_path, **fields)) != inputs_digest(_settings(tmp_path))


def test_inputs_may_lie_behind_links(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    elsewhere = tmp_path / "elsewhere" / "pairs"
    elsewhere.mkdir(parents=True)
    (tmp_path / "content" / "demo").symlink_to(elsewhere.parent)
    before = inputs_digest(settings)
    (elsewhere / "1-vs-2.yaml").write_text("codes: [1, 2]\n", encoding="utf-8")
    assert inputs_digest(settings) != before
    (tmp_path / "content" / "broken").symlink_to(tmp_path / "nowhere")
    (tmp_path / "content" / "round").symlink_to(tmp_path / "content")
    inputs_digest(settings)


def test_program_is_told_by_what_it_renders_with(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def digest() -> str:
        return changes.program_digest.__wrapped__()

    before = digest()
    assert digest() == before
    monkeypatch.setattr(sys, "path", [*sys.path, *sys.path, str(tmp_path), str(tmp_path / "nowhere")])
    assert digest() == before, "nothing is there that was not there before"
    (tmp_path / "unknown-9.9.dist-info").mkdir()
    assert digest() == before
    (tmp_path / "Jinja2-9.9.dist-info").mkdir()
    assert digest() != before


def _modules() -> Iterable[Path]:
    return (ROOT / "codepairs").rglob("*.py")


def test_program_is_told_by_every_module(monkeypatch: pytest.MonkeyPatch) -> None:
    read = Path.read_text
    before = changes.program_digest.__wrapped__()
    for module in _modules():

        def edited(path: Path, *args: Any, edited: Path = module, **kwargs: Any) -> str:
            return read(path, *args, **kwargs) + ("# more" if path == edited else "")

        monkeypatch.setattr(Path, "read_text", edited)
        assert changes.program_digest.__wrapped__() != before, module
