"""Words -> those that no dictionary knows, each with the nearest one that is known. Reads dictionaries, keeps a cache.

The dictionaries are those of hunspell as systems install them; `spylls` reads them. Loading one takes seconds, so what
is known of a word is kept in the user's cache folder, until the dictionary or the reader changes. Where either is
absent nothing is checked, and `missing_dictionary` says what to install.
"""

from __future__ import annotations

import difflib
import gc
import json
import os
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from codepairs.errors import Place
from codepairs.glossary import form_pattern, form_problem
from codepairs.limits import LONGEST_WORD, MOST_MENDED, MOST_WORDS
from codepairs.reading import UnreadableError, read_text

__all__ = ["WordList", "missing_dictionary", "misspelt", "read_words", "words_of"]

_FOLDERS = ("/usr/share/hunspell", "/usr/share/myspell/dicts", "/usr/share/myspell", "/Library/Spelling")
_LITERAL = re.compile(
    r"`[^`]*`|\{[a-z_]+\}|<?https?://\S+|(?<![\w.+-])[\w.+-]++@\S+|\]\([^)]*\)"
    r"|(?<![\w.-])[\w-]++(?:\.[\w-]++)+"
)
_TOKEN = re.compile(r"[\w’']+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


class WordList:
    """The words that a project adds to the dictionary of a language."""

    def __init__(self, forms: Iterable[str]) -> None:
        self.forms = tuple(forms)
        self._plain = {form for form in self.forms if "*" not in form}
        self._patterns = [form for form in self.forms if "*" in form]

    def knows(self, word: str) -> bool:
        """Whether the word is in the list; a form in small letters stands for the capital as well."""
        bare = word.removesuffix("’s")
        if bare in self._plain or bare.lower() in self._plain:
            return True
        return any(form_pattern(form).fullmatch(bare) for form in self._patterns)


def read_words(path: Path) -> WordList:
    """The word list of a language: a word a line, `#` begins a comment; empty where there is none.

    Raises UnreadableError where it cannot be read, or a word is none.
    """
    present = path.exists() or path.is_symlink()
    lines = read_text(path, within=path.parent.parent).splitlines() if present else []
    forms = [line.partition("#")[0].strip() for line in lines]
    for number, form in enumerate(forms, start=1):
        if wrong := form_problem(form):
            raise UnreadableError(Place(str(path), number), wrong)
    return WordList(filter(None, forms))


def words_of(text: str) -> Iterator[str]:
    """The words of a text that a dictionary can judge: no code, address, placeholder, nor acronym.

    >>> list(words_of("The MTA’s `RCPT TO` of example.com, 4xx-like"))
    ['The', 'of', 'like']
    """
    for token in _TOKEN.findall(_LITERAL.sub(" ", text)):
        word = token.strip("’'")
        acronym = word[1:2].isupper() and word.removesuffix("s").removesuffix("’").isupper()
        if len(word) > 1 and not acronym and _WORD.fullmatch(word):
            yield word


def _dictionary_of(tag: str) -> Path | None:
    """The dictionary for a language with its territory (`de_DE`): its path without `.dic`."""
    folders = (*filter(None, os.environ.get("DICPATH", "").split(os.pathsep)), *_FOLDERS)
    paths = (Path(folder, name) for name in (tag, tag.partition("_")[0]) for folder in folders)
    return next((path for path in paths if Path(f"{path}.dic").exists() and Path(f"{path}.aff").exists()), None)


def missing_dictionary(tag: str) -> str | None:
    """What has to be installed to check the spelling of a language; None where nothing is missing."""
    if find_spec("spylls") is None:
        return "spelling is not checked: run `pip install codepairs[spelling]`"
    if _dictionary_of(tag) is None:
        return (
            f"the spelling of {tag.partition('_')[0]!r} is not checked: install the hunspell dictionary {tag}, "
            f"on Debian `apt install hunspell-{tag.replace('_', '-').lower()}` or `hunspell-{tag.partition('_')[0]}`"
        )
    return None


def misspelt(words: Iterable[str], tag: str, known: WordList) -> Mapping[str, str]:
    """The words that neither the dictionary of the language nor the list knows, with the nearest known one or ``."""
    path = _dictionary_of(tag)
    if path is None or find_spec("spylls") is None:
        return {}
    asked = sorted(word for word in set(words) if not known.knows(word))[:MOST_WORDS]
    cache = _Cache(path)
    cache.ask(asked)
    wrong = [word for word in asked if not cache.judged[word]]
    right = (*known.forms, *cache.right())
    near = {word: _near(word, right) or cache.nearest.get(word, "") for word in wrong[:MOST_MENDED]}
    return dict.fromkeys(wrong, "") | near


def _near(word: str, known: Iterable[str]) -> str:
    alike = [form for form in known if form[:1].lower() == word[:1].lower() and abs(len(form) - len(word)) < 3]
    return next(iter(difflib.get_close_matches(word, alike, n=1, cutoff=0.8)), "")


class _Cache:
    """What a dictionary says of the words that it was asked for, kept in a file."""

    def __init__(self, dictionary: Path) -> None:
        self._dictionary = dictionary
        stamps = [Path(f"{dictionary}.{end}").stat() for end in ("aff", "dic")]
        self._key = [str(dictionary), *(f"{stamp.st_size} {stamp.st_mtime_ns}" for stamp in stamps)]
        home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        self._file = Path(home, "codepairs", f"spelling-{dictionary.name}.json")
        kept = self._kept()
        self.judged: dict[str, bool] = kept.get("judged", {})
        self.nearest: dict[str, str] = kept.get("nearest", {})

    def _kept(self) -> dict[str, Any]:
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return kept if isinstance(kept, dict) and kept.get("key") == self._key else {}

    def right(self) -> Iterator[str]:
        return (word for word, right in self.judged.items() if right)

    def ask(self, words: Iterable[str]) -> None:
        """Judge the words that were not judged before."""
        new = sorted(word for word in words if word not in self.judged)
        if not new:
            return
        dictionary = _dictionary(self._dictionary)
        for word in new:
            # A dictionary tries how a long word could be put together.
            self.judged[word] = len(word) <= LONGEST_WORD and bool(dictionary.lookup(word.replace("’", "'")))
        wrong = [word for word in new if not self.judged[word]][:MOST_MENDED]
        if wrong:
            stems = sorted({each.stem for each in dictionary.dic.words})
            self.nearest |= {word: _near(word, stems) for word in wrong}
        self._keep()

    def _keep(self) -> None:
        made = {"key": self._key, "judged": self.judged, "nearest": self.nearest}
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            part = self._file.with_suffix(f".{os.getpid()}")
            part.write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")
            part.replace(self._file)
        except OSError:
            # Without a place to keep it, it is found out again.
            return


@lru_cache(maxsize=4)
def _dictionary(path: Path) -> Any:
    from spylls.hunspell import Dictionary

    with warnings.catch_warnings():
        # It leaves its files to the collector of garbage.
        warnings.simplefilter("ignore", ResourceWarning)
        made = Dictionary.from_files(str(path))
        gc.collect()
    return made
