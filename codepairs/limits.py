"""How much of anything the program reads: the bounds of files that strangers write, in one place.

Content comes by pull request and translations come from people nobody knows, so nothing that is read may make a run
take memory or time without end. Each bound is well above what honest content has (the longest passage of this project
has 461 characters, its largest file 0.4 MB) and below what could harm. What goes beyond is a problem with its place,
never a crash; docs/security.md lists the bounds, and a test holds the list to this module.
"""

from __future__ import annotations

__all__ = [
    "LONGEST_EXAMPLE",
    "LONGEST_FORM",
    "LONGEST_GUESS",
    "LONGEST_NAME",
    "LONGEST_PASSAGE",
    "LONGEST_PATTERN",
    "LONGEST_PLURAL_RULE",
    "LONGEST_REPETITION",
    "LONGEST_SLUG",
    "LONGEST_WORD",
    "MOST_BYTES",
    "MOST_CLASSES",
    "MOST_CODES",
    "MOST_COLUMNS",
    "MOST_DEPTH",
    "MOST_FILES",
    "MOST_FORMS",
    "MOST_GUESSES",
    "MOST_LANGUAGES",
    "MOST_LISTS",
    "MOST_MARKS",
    "MOST_MENDED",
    "MOST_NESTED",
    "MOST_NODES",
    "MOST_PLURAL_FORMS",
    "MOST_PO_BYTES",
    "MOST_PROBLEMS",
    "MOST_TOLD",
    "MOST_WIRE_LINES",
    "MOST_WORDS",
]

MOST_BYTES = 1_000_000
"""Bytes of a content file, a registry, a glossary, a list of rules or words: read at once and parsed in under 2 s."""
MOST_PO_BYTES = 8_000_000
"""Bytes of a PO file; twenty times the largest of this project."""
MOST_FILES = 50_000
"""Files below the folders of content."""
MOST_DEPTH = 50
"""Levels of YAML; a deeper file would exhaust the stack of a parser."""
MOST_LISTS = 5_000
"""Lists and mappings of a YAML file: each may be a level, and the C parser keeps no count."""
MOST_NODES = 20_000
"""Lines and commas of a YAML file, and so its names and values."""
MOST_PROBLEMS = 100
"""Problems that are told of one file; more of them are one mistake that is made again and again."""
MOST_GUESSES = 30
"""Known words among which the one that was meant is looked for, where a word is unknown."""
MOST_CODES = 20_000
"""Codes of a protocol: their pairs, which grow with the square, fill a disk long before."""
MOST_FORMS = 150
"""Forms of codes in texts, in a protocol; each is tried on the examples of all."""
MOST_CLASSES = 100
"""Classes of codes of a protocol; the pattern of each is tried on every code."""
MOST_COLUMNS = 50
"""Columns of a registry."""
MOST_WORDS = 20_000
"""Words of a language of which a dictionary is asked: each takes it about a millisecond."""
MOST_MENDED = 200
"""Misspelt words for which the nearest one is looked for."""
MOST_LANGUAGES = 200
"""Languages of a site."""
MOST_TOLD = 1_000
"""Problems of one file that are printed."""

LONGEST_WORD = 64
"""Characters of a code or an id: patterns of words are counted for this many."""
LONGEST_GUESS = 24
"""Characters of a word for which it is looked for."""
LONGEST_NAME = 500
"""Characters of any other text on one line: a phrase, the title of a document, an address."""
LONGEST_SLUG = 80
"""Characters of a slug: two of them and `-vs-` name a file, and 255 bytes are what file systems allow."""
LONGEST_PASSAGE = 5_000
"""Characters of a passage or of its translation; Markdown takes time with the square of it in its worst cases."""
LONGEST_PATTERN = 2_000
"""Characters of a regular expression, and how often anything in it may repeat."""
LONGEST_EXAMPLE = 200
"""Characters of an example of a form of codes: every form of its protocol is tried on it."""
MOST_WIRE_LINES = 100
"""Lines of a transcript."""
LONGEST_FORM = 100
"""Characters of a form in a glossary or a list of words."""
LONGEST_REPETITION = 80
"""How often a repetition without end repeats in a rule of a language."""
MOST_MARKS = 500
"""Signs in a passage that Markdown gives a meaning: what it nests and looks back for grows with them."""
MOST_NESTED = 24
"""Blanks and signs of lists at the beginning of a line: each four of them nest a list once more."""
MOST_PLURAL_FORMS = 6
"""Forms of a plural: what CLDR knows at most."""
LONGEST_PLURAL_RULE = 500
"""Characters of the rule that chooses a plural form; that of Arabic has 84."""
