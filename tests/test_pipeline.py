"""The whole build: nothing is written from bad input, nothing is lost, and only what changed is touched."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from codepairs import changes, pipeline
from codepairs.errors import ContentError, OutputError
from codepairs.manifest import MANIFEST
from codepairs.outputs import images
from codepairs.outputs.cards import Card
from codepairs.settings import Settings
from codepairs.write import Data, Folder, Written
from tests.sites import Told, edit, site_of, snapshot
from tests.support import shown, unpack

BAD = {
    "unknown fact": ("content/parcel/4.2.1.yaml", "facts: {answers: drop", "facts: {replies: drop"),
    "broken YAML": ("content/parcel/4.2.1.yaml", "when:\n", "when: [\n"),
    "dangling reference": ("content/parcel/5.7.2.yaml", "refines: 5.7.1", "refines: 5.7.9"),
    "obsolete RFC": ("content/names/noerror.yaml", "RFC 5321", "RFC 821"),
    "missing registry row": ("content/names/registry.csv", "NXDOMAIN", "NODOMAIN"),
    "wrong order of a pair": ("content/parcel/pairs/5.1.1-vs-5.7.1.yaml", "[5.1.1, 5.7.1]", "[5.7.1, 5.1.1]"),
    "unknown setting": ("content/site.yaml", "title: Tiny", "titel: Tiny"),
    "broken PO file": ("locales/de/LC_MESSAGES/parcel.po", "msgctxt", "msgcontext"),
}


def _folder(settings: Settings) -> Path:
    return settings.content.parent


def _times(output: Path) -> dict[str, int]:
    return {path: (output / path).stat().st_mtime_ns for path in snapshot(output) if path != MANIFEST}


def _problems(settings: Settings) -> list[str]:
    with pytest.raises(ContentError) as caught:
        pipeline.build(settings)
    return shown(caught.value.problems, _folder(settings))


def test_bad_input_writes_nothing(tiny: Settings) -> None:
    edit(tiny.content / "parcel" / "4.2.1.yaml", "facts: {answers: drop", "facts: {replies: drop")
    assert _problems(tiny)
    assert not tiny.output.exists()


@pytest.mark.parametrize("case", BAD)
def test_bad_input_leaves_the_existing_site_as_it_is(built: Settings, case: str) -> None:
    before, times = snapshot(built.output), _times(built.output)
    edit(_folder(built) / BAD[case][0], *BAD[case][1:])
    assert _problems(built)
    assert snapshot(built.output) == before
    assert _times(built.output) == times


def test_bad_template_is_a_problem_with_its_place(built: Settings, tmp_path: Path) -> None:
    before = snapshot(built.output)
    templates = tmp_path / "templates"
    shutil.copytree(built.templates, templates)
    (templates / "pages" / "code.html").write_text("{% block main %}\n{{ code. }}\n", encoding="utf-8")
    (problem,) = _problems(replace(built, templates=templates))
    assert problem.startswith("templates/pages/code.html:2:1: is no template:")
    assert snapshot(built.output) == before


def test_every_problem_of_a_run_is_reported_with_its_place(tiny: Settings) -> None:
    edit(tiny.content / "parcel" / "4.2.1.yaml", "confused_with: [5.1.1]", "confused_with: [5.1.9]")
    edit(tiny.content / "names" / "noerror.yaml", "section: header", "section: head")
    edit(tiny.content / "names" / "0x2f.yaml", "title: The answer", "titel: The answer")
    assert _problems(tiny) == [
        "content/names/0x2f.yaml:1:1: the code lacks the field 'title'",
        "content/names/0x2f.yaml:3:1: unknown field 'titel' in the code; did you mean 'title'?",
        "content/names/noerror.yaml:4:18: unknown value 'head' of fact 'section'; did you mean 'header'?",
        "content/parcel/4.2.1.yaml:23:17: code '4.2.1' names the unknown code '5.1.9' in 'confused_with'; "
        "known: 2.0.0, 4.2.1, 4.10.1, 5.1.0, 5.1.1, 5.7.1, 5.7.2",
    ]


def test_build_reports_what_it_did(tiny: Settings) -> None:
    report = pipeline.build(tiny)
    files = set(snapshot(tiny.output)) - {MANIFEST}
    assert (report.pages, report.rendered) == (125, 125)
    assert (report.written, report.unchanged, report.removed) == (len(files), 0, 0)
    assert report.warnings == ()
    assert [item.domain for item in report.coverage["de"]] == ["site", "parcel", "names"]
    assert all(item.missing == 0 for item in report.coverage["de"])


def test_progress_counts_up_to_the_number_of_pages(tiny: Settings) -> None:
    told = Told()
    pipeline.build(tiny, told)
    counted = [done for done, _ in told.counted]
    assert counted == sorted(counted)
    assert len(set(counted)) > 3
    assert counted[-1] == 125
    assert {total for _, total in told.counted} == {125}


def test_pages_that_can_stay_count_as_progress(built: Settings) -> None:
    (built.output / "en/names/0x2f.html").unlink()
    told = Told()
    pipeline.build(built, told)
    assert told.counted[-1] == (125, 125)


def test_steps_are_told_in_their_order(built: Settings) -> None:
    told = Told()
    pipeline.build(replace(built, full=True), told)
    assert len(set(told.steps)) == len(told.steps) > 3
    again = Told()
    pipeline.build(built, again)
    assert again.steps == told.steps[: len(again.steps)]
    assert len(again.steps) < len(told.steps), "where nothing changed, nothing is read"


def test_second_build_touches_nothing(built: Settings) -> None:
    before, times = snapshot(built.output), _times(built.output)
    report = pipeline.build(built)
    assert (report.pages, report.rendered, report.written, report.removed) == (125, 0, 0, 0)
    assert report.unchanged == len(before) - 1
    assert report.coverage == site_of(built).coverage()
    assert snapshot(built.output) == before
    assert _times(built.output) == times


def test_second_build_gives_the_same_warnings(tiny: Settings) -> None:
    edit(tiny.locales / "de" / "LC_MESSAGES" / "parcel.po", "{code} ist das letzte Wort.", "Das letzte Wort.")
    first, second = pipeline.build(tiny), pipeline.build(tiny)
    assert second.rendered == 0
    assert second.warnings == first.warnings != ()
    assert second.coverage == first.coverage


def test_full_build_renders_everything_and_still_writes_only_what_changed(built: Settings) -> None:
    times = _times(built.output)
    report = pipeline.build(replace(built, full=True))
    assert (report.rendered, report.written) == (125, 0)
    assert _times(built.output) == times


def test_change_of_one_code_touches_only_files_that_show_it(built: Settings) -> None:
    times = _times(built.output)
    edit(built.content / "names" / "0x2f.yaml", "Only the number itself is known.", "Only the number is known.")
    pipeline.build(built)
    touched = {path for path, time in _times(built.output).items() if times.get(path) != time}
    assert "en/names/0x2f.html" in touched
    assert "en/names/noerror-vs-0x2f.html" in touched
    # The German text is no translation of the new sentence, so the German pages fall back.
    assert "de/names/0x2f.html" in touched
    assert not {path for path in touched if "/parcel/" in path}
    assert "en/names/noerror.html" not in touched


def test_removed_code_takes_its_files_along(built: Settings) -> None:
    (built.content / "names" / "0x2f.yaml").unlink()
    edit(built.content / "names" / "protocol.yaml", "[unassigned]", "[unassigned, standard]")
    report = pipeline.build(built)
    left = [path for path in snapshot(built.output) if "0x2f" in path]
    assert left == []
    # Page, data and comparisons in each language, one picture for all; two codes have no table of all pairs.
    assert report.removed == 3 * (1 + 1 + 2 + 1) + 1
    assert "NXDOMAIN" in (built.output / "en/names/index.html").read_text(encoding="utf-8")


def test_removed_protocol_and_language_leave_no_empty_folders(built: Settings) -> None:
    shutil.rmtree(built.content / "names")
    edit(built.content / "site.yaml", "protocols: [parcel, names]", "protocols: [parcel]")
    edit(built.content / "site.yaml", "- lang: ar\n", "")
    pipeline.build(built)
    folders = {path.relative_to(built.output).as_posix() for path in built.output.rglob("*") if path.is_dir()}
    assert {name for name in folders if not name.startswith("assets/")} == {
        "assets",
        "de",
        "de/parcel",
        "en",
        "en/parcel",
        "schemas",
        "schemas/content",
    }
    assert {name for name in folders if name.startswith("assets/")} == {
        "assets/og",
        "assets/og/index",
        "assets/og/parcel",
    }


FOREIGN = ["CNAME", "de/notes.txt", "names/own.html", "en/names/0x2f-vs-mine.html", ".well-known/security.txt"]


def test_foreign_files_are_never_deleted(tiny: Settings) -> None:
    unpack(tiny.output, "".join(f"-- {path} --\nmine\n" for path in FOREIGN))
    told = Told()
    pipeline.build(replace(tiny, force=True), told)
    (message,) = told.messages
    assert message.startswith(f"{tiny.output}: holds 5 files that no build has made: ")
    assert all(path in message for path in FOREIGN)
    shutil.rmtree(tiny.content / "names")
    edit(tiny.content / "site.yaml", "protocols: [parcel, names]", "protocols: [parcel]")
    edit(tiny.content / "site.yaml", "- lang: de\n", "")
    pipeline.build(tiny)
    found = snapshot(tiny.output)
    assert {path: found.get(path) for path in FOREIGN} == dict.fromkeys(FOREIGN, b"mine\n")


def test_manifest_cannot_name_files_outside_the_output(built: Settings) -> None:
    outside = built.output.parent / "outside.txt"
    outside.write_text("mine")
    edit(built.output / MANIFEST, '"en/names/0x2f.html":', '"../outside.txt":')
    edit(built.output / MANIFEST, '"en/names/noerror.html":', f'"{outside}":')
    pipeline.build(built)
    assert outside.read_text() == "mine"


@pytest.mark.parametrize("manifest", ["", "{", '{"format": 2, "files": [1]}', '{"format": 3}\n["code en",{"a"\n'])
def test_unreadable_manifest_means_a_full_build(built: Settings, manifest: str) -> None:
    before = snapshot(built.output)
    (built.output / MANIFEST).write_text(manifest)
    report = pipeline.build(built)
    assert report.rendered == 125
    assert snapshot(built.output) == before


def test_file_that_somebody_changed_or_removed_is_made_again(built: Settings) -> None:
    before = snapshot(built.output)
    (built.output / "de/parcel/4.2.1.html").write_text("spoilt")
    (built.output / "en/parcel/4.2.1.html").unlink()
    (built.output / "assets/style.css").unlink()
    report = pipeline.build(built)
    assert (report.written, report.rendered) == (3, 2)
    after = snapshot(built.output)
    # The manifest notes the times of files.
    before.pop(MANIFEST), after.pop(MANIFEST)
    assert after == before


def test_output_that_cannot_be_written_is_said_with_its_path(tiny: Settings) -> None:
    (tiny.output / "de" / "parcel" / "4.2.1.html").mkdir(parents=True)
    with pytest.raises(OutputError, match=r"de/parcel/4\.2\.1\.html: cannot be written"):
        pipeline.build(replace(tiny, force=True))


@pytest.mark.parametrize("count", [0, 1, 40, 118])
def test_build_that_fails_half_way_is_made_good_by_the_next(
    built: Settings, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    edit(built.content / "site.yaml", "title: Tiny", "title: Little")
    shutil.rmtree(built.output / "ar")
    put, done = Folder.put, 0

    def refused(folder: Folder, path: str, data: Data) -> Written:
        nonlocal done
        if done == count:
            raise OutputError(f"{path}: cannot be written: No space left on device")
        done += 1
        return put(folder, path, data)

    with monkeypatch.context() as patched:
        patched.setattr(Folder, "put", refused)
        with pytest.raises(OutputError):
            pipeline.build(built)
    pipeline.build(built)
    clean = replace(built, output=_folder(built) / "clean")
    pipeline.build(clean)
    incremental, wanted = snapshot(built.output), snapshot(clean.output)
    incremental.pop(MANIFEST), wanted.pop(MANIFEST)
    assert incremental == wanted
    assert pipeline.build(built).rendered == 0


def test_first_build_that_fails_leaves_nothing(tiny: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    put = Folder.put

    def refused(folder: Folder, path: str, data: Data) -> Written:
        if path == "de/parcel/4.2.1.html":
            raise OutputError(f"{path}: cannot be written: No space left on device")
        return put(folder, path, data)

    before = {path.name for path in tiny.output.parent.iterdir()}
    monkeypatch.setattr(Folder, "put", refused)
    with pytest.raises(OutputError):
        pipeline.build(tiny)
    assert {path.name for path in tiny.output.parent.iterdir()} == before


@pytest.mark.parametrize("exists", [True, False])
def test_first_build_leaves_nothing_beside_the_site(tiny: Settings, exists: bool) -> None:
    if exists:
        tiny.output.mkdir()
    before = {path.name for path in tiny.output.parent.iterdir()}
    pipeline.build(tiny)
    assert {path.name for path in tiny.output.parent.iterdir()} == before | {tiny.output.name}


def test_build_leaves_no_temporary_files(built: Settings) -> None:
    assert [path for path in snapshot(built.output) if path.endswith(".tmp")] == []


def test_two_builds_in_different_places_are_equal(built: Settings, tmp_path: Path) -> None:
    """Not even the order of the input files on disk, or the environment, shows in the output."""
    other = replace(built, output=tmp_path / "other")
    before = os.environ.get("LANG")
    os.environ["LANG"] = "de_DE.UTF-8"
    try:
        pipeline.build(other)
    finally:
        os.environ.pop("LANG") if before is None else os.environ.update(LANG=before)
    ours, theirs = snapshot(built.output), snapshot(other.output)
    ours.pop(MANIFEST), theirs.pop(MANIFEST)
    assert ours == theirs


def test_strict_run_fails_on_every_missing_translation(built: Settings) -> None:
    before = snapshot(built.output)
    problems = _problems(replace(built, strict=True))
    assert "title is not translated into 'ar': 'Label not readable, old answer'" in "\n".join(problems)
    assert not [problem for problem in problems if "'de'" in problem]
    assert snapshot(built.output) == before


def test_complete_languages_pass_a_strict_run(tiny: Settings) -> None:
    edit(tiny.content / "site.yaml", "- lang: ar\n", "")
    assert pipeline.build(replace(tiny, strict=True)).warnings == ()


def test_bad_translation_is_put_aside_and_only_strict_runs_fail(tiny: Settings) -> None:
    path = tiny.locales / "de" / "LC_MESSAGES" / "parcel.po"
    edit(path, "{code} ist das letzte Wort.", "Das letzte Wort.")
    edit(path, "Am Abend noch einmal fragen.", "Am <b>Abend</b> fragen.")
    report = pipeline.build(tiny)
    assert len(report.warnings) == 2
    assert all("translation put aside" in str(warning) for warning in report.warnings)
    html = (tiny.output / "de/parcel/5.1.1.html").read_text(encoding="utf-8")
    assert '<span lang="en">5.1.1 is the last word.</span>' in html
    assert "Das letzte Wort." not in html
    with pytest.raises(ContentError):
        pipeline.build(replace(tiny, strict=True))


@pytest.mark.parametrize("keep", ["{", None])
def test_half_a_manifest_heals(built: Settings, keep: str | None) -> None:
    """What the missing lines would have told is looked at anew."""
    before = snapshot(built.output)
    lines = before[MANIFEST].splitlines(keepends=True)
    half = b"".join(lines[: len(lines) // 2]) + (lines[len(lines) // 2][:40] if keep else b"")
    (built.output / MANIFEST).write_bytes(half)
    (built.output / "ar/names/0x2f.html").write_text("spoilt")
    report = pipeline.build(built)
    assert report.written == 1
    before.pop(MANIFEST)
    after = snapshot(built.output)
    after.pop(MANIFEST)
    assert after == before
    assert pipeline.build(built).rendered == 0


def test_explained_build_gives_a_reason_for_every_page_and_removal(tiny: Settings) -> None:
    told = Told(explains=True)
    report = pipeline.build(tiny, told)
    assert len(dict(told.reasons)) == report.rendered == len(told.reasons)
    assert {reason for _, reason in told.reasons} == {"it is new"}
    (tiny.content / "names" / "0x2f.yaml").unlink()
    edit(tiny.content / "names" / "protocol.yaml", "[unassigned]", "[unassigned, standard]")
    told = Told(explains=True)
    report = pipeline.build(tiny, told)
    reasons = dict(told.reasons)
    pages = [path for path, _ in told.reasons if path.endswith(".html")]
    assert len(set(pages)) == len(pages)
    assert reasons["de/names/0x2f.html"].startswith("removed")
    assert reasons["de/names/index.html"]
    assert "de/parcel/4.2.1.html" not in reasons
    gone = {path for path, reason in reasons.items() if reason.startswith("removed")}
    assert len(gone) == report.removed
    assert len(set(pages) - gone) == report.rendered


def test_reasons_are_the_same_whether_they_are_asked_for_or_not(built: Settings, tmp_path: Path) -> None:
    """A build that explains touches what any other build does."""
    other = replace(built, output=shutil.copytree(built.output, tmp_path / "other", copy_function=shutil.copy2))
    edit(built.content / "parcel" / "5.1.1.yaml", "The street does not exist", "No street")
    told = Told(explains=True)
    reports = pipeline.build(built, told), pipeline.build(other)
    assert len({(report.rendered, report.written, report.unchanged) for report in reports}) == 1
    assert snapshot(built.output).keys() == snapshot(other.output).keys()
    assert told.reasons


def test_every_page_of_a_full_build_is_made_because_of_the_option(built: Settings) -> None:
    told = Told(explains=True)
    pipeline.build(replace(built, full=True), told)
    assert {reason for _, reason in told.reasons} == {"--full"}
    assert len(told.reasons) == 125


def test_template_that_changed_between_two_builds_of_a_process_is_seen(built: Settings) -> None:
    settings = replace(built, templates=shutil.copytree(built.templates, _folder(built) / "templates"))
    pipeline.build(settings)
    EDITS["template"](settings)
    assert pipeline.build(settings).written > 0
    assert "<h2 data-x" in (settings.output / "en/parcel/4.2.1-vs-5.1.1.html").read_text(encoding="utf-8")


def test_content_without_any_protocol_builds(tmp_path: Path, tiny: Settings) -> None:
    shutil.rmtree(tiny.content / "names")
    shutil.rmtree(tiny.content / "parcel")
    edit(tiny.content / "site.yaml", "protocols: [parcel, names]\n", "")
    assert pipeline.build(tiny).pages == 2 + 3 * 2


def test_protocol_of_one_code_builds(tiny: Settings) -> None:
    for name in ("nxdomain", "0x2f"):
        (tiny.content / "names" / f"{name}.yaml").unlink()
    edit(tiny.content / "names" / "protocol.yaml", "[unassigned]", "[unassigned, standard]")
    pipeline.build(tiny)
    assert sorted(path for path in snapshot(tiny.output) if path.startswith("en/names/")) == [
        "en/names/codes.js",
        "en/names/index.html",
        "en/names/index.json",
        "en/names/noerror.html",
        "en/names/noerror.json",
    ]


def test_missing_content_folder_is_a_problem(tiny: Settings) -> None:
    (problem,) = _problems(replace(tiny, content=tiny.content.parent / "nowhere"))
    assert problem == "nowhere/site.yaml:1:1: cannot be read: No such file or directory"


EDITS: dict[str, Callable[[Settings], None]] = {
    "title of a code": lambda s: edit(s.content / "parcel/5.1.1.yaml", "The street does not exist", "No street"),
    "fact of a code": lambda s: edit(s.content / "parcel/4.10.1.yaml", "answers: collect", "answers: drop"),
    "reference": lambda s: edit(s.content / "parcel/5.7.2.yaml", "refines: 5.7.1\n", ""),
    "label of a fact": lambda s: edit(s.content / "parcel/protocol.yaml", "label: Stamps", "label: Marks"),
    "implied fact": lambda s: edit(s.content / "parcel/protocol.yaml", "{phase: counter}", "{phase: shelf}"),
    "name of a protocol": lambda s: edit(s.content / "names/protocol.yaml", "name: Names", "name: Name"),
    "title of the site": lambda s: edit(s.content / "site.yaml", "title: Tiny", "title: Little"),
    "address": lambda s: edit(s.content / "site.yaml", "tiny.example", "little.example"),
    "order of the codes": lambda s: edit(s.content / "names/protocol.yaml", "order: registry", "order: natural"),
    "curated pair removed": lambda s: (s.content / "parcel/pairs/5.1.1-vs-5.7.1.yaml").unlink(),
    "code removed": lambda s: (s.content / "parcel/4.10.1.yaml").unlink(),
    "translation of a code": lambda s: edit(s.locales / "de/LC_MESSAGES/parcel.po", "Die Straße gibt es nicht", "X"),
    "translation of the interface": lambda s: edit(s.locales / "ar/LC_MESSAGES/site.po", "اللغات", "لغات"),
    "language removed": lambda s: edit(s.content / "site.yaml", "- lang: ar\n", ""),
    "link style": lambda s: edit(s.content / "site.yaml", "url:", "link_style: clean\nurl:"),
    "template": lambda s: edit(s.templates / "fragments/card.html", "<h2", "<h2 data-x"),
    "skeleton": lambda s: edit(s.templates / "base.html", "<footer", "<footer data-x"),
}


@pytest.mark.parametrize("name", EDITS)
def test_build_after_an_edit_equals_a_clean_build(built: Settings, name: str) -> None:
    settings = replace(built, templates=shutil.copytree(built.templates, _folder(built) / "templates"))
    before = snapshot(settings.output)
    EDITS[name](settings)
    pipeline.build(settings)
    clean = replace(settings, output=_folder(built) / "clean")
    pipeline.build(clean)
    incremental, wanted = snapshot(settings.output), snapshot(clean.output)
    for files in (before, incremental, wanted):
        files.pop(MANIFEST)
    assert incremental == wanted
    assert incremental != before, "the edit was to change something"


def test_without_what_draws_pictures_the_site_is_whole_and_a_warning_says_so(
    built: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert list(built.output.rglob("*.png"))
    monkeypatch.setattr(pipeline, "can_draw", lambda: False)
    monkeypatch.setattr(changes, "_drawing_digest", lambda: "gone")
    report = pipeline.build(built)
    (warning,) = report.warnings
    assert "pip install codepairs[images]" in str(warning)
    assert str(warning).startswith(f"{built.content}/site.yaml:1:1: warning: ")
    assert not list(built.output.rglob("*.png"))
    assert not [path for path in built.output.rglob("*.html") if b"og:image" in path.read_bytes()]
    assert pipeline.build(built).written == 0
    monkeypatch.undo()
    assert pipeline.build(built).warnings == ()
    assert list(built.output.rglob("*.png"))


def test_site_may_do_without_pictures(tiny: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(tiny.content / "site.yaml", "images: yes\n", "")
    monkeypatch.setattr(pipeline, "can_draw", lambda: False)
    assert pipeline.build(tiny).warnings == ()
    assert not list(tiny.output.rglob("*.png"))


def test_only_the_picture_of_an_edited_code_is_drawn(built: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Card] = []
    monkeypatch.setattr(images, "picture", lambda card: drawn.append(card) or b"drawn")
    edit(built.content / "parcel" / "4.2.1.yaml", "Shelf full", "Shelf overfull")
    pipeline.build(built)
    assert [card.below for card in drawn] == [("Shelf overfull",)]
    edit(built.content / "parcel" / "4.2.1.yaml", "The van is late.", "The van comes late.")
    pipeline.build(built)
    assert len(drawn) == 1
