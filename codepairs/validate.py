"""Documents -> Catalogue, collecting Problems.

Every file is judged on its own here: fields, types, known facts and values. What can only be judged with the whole
catalogue in hand (references, coverage of the registry) is in `codepairs.rules`. A file with problems still yields its
code, so that one mistake does not report a dozen dangling references beside itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from codepairs.declare import Declaration, declaration
from codepairs.errors import Place, Problem
from codepairs.fields import Fields, did_you_mean, listed
from codepairs.hosts import known_hosts
from codepairs.limits import LONGEST_SLUG, MOST_CODES, MOST_LANGUAGES
from codepairs.load import Document, MappingNode, Node, ProtocolFiles, ScalarNode, SequenceNode, Sources
from codepairs.model import Catalogue, Code, CuratedPair, Fact, Language, Protocol, SiteInfo, Text
from codepairs.patterns import word_pattern
from codepairs.shapes import CODE, LANGUAGE, PAIR, SITE, SITE_ADDRESS, SLUG, TAG, is_device

__all__ = ["default_slug", "validate"]

_RESERVED_SLUGS = frozenset({"index", "matrix", "protocol"})
_NUMBER = "[0-9]{1,9}"


def validate(sources: Sources) -> tuple[Catalogue, list[Problem]]:
    """The catalogue of the documents and every problem found in them."""
    problems = list(sources.problems)
    for document in _documents(sources):
        problems.extend(document.problems)
    found = {files.folder.name: _protocol(files, problems) for files in sources.protocols if files.protocol.root}
    site = _site(sources.site, tuple(found), problems)
    ordered = {key: found[key] for key in site.protocols if key in found}
    return Catalogue(site=site, protocols=ordered), problems


def default_slug(code: str) -> str:
    """The code as a file name: ASCII, other characters as hyphens; empty where nothing is left.

    >>> default_slug("5.7.1"), default_slug("NXDOMAIN"), default_slug("Café au lait")
    ('5.7.1', 'nxdomain', 'cafe-au-lait')
    """
    ascii_code = unicodedata.normalize("NFKD", code).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9._]+", "-", ascii_code).strip("-._")


def _documents(sources: Sources) -> list[Document]:
    documents = [sources.site]
    for files in sources.protocols:
        documents += [files.protocol, *files.codes, *files.pairs]
    return documents


def _site(document: Document, protocols: tuple[str, ...], problems: list[Problem]) -> SiteInfo:
    if document.root is None:
        # What kept the file from being read is reported already.
        nothing = Text("", "", "site")
        return SiteInfo(title="", url="/", tagline=nothing, description=nothing, languages=(Language("en", True),))
    fields = Fields(document.root, Place(str(document.path)), SITE, problems)
    nodes = fields.sequence("languages")
    if len(nodes) > MOST_LANGUAGES:
        fields.problem(fields.place_of("languages"), f"a site has at most {MOST_LANGUAGES} languages")
    languages = tuple(_language(node, problems) for node in nodes[:MOST_LANGUAGES])
    if languages and sum(language.source for language in languages) != 1:
        fields.problem(fields.place_of("languages"), "exactly one language must have 'source: true'")
        languages = tuple(replace(language, source=rank == 0) for rank, language in enumerate(languages))
    for rank, language in enumerate(languages):
        if language.tag in [other.tag for other in languages[:rank]]:
            fields.problem(language.place, f"language {language.tag!r} stands twice in the list")
    names = fields.scalars("protocols")
    for node in names:
        fields.chosen(node, "protocol", protocols)
    for name in sorted(set(protocols) - {node.value for node in names}) if names else ():
        fields.problem(fields.place_of("protocols"), f"protocol {name!r} has a folder but is not in this list")
    superseded = fields.mapping("superseded", "the table of superseded RFCs")
    site = SiteInfo(
        title=fields.word("title") or "",
        url=_url(fields),
        tagline=fields.needed("tagline", "site"),
        description=fields.needed("description", "site"),
        languages=languages or (Language("en", True),),
        link_style=fields.word("link_style") or "file",
        indexing=fields.word("indexing") or "notable",
        images=fields.word("images") == "yes",
        licence=fields.document("licence", "the licence"),
        search=fields.word("search") == "yes",
        protocols=tuple(node.value for node in names) or protocols,
        superseded=_superseded(superseded),
        host=_host(fields),
        host_place=fields.place_of("host"),
    )
    fields.close()
    return site


def _host(fields: Fields) -> str:
    """The name of a known host; an empty one where none is named."""
    name = fields.word("host") or ""
    if name and name not in known_hosts():
        fields.problem(fields.place_of("host"), f"unknown host {name!r}; known: {listed(known_hosts())}")
        return ""
    return name


def _superseded(fields: Fields) -> dict[str, str]:
    """The table of replaced RFCs, with their last successors."""
    table = {name: fields.word(name) or "" for name in fields.node.items}
    for name, successor in table.items():
        if not (re.fullmatch(_NUMBER, name) and re.fullmatch(_NUMBER, successor)):
            fields.problem(fields.place_of(name), "a replaced RFC and its successor are numbers, like '821': '5321'")
        elif successor in table:
            last = table[successor]
            fields.problem(fields.place_of(name), f"RFC {successor} is replaced itself; write {last}")
    return table


def _url(fields: Fields) -> str:
    url = fields.word("url") or ""
    if url and not re.fullmatch(SITE_ADDRESS, url):
        fields.problem(fields.place_of("url"), f"{url!r} is no base address; write one like https://example.org/codes/")
        return "/"
    return url if url.endswith("/") else f"{url}/"


def _language(node: Node, problems: list[Problem]) -> Language:
    fields = Fields(node, node.place, LANGUAGE, problems)
    tag = fields.word("lang") or "und"
    if not re.fullmatch(TAG, tag) or is_device(tag):
        fields.problem(
            fields.place_of("lang"), f"{tag!r} is no language tag; write one like 'de' or 'pt-BR' (RFC 5646)"
        )
    language = Language(tag, fields.flag("source"), node.place)
    fields.close()
    return language


def _protocol(files: ProtocolFiles, problems: list[Problem]) -> Protocol:
    declared = declaration(files, problems)
    if len(files.codes) > MOST_CODES:
        problems.append(Problem(Place(str(files.folder)), f"a protocol has at most {MOST_CODES:,} codes"))
    codes = [code for document in files.codes if (code := _code(document, declared, problems))]
    by_code = _distinct(codes, problems)
    key = declared.sort_key()
    ordered = {code: replace(by_code[code], rank=rank) for rank, code in enumerate(sorted(by_code, key=key))}
    unread = frozenset(each.stem for each in files.codes) - {code.slug for code in codes}
    found = [_pair(document, declared, ordered, unread, problems) for document in files.pairs]
    curated = [pair for pair in found if pair]
    unread |= {document.stem for document, pair in zip(files.pairs, found, strict=True) if pair is None}
    names = {_pair_name(pair.codes, ordered): pair.codes for pair in curated}
    return Protocol(
        id=declared.id,
        name=declared.name,
        title=declared.title,
        summary=declared.summary,
        sources=declared.sources,
        classes=declared.classes,
        facts=declared.facts,
        codes=ordered,
        curated={pair.codes: pair for pair in sorted(curated, key=lambda pair: [ordered[c].rank for c in pair.codes])},
        pattern=declared.pattern,
        registry=declared.registry,
        featured=_featured(declared, names, unread, problems),
        unread=unread,
        decode=declared.decode,
        place=declared.place,
    )


def _featured(
    declared: Declaration,
    curated: Mapping[str, tuple[str, str]],
    unread: frozenset[str],
    problems: list[Problem],
) -> tuple[tuple[str, str], ...]:
    for node in declared.featured:
        if node.value not in curated and node.value not in unread:
            hint = did_you_mean(node.value, curated)
            problems.append(Problem(node.place, f"unknown pair {node.value!r} in 'featured'; {hint}"))
    return tuple(curated[node.value] for node in declared.featured if node.value in curated)


def _pair_name(pair: Iterable[str], codes: Mapping[str, Code]) -> str:
    """The name of a pair's files, without ending."""
    return "-vs-".join(codes[code].slug for code in pair)


