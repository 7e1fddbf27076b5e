"""Places for a site: an archive, an object store, and how an address chooses among them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
import zstandard

from codepairs import pipeline
from codepairs.errors import OutputError
from codepairs.hosting.headers import CACHED, REVALIDATED
from codepairs.manifest import MANIFEST
from codepairs.settings import Settings
from codepairs.stores import store_of
from codepairs.stores.archive import Archive
from codepairs.stores.remote import headers_of
from codepairs.write import Folder
from tests.servers import built_by_command, make_bucket, s3_server
from tests.sites import edit, snapshot
from tests.support import ROOT

BUCKET = "site"


def members_of(path: Path) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    """The members of an archive with their bytes."""
    with (
        path.open("rb") as file,
        zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True) as stream,
        tarfile.open(fileobj=stream, mode="r|") as archive,
    ):
        for member in archive:
            content = archive.extractfile(member)
            assert content is not None
            yield member, content.read()


def files_of_build(settings: Settings) -> dict[str, bytes]:
    """The files that the last build made, without the manifest, which is no part of the site."""
    return {path: data for path, data in snapshot(Path(settings.output)).items() if path != MANIFEST}


def test_an_address_chooses_the_place(tmp_path: Path) -> None:
    for output, path in ((str(tmp_path / "a b"), "a b"), ((tmp_path / "a b").as_uri(), "a b"), (str(tmp_path), "")):
        store = store_of(output)
        assert isinstance(store, Folder)
        assert store.path == tmp_path / path
    archive = store_of(str(tmp_path / "site.tar.zst"))
    assert isinstance(archive, Archive)
    assert archive.path == tmp_path / "site.tar.zst"


def test_a_relative_path_is_meant_from_here_wherever_workers_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert store_of("site").folder == tmp_path / "site"


@pytest.mark.parametrize("address", ["memory://x", "site://x", "https://example.org/x", "s3://"])
def test_an_address_that_is_no_object_store_says_what_one_is(tiny: Settings, address: str) -> None:
    result = built_by_command(tiny, address)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        f"{address}: is no object store; one is named like s3://bucket/folder or gs://bucket/folder\n"
    )


def test_a_file_address_names_no_other_machine() -> None:
    with pytest.raises(OutputError, match="names the machine other"):
        store_of("file://other/site")


def test_a_missing_library_is_named_with_the_extra_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    monkeypatch.delitem(sys.modules, "codepairs.stores.remote", raising=False)
    with pytest.raises(OutputError, match=re.escape("obstore is not installed; pip install codepairs[remote]")):
        store_of("s3://bucket/site")


# Archives


def test_an_archive_holds_the_files_of_the_folder_whoever_makes_it(tiny: Settings, built: Settings) -> None:
    paths = [tiny.content.parent / f"{jobs}" / "site.tar.zst" for jobs in (1, 2)]
    for jobs, path in enumerate(paths, start=1):
        pipeline.build(replace(tiny, output=path, jobs=jobs))
        assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    members = {member.name: data for member, data in members_of(paths[0])}
    assert members == files_of_build(built)


def test_members_of_an_archive_have_no_time_and_no_owner(tiny: Settings) -> None:
    path = tiny.content.parent / "site.tar.zst"
    report = pipeline.build(replace(tiny, output=path))
    members = [member for member, _ in members_of(path)]
    assert len({member.name for member in members}) == len(members) == report.written
    found = {
        (member.mtime, member.uid, member.gid, member.uname, member.gname, member.mode, member.isreg())
        for member in members
    }
    assert found == {(0, 0, 0, "", "", 0o644, True)}


def test_an_archive_is_made_whole_and_touched_only_where_it_changes(tiny: Settings) -> None:
    path = tiny.content.parent / "site.tar.zst"
    settings = replace(tiny, output=path)
    first = pipeline.build(settings)
    before, modified = path.read_bytes(), path.stat().st_mtime_ns
    assert pipeline.build(settings).rendered == first.rendered == first.pages
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, modified)
    edit(tiny.content / "parcel" / "4.2.1.yaml", "title: ", "title: Other ")
    pipeline.build(settings)
    assert path.read_bytes() != before


def test_a_failed_build_leaves_the_old_archive(tiny: Settings) -> None:
    path = tiny.content.parent / "site.tar.zst"
    settings = replace(tiny, output=path)
    pipeline.build(settings)
    before = path.read_bytes()
    path.with_name(".site.tar.zst.parts").write_text("a file where a folder has to be")
    with pytest.raises(OutputError, match=r"site\.tar\.zst\.parts: cannot be written"):
        pipeline.build(replace(settings, base_url="https://other.example/"))
    assert path.read_bytes() == before


def test_a_part_that_is_lost_fails_the_archive(tmp_path: Path) -> None:
    path = tmp_path / "site.tar.zst"
    path.write_bytes(b"old")
    archive = Archive(path)
    archive.start()
    list(archive.put_all("one", [("1.html", b"1")]))
    with pytest.raises(OutputError, match="cannot be written"):
        archive.finish(["one", "two"], [], (MANIFEST, []))
    archive.abandon()
    assert snapshot(tmp_path) == {"site.tar.zst": b"old"}


def test_parts_are_joined_in_the_order_of_the_plan_and_hold_any_path_and_size(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "site.tar.zst")
    archive.start()
    long = f"{'folder/' * 20}{'ü' * 100}.html"
    files = {"b": [("2.html", iter([b"2" * 1_000_000, b"end"]))], "a": [(long, b""), ("1.html", b"1" * 512)]}
    for batch, each in files.items():
        assert [(path, written.changed) for path, written in archive.put_all(batch, each)] == [
            (path, True) for path, _ in files[batch]
        ]
    archive.finish(["a", "b"], [], (MANIFEST, []))
    assert [(member.name, data) for member, data in members_of(archive.path)] == [
        (long, b""),
        ("1.html", b"1" * 512),
        ("2.html", b"2" * 1_000_000 + b"end"),
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["site.tar.zst"]


def test_what_a_killed_build_left_does_not_get_into_the_next(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "site.tar.zst")
    archive.start()
    next(archive.put_all("one", [("1.html", b"1"), ("2.html", b"2")]))
    list(archive.put_all("two", [("3.html", b"3")]))
    archive.start()
    assert snapshot(tmp_path) == {}


# Object stores


@pytest.fixture(scope="module")
def s3_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the S3 server tells of each request."""
    return tmp_path_factory.mktemp("s3") / "s3.log"


