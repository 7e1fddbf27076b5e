"""Words that no dictionary knows, the words of the project, and what is said where there is no dictionary."""

from __future__ import annotations

from pathlib import Path

import pytest

from codepairs import spelling
from codepairs.spelling import WordList, missing_dictionary, misspelt, read_words, words_of

AFF = "SET UTF-8\nTRY esianrtolcdugmphbyfvkwz\n\nSFX S Y 1\nSFX S 0 s .\n"
DIC = "4\nserver/S\nmessage/S\nreceive\ndon't\n"


@pytest.fixture
def dictionary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only dictionary of this machine, of a language that nobody speaks; and a cache of its own."""
    pytest.importorskip("spylls")
    (tmp_path / "xx_XX.aff").write_text(AFF, encoding="utf-8")
    (tmp_path / "xx_XX.dic").write_text(DIC, encoding="utf-8")
    monkeypatch.setattr(spelling, "_FOLDERS", (str(tmp_path),))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "xx_XX"


def test_what_no_dictionary_can_judge_is_left_out() -> None:
    text = "The `RCPT TO` of {code} at https://example.com/path, a@example.org, example.net, SMTPUTF8, MTAs: don’t."
    assert list(words_of(text)) == ["The", "of", "at", "don’t"]


def test_misspelt_words_come_with_the_nearest_known_one(dictionary: Path) -> None:
    words = ["server", "Servers", "recieve", "don’t", "qzx", "blocklist", "Blocklisted"]
    assert misspelt(words, "xx_XX", WordList(["blocklist*"])) == {"qzx": "", "recieve": "receive"}


def test_what_was_judged_once_needs_no_dictionary(dictionary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = misspelt(["recieve", "server"], "xx_XX", WordList([]))

    def refuse(path: Path) -> None:
        raise AssertionError

    monkeypatch.setattr(spelling, "_dictionary", refuse)
    assert misspelt(["recieve", "server"], "xx_XX", WordList([])) == first == {"recieve": "receive"}


def test_another_dictionary_is_asked_anew(dictionary: Path) -> None:
    assert "recieve" in misspelt(["recieve"], "xx_XX", WordList([]))
    Path(f"{dictionary}.dic").write_text("2\nserver/S\nrecieve\n", encoding="utf-8")
    spelling._dictionary.cache_clear()
    assert misspelt(["recieve"], "xx_XX", WordList([])) == {}


@pytest.mark.parametrize("kept", ["", "{", "[]", '{"key": []}'])
def test_a_cache_that_cannot_be_read_is_made_anew(dictionary: Path, kept: str, tmp_path: Path) -> None:
    path = tmp_path / "cache" / "codepairs" / "spelling-xx_XX.json"
    path.parent.mkdir(parents=True)
    path.write_text(kept, encoding="utf-8")
    assert misspelt(["recieve"], "xx_XX", WordList([])) == {"recieve": "receive"}


def test_without_a_place_for_the_cache_it_works(
    dictionary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert misspelt(["recieve"], "xx_XX", WordList([])) == {"recieve": "receive"}


def test_without_a_dictionary_it_is_said_what_to_install(dictionary: Path) -> None:
    assert missing_dictionary("xx_XX") is None
    assert missing_dictionary("fr_FR") == (
        "the spelling of 'fr' is not checked: install the hunspell dictionary fr_FR, "
        "on Debian `apt install hunspell-fr-fr` or `hunspell-fr`"
    )
    assert misspelt(["recieve"], "fr_FR", WordList([])) == {}


def test_without_a_reader_it_is_said_what_to_install(dictionary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spelling, "find_spec", lambda name: None)
    assert missing_dictionary("xx_XX") == "spelling is not checked: run `pip install codepairs[spelling]`"
    assert misspelt(["recieve"], "xx_XX", WordList([])) == {}


def test_a_word_list_has_comments_and_endings(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("# Terms\n\nFrame*  # and its forms\nbounce\nWi\n", encoding="utf-8")
    words = read_words(tmp_path / "words.txt")
    known = ["Frame", "Frames", "Bounce", "bounce’s", "Wi"]
    assert [word for word in (*known, "frame", "bounces", "wi") if words.knows(word)] == known
    assert not read_words(tmp_path / "none.txt").forms