def _distinct(codes: list[Code], problems: list[Problem]) -> dict[str, Code]:
    by_code: dict[str, Code] = {}
    by_slug: dict[str, Code] = {}
    for code in codes:
        first = by_code.setdefault(code.code, code)
        if first is not code:
            problems.append(Problem(code.place, f"code {code.code!r} stands twice; first in {first.place.path}"))
            continue
        other = by_slug.setdefault(code.slug.lower(), code)
        if other is not code:
            message = f"slug {code.slug!r} is also that of code {other.code!r} in {other.place.path}; set another slug"
            problems.append(Problem(code.place, message))
    return by_code


def _code(document: Document, declared: Declaration, problems: list[Problem]) -> Code | None:
    if document.root is None:
        return None
    fields = Fields(document.root, Place(str(document.path)), CODE, problems)
    code = fields.word("code")
    if code is None:
        return None
    if declared.pattern and not word_pattern(declared.pattern).fullmatch(code):
        fields.problem(
            fields.place_of("code"), f"code {code!r} does not match the protocol's pattern {declared.pattern}"
        )
    class_id = next((key for key, item in declared.classes.items() if word_pattern(item.pattern).fullmatch(code)), "")
    if not class_id and declared.classes:
        fields.problem(fields.place_of("code"), f"code {code!r} fits the pattern of no class")
    action, domain = fields.mapping("action", "the actions"), declared.id
    result = Code(
        protocol=domain,
        code=code,
        slug=_slug(fields, document.stem, code),
        phrase=fields.word("phrase") or "",
        title=fields.needed("title", domain),
        summary=fields.needed("summary", domain),
        meaning=fields.needed("meaning", domain),
        when=fields.texts("when", domain),
        action=_actions(action, declared),
        facts=_facts(fields.mapping("facts", "the facts"), declared, class_id),
        class_id=class_id,
        search=fields.text("search", domain),
        wire=fields.wire(),
        sources=fields.sources(),
        refines=fields.word("refines"),
        replaced_by=fields.word("replaced_by"),
        confused_with=tuple(node.value for node in fields.scalars("confused_with")),
        place=fields.place_of("code"),
        places=_places(fields),
    )
    fields.close()
    return result