def requests_in(log: str, method: str) -> list[str]:
    """The paths of the requests of a method, below the site."""
    return sorted(re.findall(rf'"{method} /{BUCKET}/site/([^ ?]*) HTTP', log))


@pytest.fixture(scope="module")
def s3(s3_log: Path) -> Iterator[dict[str, str]]:
    """The environment that leads to an S3 server with a bucket."""
    with s3_server(s3_log.parent) as env:
        make_bucket(env, BUCKET)
        yield env


@pytest.fixture
def bucket(s3: dict[str, str]) -> Iterator[Any]:
    """The bucket, seen by another client; empty, and emptied again."""
    found = boto3.resource(
        "s3",
        endpoint_url=s3["AWS_ENDPOINT_URL"],
        aws_access_key_id=s3["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=s3["AWS_SECRET_ACCESS_KEY"],
        region_name=s3["AWS_REGION"],
    ).Bucket(BUCKET)
    yield found
    found.objects.all().delete()


def _objects(bucket: Any, prefix: str) -> dict[str, bytes]:
    """The objects of a site by path, without the manifest."""
    found = {each.key.removeprefix(prefix): each.get()["Body"].read() for each in bucket.objects.filter(Prefix=prefix)}
    found.pop(MANIFEST, None)
    return found


def _ok(result: subprocess.CompletedProcess[str]) -> str:
    """The line with the numbers of a build that went well."""
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()[0]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_object_store_gets_the_files_of_the_folder(
    built: Settings, s3: dict[str, str], bucket: Any, jobs: str
) -> None:
    result = built_by_command(built, f"s3://{BUCKET}/some/folder", "--jobs", jobs, env=s3)
    assert f"{len(files_of_build(built))} written, 0 unchanged" in _ok(result)
    assert result.stdout.endswith(f"The site is in s3://{BUCKET}/some/folder.\n")
    assert _objects(bucket, "some/folder/") == files_of_build(built)


def test_objects_have_the_media_types_that_browsers_expect(built: Settings, s3: dict[str, str], bucket: Any) -> None:
    _ok(built_by_command(built, f"s3://{BUCKET}/", env=s3))
    found = {(path.rpartition(".")[2], bucket.Object(path).content_type) for path in files_of_build(built)}
    assert found == {
        ("html", "text/html; charset=utf-8"),
        ("css", "text/css; charset=utf-8"),
        ("js", "text/javascript; charset=utf-8"),
        ("xml", "text/xml; charset=utf-8"),
        ("txt", "text/plain; charset=utf-8"),
        ("json", "application/json"),
        ("png", "image/png"),
        ("svg", "image/svg+xml"),
    }


def test_a_name_alone_says_type_coding_and_how_long_caches_keep_an_object() -> None:
    kept = {"Content-Type": "application/octet-stream", "Cache-Control": CACHED}
    assert headers_of("en/search/fragment/en_1.pf_fragment") == kept
    assert headers_of("en/search/index/en_1.pf_index") == kept
    page = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": REVALIDATED}
    assert headers_of("en/a.html") == page
    assert headers_of("en/a.html.gz") == page | {"Content-Encoding": "gzip"}
    assert headers_of("en/a.html.br") == page | {"Content-Encoding": "br"}
    assert headers_of("en/search/pagefind.wasm")["Content-Type"] == "application/wasm"
    assert headers_of("en/search/wasm.en.pagefind")["Content-Type"] == "application/octet-stream"


def _headers_of(found: Any) -> dict[str, str]:
    """The headers of an object, as they are given with another."""
    given = {"ContentType": found.content_type, "CacheControl": found.cache_control}
    return {name: value for name, value in given.items() if value}


def test_only_objects_that_differ_are_sent(tiny: Settings, s3: dict[str, str], bucket: Any) -> None:
    place = f"s3://{BUCKET}/site"
    _ok(built_by_command(tiny, place, env=s3))
    assert " 0 rendered" in _ok(built_by_command(tiny, place, env=s3))
    # The same bytes, sent in parts: the store then has another tag for them.
    page = bucket.Object("site/en/about.html")
    data = page.get()["Body"].read()
    upload = page.initiate_multipart_upload(**_headers_of(page))
    tag = upload.Part(1).upload(Body=data)["ETag"]
    upload.complete(MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": tag}]})
    # As many bytes, and others.
    home = bucket.Object("site/en/index.html")
    home.put(Body=home.get()["Body"].read().swapcase(), **_headers_of(home))
    bucket.Object("site/de/index.html").delete()
    assert "files: 2 written" in _ok(built_by_command(tiny, place, "--full", env=s3))


def test_what_changed_and_what_is_gone_reaches_the_store(built: Settings, s3: dict[str, str], bucket: Any) -> None:
    place = f"s3://{BUCKET}/site"
    _ok(built_by_command(built, place, env=s3))
    bucket.Object("site/own.txt").put(Body=b"not ours")
    bucket.Object("site/en/index.html").put(Body=b"spoilt")
    (built.content / "names" / "0x2f.yaml").unlink()
    edit(built.content / "names" / "protocol.yaml", "[unassigned]", "[unassigned, standard]")
    line = _ok(built_by_command(built, place, env=s3))
    report = pipeline.build(built)
    # The home page of English, spoilt as it was, shows the code too.
    assert f"files: {report.written} written" in line
    assert line.endswith(f"{report.removed} removed")
    assert _objects(bucket, "site/") == files_of_build(built) | {"own.txt": b"not ours"}


def test_only_what_differs_is_sent_and_the_manifest_comes_last(
    tiny: Settings, s3: dict[str, str], bucket: Any, s3_log: Path
) -> None:
    place = f"s3://{BUCKET}/site"
    start = s3_log.stat().st_size
    _ok(built_by_command(tiny, place, env=s3))
    first = s3_log.read_text(encoding="utf-8")[start:]
    objects = sorted(each.key.removeprefix("site/") for each in bucket.objects.all())
    assert requests_in(first, "PUT") == objects
    assert re.findall(r'"PUT (\S+) HTTP', first)[-1] == f"/{BUCKET}/site/{MANIFEST}"
    start = s3_log.stat().st_size
    _ok(built_by_command(tiny, place, env=s3))
    assert requests_in(s3_log.read_text(encoding="utf-8")[start:], "PUT") == []
    start = s3_log.stat().st_size
    (tiny.content / "names" / "0x2f.yaml").unlink()
    edit(tiny.content / "names" / "protocol.yaml", "[unassigned]", "[unassigned, standard]")
    before = {each.key: each.e_tag for each in bucket.objects.all()}
    _ok(built_by_command(tiny, place, env=s3))
    later = s3_log.read_text(encoding="utf-8")[start:]
    after = {each.key: each.e_tag for each in bucket.objects.all()}
    changed = {key.removeprefix("site/") for key, tag in after.items() if before.get(key) != tag}
    assert {re.sub(r"^\.codepairs\.new/\w+/", "", path) for path in requests_in(later, "PUT")} == changed
    # What is gone is removed when everything else is there, and then the manifest says so.
    assert later.index("?delete HTTP") > max(later.index(f"/site/{path} ") for path in changed - {MANIFEST})
    assert later.rindex('"PUT ') > later.index("?delete HTTP")


def _puts(log: str) -> list[str]:
    """The paths of the requests that send or copy an object below the site, in their order."""
    return re.findall(rf'"PUT /{BUCKET}/site/(\S*) HTTP', log)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_what_is_new_is_there_before_anything_changes(
    built: Settings, s3: dict[str, str], bucket: Any, s3_log: Path, jobs: str
) -> None:
    place, code = f"s3://{BUCKET}/site", built.content / "parcel" / "4.10.1.yaml"
    text = code.read_text(encoding="utf-8")
    code.unlink()
    _ok(built_by_command(built, place, env=s3))
    before = {each.key.removeprefix("site/") for each in bucket.objects.all()}
    code.write_text(text, encoding="utf-8")
    start = s3_log.stat().st_size
    _ok(built_by_command(built, place, "--jobs", jobs, env=s3))
    puts = _puts(s3_log.read_text(encoding="utf-8")[start:])
    rank = {path: number for number, path in enumerate(puts)}
    new, changed = rank.keys() & files_of_build(built).keys() - before, rank.keys() & before - {MANIFEST}
    assert "en/parcel/4.10.1.html" in new
    assert "en/parcel/index.html" in changed
    assert max(rank[path] for path in new) < min(rank[path] for path in changed)
    assert puts[-1] == MANIFEST
    pipeline.build(built)
    assert _objects(bucket, "site/") == files_of_build(built)
    page = bucket.Object("site/en/parcel/index.html")
    assert (page.content_type, page.cache_control) == ("text/html; charset=utf-8", REVALIDATED)
    assert " 0 rendered" in _ok(built_by_command(built, place, env=s3))


FAILING = """
import sys
from codepairs.stores import store_of
store = store_of(sys.argv[1])
store.start()
sent = dict(store.put_all("a", [("en/index.html", b"changed"), ("en/new.html", b"new")]))
assert all(each.changed for each in sent.values())
print(len(sent), flush=True)
sys.stdin.readline()
store.abandon()
"""


def test_a_build_that_fails_changes_no_object(built: Settings, s3: dict[str, str], bucket: Any) -> None:
    place = f"s3://{BUCKET}/site"
    _ok(built_by_command(built, place, env=s3))
    before = _objects(bucket, "site/")
    command = [sys.executable, "-c", FAILING, place]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **s3}, text=True, **pipes) as process:
        assert process.stdout.readline() == "2\n"
        meanwhile = _objects(bucket, "site/")
        assert meanwhile["en/index.html"] == before["en/index.html"]
        assert b"changed" in meanwhile.values()
        process.communicate("now\n", timeout=60)
    assert process.returncode == 0
    assert _objects(bucket, "site/") == before | {"en/new.html": b"new"}


