"""Places for a site other than a folder of this machine; `store_of` chooses by the address."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from codepairs.errors import OutputError
from codepairs.write import Folder, Store

__all__ = ["store_of"]


def store_of(output: str) -> Store:
    """The place that `output` names: a path, a path that ends in `.tar.zst`, or the address of an object store.

    Raises OutputError where it cannot be reached, or what reaches it is not installed.
    """
    if "://" not in output:
        return _at(Path(output))
    parts = urlsplit(output)
    if parts.scheme != "file":
        return _remote(output)
    if parts.netloc not in ("", "localhost"):
        raise OutputError(f"{output}: names the machine {parts.netloc}; write file:///folder")
    return _at(Path(unquote(parts.path)))


def _at(path: Path) -> Store:
    # Workers may run in another folder.
    path = path.absolute()
    if not path.name.endswith(".tar.zst"):
        return Folder(path)
    from codepairs.stores.archive import Archive

    return Archive(path)


def _remote(address: str) -> Store:
    try:
        from codepairs.stores.remote import Remote
    except ModuleNotFoundError as error:
        raise OutputError(f"{address}: {error.name} is not installed; pip install codepairs[remote]") from None
    return Remote(address)