def _places(fields: Fields) -> dict[str, Place]:
    others = {f"confused_with.{node.value}": node.place for node in fields.scalars("confused_with")}
    return {**fields.node.keys, **others}


def _slug(fields: Fields, stem: str, code: str) -> str:
    slug = fields.word("slug") or default_slug(code)
    place = fields.place_of("slug" if "slug" in fields.node.items else "code")
    reserved = slug.lower() in _RESERVED_SLUGS or slug.lower().endswith((".html", ".json")) or is_device(slug)
    reserved = reserved or len(slug) > LONGEST_SLUG
    if not re.fullmatch(SLUG, slug) or "-vs-" in f"-{slug.lower()}-" or reserved:
        message = f"{slug!r} cannot name the files of code {code!r}; set 'slug' to other letters and digits"
        fields.problem(place, message)
        return re.sub(r"[^a-z0-9]", "", stem.lower()) or "x"
    if stem != slug:
        fields.problem(place, f"code {code!r} has the slug {slug!r}, so its file must be named {slug}.yaml")
    return slug


def _actions(fields: Fields, declared: Declaration) -> Mapping[str, Text]:
    roles = next((fact.values for fact in declared.facts.values() if fact.role == "acts"), {})
    actions = {}
    for name in fields.node.items:
        if name not in roles:
            fields.problem(fields.place_of(name), f"unknown role {name!r} in 'action'; {did_you_mean(name, roles)}")
        elif text := fields.text(name, declared.id, context=f"action.{name}"):
            actions[name] = text
    return {role: actions[role] for role in roles if role in actions}


def _facts(fields: Fields, declared: Declaration, class_id: str) -> Mapping[str, tuple[str, ...]]:
    own: dict[str, tuple[str, ...]] = {}
    for name in fields.node.items:
        fact = declared.facts.get(name)
        if fact is None:
            fields.problem(fields.place_of(name), f"unknown fact {name!r}; {did_you_mean(name, declared.facts)}")
        elif fact.role == "class":
            fields.problem(fields.place_of(name), f"fact {name!r} follows from the code itself; leave it out")
        elif not _is_empty(fields.node.items[name]):
            own[name] = _fact_values(fields, fact)
    filled = _with_implied(own, declared, class_id)
    return {name: filled[name] for name in declared.facts if name in filled}