def test_what_a_killed_build_left_waiting_goes_with_the_next(built: Settings, s3: dict[str, str], bucket: Any) -> None:
    place = f"s3://{BUCKET}/site"
    _ok(built_by_command(built, place, env=s3))
    bucket.Object("site/.codepairs.new/0123/en/index.html").put(Body=b"half a build")
    edit(built.content / "parcel" / "4.2.1.yaml", "title: ", "title: Other ")
    _ok(built_by_command(built, place, env=s3))
    pipeline.build(built)
    assert _objects(bucket, "site/") == files_of_build(built)


def test_an_object_with_other_headers_is_sent_again(built: Settings, s3: dict[str, str], bucket: Any) -> None:
    place = f"s3://{BUCKET}/site"
    _ok(built_by_command(built, place, env=s3))
    page = bucket.Object("site/en/about.html")
    page.put(Body=page.get()["Body"].read(), ContentType="text/html", CacheControl="no-store")
    assert "files: 1 written" in _ok(built_by_command(built, place, "--full", env=s3))
    page.reload()
    assert page.content_type == "text/html; charset=utf-8"
    assert page.cache_control == REVALIDATED


def test_a_store_that_cannot_be_reached_is_an_error(tiny: Settings, s3: dict[str, str]) -> None:
    result = built_by_command(tiny, "s3://nowhere/site", env=s3)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "s3://nowhere/site: cannot be reached: The specified bucket does not exist\n"
    result = built_by_command(tiny, f"s3://{BUCKET}/site", env={**s3, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"})
    assert (result.returncode, result.stdout) == (1, "")
    assert re.fullmatch(rf"s3://{BUCKET}/site: cannot be reached: .*127\.0\.0\.1:9.*\n", result.stderr)
