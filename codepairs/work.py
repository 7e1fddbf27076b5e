"""Plan x manifest of the last run -> what has to be made, what can stay, what has to go, and why. Looks at each file.

The work is a stream, like the plan: of all pages, only those of the batches under way are held.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codepairs.changes import Changes, Parts
from codepairs.compress import original_of
from codepairs.execute import Receipt, Task
from codepairs.manifest import Files, Manifest, NewManifest, files_of
from codepairs.outputs import OUTPUTS
from codepairs.pages import PAGE_KINDS
from codepairs.plan import Batch, Plan
from codepairs.watch import Watcher
from codepairs.write import Stamp, Store

__all__ = ["Work", "untouched"]

_OUTPUTS = {output.name: output for output in OUTPUTS}
_KINDS = {kind.name: kind for kind in PAGE_KINDS}


def untouched(before: Manifest, store: Store) -> bool:
    """Whether every file lies where the last run left it, as it left it."""
    count = 0
    for name in before:
        files = before.files(name)
        if any(store.stamp(path) != stamp for path, stamp in files.items()):
            return False
        count += len(files)
    # Fewer where the manifest is damaged: then nobody knows of the others.
    return count == before.head.get("files")


class Work:
    """What a build has to do."""

    def __init__(
        self,
        plan: Plan,
        store: Store,
        before: Manifest,
        parts: Parts,
        watcher: Watcher,
        *,
        full: bool = False,
        force: bool = False,
        killed: Sequence[Manifest] = (),
    ) -> None:
        self.site = plan.site
        self.store = store
        self.parts = parts
        self.pages = sum(batch.count for batch in plan.batches())
        self.done = 0
        """Pages that are made or can stay."""
        self._plan = plan
        self._before = before
        # What runs were about to put in place when they were killed.
        self._killed = killed
        self._changes = Changes(plan.site, before.head.get("parts", {}), parts)
        self._watcher = watcher
        self._compresses = bool(before.head.get("compress"))
        self._full = full
        # Without a whole manifest nobody knows which files are ours.
        self._guards = bool(before.head) and not force
        self._seen: set[str] = set()
        self._gone: set[str] = set()
        self._unknown: set[str] = set()

    def tasks(self, after: NewManifest) -> Iterator[Task]:
        """What has to be made; batches that can stay go straight to the new manifest."""
        for batch in self._plan.batches():
            self._seen.add(batch.name)
            files = {} if self._full or not self._before.head else self._before.files(batch.name)
            reasons = self._reasons(batch, files)
            if reasons is None:
                yield Task(batch)
                continue
            kept = {path: files[path] for path, reason in reasons.items() if reason is None}
            if len(kept) == len(files) == len(reasons):
                after.add(self._before.line(batch.name), len(files))
                self.done += batch.count
                continue
            for path, reason in reasons.items():
                if reason:
                    self._watcher.reason(path, reason)
            yield Task(batch, kept)

    def made(self, receipt: Receipt) -> None:
        """Take note that a batch is done, and of its files that are no more."""
        self.done += receipt.batch.count
        before = self._before.files(receipt.batch.name)
        if before or self._guards:
            after = files_of(receipt.line)
            self._gone.update(before.keys() - after.keys())
            if self._guards:
                self._unknown.update(path for path in after.keys() - before.keys() if self.store.replaces(path))

    def foreign(self) -> list[str]:
        """Files that are to be replaced, and that no run of ours has made, in order."""
        for manifest in (self._before, *self._killed):
            for name in manifest if self._unknown else ():
                self._unknown.difference_update(manifest.files(name))
        return sorted(self._unknown)

    def gone(self, after: NewManifest) -> list[str]:
        """The files of earlier runs that nothing makes any more, in order."""
        for name in self._before:
            if name not in self._seen or not self._before.head:
                self._gone.update(self._before.files(name))
        for manifest in self._killed:
            for name in manifest:
                self._gone.update(manifest.files(name).keys() - self._before.files(name).keys())
        if self._gone:
            # A file may have moved to another batch.
            for line in after.lines():
                self._gone.difference_update(files_of(line))
        gone = sorted(self._gone)
        for path in gone:
            self._watcher.reason(path, "removed: nothing makes it any more")
        return gone

    def _reasons(self, batch: Batch, files: Files) -> dict[str, str | None] | None:
        """Why each file of a batch has to be made, None where it can stay; None where nobody asks why all have to."""
        if batch.kind in _OUTPUTS:
            return self._of_output(batch, files)
        common = self._changes.of_batch(batch) if files else []
        if (common or not files) and not self._watcher.explains:
            return None
        return dict(self._of_pages(batch, files, common))

    def _of_pages(self, batch: Batch, files: Files, common: list[str]) -> Iterator[tuple[str, str | None]]:
        copies = _copies(files) if self._compresses else {}
        for page in _KINDS[batch.kind].pages(self._plan.site, batch.lang, batch.key):
            path = page.path
            together = (path, *copies.get(path, ()))
            if path not in files:
                reason: str | None = "--full" if self._full else "it is new"
            elif changed := common + self._changes.of_page(page):
                reason = f"changed: {', '.join(changed)}"
            else:
                reason = next(filter(None, (self._spoilt(each, files[each]) for each in together)), None)
            # A page and its copies are made together.
            yield from ((each, reason) for each in together)

    def _of_output(self, batch: Batch, files: Files) -> dict[str, str | None] | None:
        """Files that are no pages are made together, as only their maker knows which there are."""
        if not files:
            return None
        changed = self._changes.of_output(_OUTPUTS[batch.kind], batch)
        if changed:
            return dict.fromkeys(files, f"changed: {', '.join(changed)}")
        spoilt = {path: self._spoilt(path, stamp) for path, stamp in files.items()}
        if not any(spoilt.values()):
            return spoilt
        return {path: reason or "made together with others" for path, reason in spoilt.items()}

    def _spoilt(self, path: str, stamp: Stamp) -> str | None:
        found = self.store.stamp(path)
        if found == stamp:
            return None
        return "its file is missing" if found is None else "its file was changed by something else"


def _copies(files: Files) -> dict[str, list[str]]:
    """The compressed copies among the files of a batch, by what they are copies of."""
    found: dict[str, list[str]] = {}
    for path in files:
        if copied := original_of(path):
            found.setdefault(copied[0], []).append(path)
    return found