def _is_empty(node: Node) -> bool:
    """Whether a field was left to be filled in; an empty list says that there is no value."""
    return isinstance(node, ScalarNode) and not node.value.strip()


def _fact_values(fields: Fields, fact: Fact) -> tuple[str, ...]:
    node = fields.node.items[fact.id]
    if isinstance(node, SequenceNode) and not fact.many:
        fields.problem(node.place, f"fact {fact.id!r} takes one value, not a list")
        return ()
    if isinstance(node, MappingNode):
        fields.problem(node.place, f"fact {fact.id!r} takes values, not a mapping")
        return ()
    return tuple(dict.fromkeys(item.value for item in fields.scalars(fact.id) if _is_value(fields, fact, item)))


def _is_value(fields: Fields, fact: Fact, node: ScalarNode) -> bool:
    if fact.open is not None:
        if word_pattern(fact.open).fullmatch(node.value):
            return True
        fields.problem(node.place, f"value {node.value!r} of fact {fact.id!r} does not match {fact.open}")
        return False
    if node.value in fact.values:
        return True
    hint = did_you_mean(node.value, fact.values)
    fields.problem(node.place, f"unknown value {node.value!r} of fact {fact.id!r}; {hint}")
    return False


def _with_implied(own: dict[str, tuple[str, ...]], declared: Declaration, class_id: str) -> dict[str, tuple[str, ...]]:
    """The code's own facts, and those that its class and its values imply where it says nothing itself."""
    filled = dict(own)
    if class_id:
        for fact in declared.facts.values():
            if fact.role == "class":
                filled[fact.id] = (class_id,)
        for name, values in declared.classes[class_id].value.implies.items():
            filled.setdefault(name, values)
    gathered: dict[str, set[str]] = {}
    for name, values in filled.items():
        known = declared.facts[name].values if name in declared.facts else {}
        for value in values:
            for other, implied in known[value].implies.items() if value in known else ():
                if other not in filled:
                    gathered.setdefault(other, set()).update(implied)
    for name, found in gathered.items():
        order = declared.facts[name].values if name in declared.facts else {}
        filled[name] = tuple(value for value in order if value in found)
    return filled


def _pair(
    document: Document,
    declared: Declaration,
    codes: Mapping[str, Code],
    unread: frozenset[str],
    problems: list[Problem],
) -> CuratedPair | None:
    if document.root is None:
        return None
    fields = Fields(document.root, Place(str(document.path)), PAIR, problems)
    names = [node.value for node in fields.scalars("codes")]
    domain, place = declared.id, fields.place_of("codes")
    pair = CuratedPair(
        codes=(names[0], names[1]) if len(names) == 2 else ("", ""),
        verdict=fields.needed("verdict", domain),
        difference=fields.needed("difference", domain),
        guidance=fields.needed("guidance", domain),
        wire=fields.wire(),
        sources=fields.sources(),
        place=place,
    )
    fields.close()
    if len(names) != 2 or names[0] == names[1]:
        fields.problem(place, "field 'codes' must list two different codes")
        return None
    unknown = [name for name in names if name not in codes]
    for node in fields.scalars("codes"):
        if node.value in unknown and default_slug(node.value) not in unread:
            fields.problem(node.place, f"unknown code {node.value!r}; {did_you_mean(node.value, codes)}")
    return None if unknown or not _in_order(pair, codes, fields, document.path) else pair


def _in_order(pair: CuratedPair, codes: Mapping[str, Code], fields: Fields, path: Path) -> bool:
    ordered = sorted(pair.codes, key=lambda code: codes[code].rank)
    name = f"{_pair_name(ordered, codes)}.yaml"
    if list(pair.codes) != ordered:
        fields.problem(pair.place, f"codes stand in the wrong order; write [{', '.join(ordered)}] in a file {name}")
        return False
    if path.name != name:
        fields.problem(pair.place, f"the file of this pair must be named {name}")
        return False
    return True
