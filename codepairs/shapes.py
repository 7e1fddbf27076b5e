"""The shape of every file that people edit as YAML: its fields, what each holds, what is needed. The one list of them.

The checks take their fields by these shapes, the schemas for editors and the skeletons of new files are made of them,
and the tables of docs/content.md and docs/translating.md say the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from codepairs.limits import LONGEST_NAME, LONGEST_SLUG, LONGEST_WORD
from codepairs.model import TONES
from codepairs.relations import ROLES

__all__ = [
    "ADDRESS",
    "CLASS",
    "CODE",
    "DATE",
    "DECODE",
    "DOCUMENT",
    "EMPTY",
    "ENTRY",
    "FACT",
    "FORM",
    "GLOSSARY",
    "IDENTIFIER",
    "LANGUAGE",
    "LOCALE_SHAPES",
    "ORDERS",
    "PAIR",
    "PROTOCOL",
    "REGISTRY",
    "RFC",
    "RULE",
    "RULES",
    "SHAPES",
    "SITE",
    "SITE_ADDRESS",
    "SLUG",
    "TAG",
    "TERM",
    "VALUE",
    "Field",
    "Shape",
    "is_device",
]

ORDERS = ("natural", "hex", "registry")
"""How codes are sorted: by the numbers in them, as hexadecimal numbers, or as registry.csv lists them."""

ADDRESS = r"https?://[^\s<>\"'`\\/?#@\[\]{}|^]+(?:[/?#][^\s<>\"'`\\{}|^]*)?"
SITE_ADDRESS = r"https?://[^\s<>\"'`\\/?#@\[\]{}|^]+(?:/[^\s<>\"'`\\/?#{}|^]+)*/?"
"""Addresses of the web. None has a user's name in it, which could look like a host; that of a site has no `//` behind
its host: what follows it would be the host where links begin with the path."""
DATE = r"[12][0-9]{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
IDENTIFIER = r"[a-z0-9][a-z0-9_-]*"
RFC = r"RFC ([1-9][0-9]*)(?: section ([A-Z0-9]+(?:\.[0-9]+)*))?"
SLUG = r"[A-Za-z0-9][A-Za-z0-9._-]*"
TAG = r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?(?:-x-[a-z]+)?"
"""Forms of single words: patterns that Python and editors read alike, for the whole of the word."""


_PORTS = (f"{name}{digit}" for name in ("com", "lpt") for digit in range(10))
_DEVICES = frozenset(("con", "prn", "aux", "nul", *_PORTS))
"""Names that Windows gives to devices, whatever ending a file has (Naming Files, Paths, and Namespaces)."""


def is_device(name: str) -> bool:
    """Whether no file of Windows can have that name, as `nul.html`."""
    return name.lower().partition(".")[0] in _DEVICES


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a content file."""

    name: str
    kind: str
    """The getter of `Fields` that takes it: `word`, `text`, `texts`, `scalars`, `literal`, `flag`, `pattern`, `wire`,
    `sources`, `document`, `mapping` or `sequence`."""
    note: str
    """What it says, in a few words of Markdown: shown by editors and in docs/content.md."""
    required: bool = False
    choices: tuple[str, ...] = ()
    """All that a word may be."""
    form: str = ""
    """The pattern of each of its words."""
    longest: int = LONGEST_NAME
    """How many characters a word may have."""
    inner: Shape | None = None
    """The shape of a mapping, or of each item of a list of mappings; None where its names are declared elsewhere."""
    each: Shape | None = None
    """The shape of whatever stands under such a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The fields of a file, or of a mapping in one, in the order in which they are written."""

    what: str
    """What messages call it: `the code`."""
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field:
        """The field of that name. Raises KeyError where there is none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)


def _sentences(one: str = "`{code}`", both: str = "`{a}` and `{b}`") -> tuple[Field, Field]:
    return (
        Field(name="one", kind="text", note=f"a whole sentence about one code, with {one}"),
        Field(name="both", kind="text", note=f"a whole sentence about two codes that share it, with {both}"),
    )


_WIRE = "a transcript: each line begins with `C: ` (client) or `S: ` (server)"

DOCUMENT = Shape(
    what="a source",
    fields=(
        Field(name="title", kind="word", note="its title", required=True),
        Field(name="url", kind="word", note="its address", required=True, form=ADDRESS),
    ),
)
LANGUAGE = Shape(
    what="a language",
    fields=(
        Field(
            name="lang",
            kind="word",
            note="the tag, RFC 5646: `de`, `pt-BR`",
            required=True,
            form=TAG,
            longest=LONGEST_WORD,
        ),
        Field(name="source", kind="flag", note="`true` for the language that content and templates are written in"),
    ),
)
SITE = Shape(
    what="the site",
    fields=(
        Field(name="title", kind="word", note="the name of the site", required=True),
        Field(
            name="url",
            kind="word",
            note="its address, with the path below which it lies",
            required=True,
            form=SITE_ADDRESS,
        ),
        Field(name="tagline", kind="text", note="one sentence below the title of the first page", required=True),
        Field(name="description", kind="text", note="one sentence for search engines", required=True),
        Field(
            name="link_style",
            kind="word",
            note="`file` (default) links to `name.html`, `clean` to `name`; the files are the same",
            choices=("file", "clean"),
        ),
        Field(
            name="indexing",
            kind="word",
            note="`notable` (default) offers search engines the pairs that people compare, `all` every pair",
            choices=("notable", "all"),
        ),
        Field(
            name="images",
            kind="word",
            note="`yes` draws a picture for each code, shown where its page is shared; needs Pillow. Default: `no`",
            choices=("yes", "no"),
        ),
        Field(
            name="licence",
            kind="document",
            note="`title` and `url` of the terms of the texts; named in the data",
            inner=DOCUMENT,
        ),
        Field(
            name="search",
            kind="word",
            note="`yes` gives pages a search box with an index behind it; needs Pagefind. Default: `no`",
            choices=("yes", "no"),
        ),
        Field(
            name="host",
            kind="word",
            note="where the site is put, as `github-pages`; [docs/hosting.md](hosting.md) has the names",
            form=IDENTIFIER,
        ),
        Field(
            name="languages",
            kind="sequence",
            note="the languages of the site in their order; exactly one has `source: true`",
            required=True,
            inner=LANGUAGE,
        ),
        Field(
            name="protocols",
            kind="scalars",
            note="ids of the protocols, in the order of the first page; without it all, by name",
            form=IDENTIFIER,
        ),
        Field(
            name="superseded",
            kind="mapping",
            note="numbers of RFCs that another has replaced, with the number of their successor",
        ),
    ),
)

REGISTRY = Shape(
    what="the registry",
    fields=(
        Field(name="source", kind="word", note="where the rows of `registry.csv` come from"),
        Field(name="date", kind="word", note="the day on which they were read there, as `2024-12-06`", form=DATE),
        Field(name="optional", kind="scalars", note="statuses whose rows may lack a page"),
    ),
)
CLASS = Shape(
    what="a class",
    fields=(
        Field(name="id", kind="word", note="a word for it", required=True, longest=LONGEST_WORD),
        Field(
            name="pattern",
            kind="pattern",
            note="a regular expression; the first class whose pattern fits the whole code has it",
            required=True,
        ),
        Field(name="label", kind="text", note="what tables show", required=True),
        Field(name="summary", kind="text", note="one sentence about its codes", required=True),
        *_sentences(),
        Field(name="implies", kind="mapping", note="facts of its codes, where a code does not state them itself"),
    ),
)
VALUE = Shape(
    what="a value",
    fields=(
        Field(name="id", kind="word", note="a word for it, which codes use", required=True, longest=LONGEST_WORD),
        Field(name="label", kind="text", note="what tables show", required=True),
        *_sentences(),
        Field(
            name="tone",
            kind="word",
            note="what an outcome means to the reader; each value of the role `outcome` has one",
            choices=TONES,
        ),
        Field(name="ends", kind="flag", note="`true`: the session is over afterwards"),
        Field(
            name="matches",
            kind="word",
            note="`all`: the value stands for every other value of its fact",
            choices=("all",),
        ),
        Field(name="implies", kind="mapping", note="other facts that hold where a code does not state them itself"),
    ),
)
EMPTY = Shape(
    what="what is said without a value",
    fields=(Field(name="label", kind="text", note="what tables show", required=True), *_sentences()),
)
FACT = Shape(
    what="a fact",
    fields=(
        Field(name="id", kind="word", note="a word for it, which codes use", required=True, longest=LONGEST_WORD),
        Field(name="label", kind="text", note="the head of its row", required=True),
        Field(name="role", kind="word", note="what it means to relations, timeline and tones", choices=ROLES),
        Field(name="many", kind="flag", note="`true`: a code may have several values"),
        Field(name="open", kind="pattern", note="a regular expression for values that are not declared one by one"),
        Field(name="values", kind="sequence", note="its values in their order", inner=VALUE),
        *_sentences("`{code}` and `{values}`; only where `many` is true", "`{a}`, `{b}` and `{values}`"),
        Field(
            name="apart",
            kind="text",
            note="a sentence about two codes that differ, with `{a}`, `{a_values}`, `{b}`, `{b_values}`",
        ),
        Field(name="empty", kind="mapping", note="what is said of a code without a value", inner=EMPTY),
    ),
)
FORM = Shape(
    what="a form",
    fields=(
        Field(
            name="pattern",
            kind="literal",
            note="how codes stand in texts; `{code}` and `{<fact>}` stand for themselves",
            required=True,
        ),
        Field(name="example", kind="literal", note="a text in which the form finds a code", required=True),
        Field(name="listed", kind="flag", note="`true`: only codes with a page"),
        Field(name="nothing", kind="flag", note="`true`: what it matches is no code, and for no later form either"),
        Field(name="exact", kind="flag", note="`true`: upper and lower case differ"),
    ),
)
DECODE = Shape(
    what="the forms of codes in texts",
    fields=(
        Field(name="pieces", kind="mapping", note="patterns by name, which forms use as `{name}`"),
        Field(
            name="forms",
            kind="sequence",
            note="forms in which codes stand in messages and logs; an earlier one takes what a later one would",
            inner=FORM,
        ),
    ),
)
PROTOCOL = Shape(
    what="the protocol",
    fields=(
        Field(
            name="id",
            kind="word",
            note="the name of its folder",
            required=True,
            form=IDENTIFIER,
            longest=LONGEST_WORD,
        ),
        Field(name="name", kind="word", note="its name, as people say it", required=True),
        Field(name="title", kind="text", note="the head of its page", required=True),
        Field(name="summary", kind="text", note="one sentence about its codes", required=True),
        Field(name="pattern", kind="pattern", note="a regular expression that every code fits"),
        Field(
            name="order",
            kind="word",
            note="how codes are sorted: `natural` (default; 5.7.2 before 5.7.10), `hex`, or as `registry` has them",
            choices=ORDERS,
        ),
        Field(name="sources", kind="sources", note="documents about all of it"),
        Field(name="featured", kind="scalars", note="names of curated pairs for the first page: `<a>-vs-<b>`"),
        Field(name="registry", kind="mapping", note="about `registry.csv`, the official list", inner=REGISTRY),
        Field(name="classes", kind="sequence", note="groups of codes, by their form", inner=CLASS),
        Field(name="facts", kind="sequence", note="the rows of every table, in their order", inner=FACT),
        Field(name="decode", kind="mapping", note="how its codes stand in messages and logs", inner=DECODE),
    ),
)
CODE = Shape(
    what="the code",
    fields=(
        Field(
            name="code",
            kind="word",
            note="as the protocol writes it; the file is named after it",
            required=True,
            longest=LONGEST_WORD,
        ),
        Field(name="phrase", kind="word", note="the words of `registry.csv`; never translated", required=True),
        Field(name="title", kind="text", note="what it means in a few words", required=True),
        Field(name="facts", kind="mapping", note="what `protocol.yaml` declares: a value each, or a list of values"),
        Field(
            name="summary",
            kind="text",
            note="one sentence that answers “what does this mean for me”",
            required=True,
        ),
        Field(name="meaning", kind="text", note="two or three sentences, one a line, in Markdown", required=True),
        Field(name="when", kind="texts", note="situations in which it is seen, each a whole sentence"),
        Field(name="action", kind="mapping", note="what to do and what not to do, by who acts"),
        Field(name="wire", kind="wire", note=f"{_WIRE}; the code occurs in it"),
        Field(
            name="search",
            kind="text",
            note="what people type who look for it, with commas between; shown nowhere",
        ),
        Field(name="sources", kind="sources", note="`RFC 5321 section 4.2.3`, or a `title` with a `url`"),
        Field(name="confused_with", kind="scalars", note="codes that it is taken for, nearest first"),
        Field(name="refines", kind="word", note="the code that says in general what this one says precisely"),
        Field(name="replaced_by", kind="word", note="the successor of an obsolete code"),
        Field(
            name="slug",
            kind="word",
            note="the name of its files, only where the code itself cannot name one",
            form=SLUG,
            longest=LONGEST_SLUG,
        ),
    ),
)
PAIR = Shape(
    what="the pair",
    fields=(
        Field(name="codes", kind="scalars", note="two codes, in the protocol’s order", required=True),
        Field(name="verdict", kind="text", note="one sentence that tells the two apart", required=True),
        Field(name="difference", kind="text", note="in what they differ, in Markdown", required=True),
        Field(name="guidance", kind="text", note="which one applies, and what to do", required=True),
        Field(name="wire", kind="wire", note=f"{_WIRE}; one session with both codes"),
        Field(name="sources", kind="sources", note="as in the file of a code"),
    ),
)

RULE = Shape(
    what="a rule",
    fields=(
        Field(
            name="not",
            kind="pattern",
            note="a pattern that must not occur outside code spans; `(?i)` may stand first",
            required=True,
        ),
        Field(name="because", kind="word", note="what would be right", required=True),
    ),
)
RULES = Shape(
    what="the rules",
    fields=(
        Field(name="never", kind="sequence", note="what texts of the language must not contain", inner=RULE),
        Field(
            name="quotes",
            kind="scalars",
            note="pairs of quotation marks, as `„“`: each that is opened has to be closed",
            form=r"\S{2}",
        ),
        Field(name="doubled", kind="scalars", note="words that may rightly stand twice in a row"),
        Field(name="same", kind="scalars", note="source texts that are the same in this language"),
        Field(
            name="sentences",
            kind="scalars",
            note="of the source language: fields, as patterns, that hold whole sentences",
        ),
        Field(
            name="longest",
            kind="word",
            note="of the source language: how many words such a sentence may have",
            form="[0-9]{1,9}",
        ),
    ),
)
ENTRY = Shape(
    what="a translation",
    fields=(
        Field(name="say", kind="word", note="the translation, as messages show it", required=True),
        Field(name="use", kind="scalars", note="what counts as it: inflections, compounds, other allowed words"),
        Field(name="never", kind="scalars", note="forms that must not stand in any translation"),
    ),
)
TERM = Shape(
    what="a term",
    fields=(
        Field(name="term", kind="word", note="in the source language", required=True),
        Field(name="forms", kind="scalars", note="its other forms"),
        Field(name="translations", kind="mapping", note="how languages say it, by their tags", each=ENTRY),
    ),
)
GLOSSARY = Shape(
    what="the glossary",
    fields=(Field(name="terms", kind="sequence", note="the terms, in any order", inner=TERM),),
)

LOCALE_SHAPES = (RULES, RULE, GLOSSARY, TERM, ENTRY)
"""Those of the files of languages."""
SHAPES = (SITE, LANGUAGE, DOCUMENT, PROTOCOL, REGISTRY, CLASS, FACT, VALUE, EMPTY, DECODE, FORM, CODE, PAIR)
"""Those of the content, the outer before the inner."""
