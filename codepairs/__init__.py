"""Codepairs: a generator of multilingual reference sites for protocol codes.

The modules in the order data flows; each imports only from those above it:

errors       Problem, Place; the exceptions
settings     Settings: every option of a run
model        Catalogue, Protocol, Code, CuratedPair, Text: frozen values, no I/O
relations    how two codes relate, by the roles of their facts
urls         the only place that spells a URL or an output path
load         content files -> Documents: YAML nodes with line and column             reads
fields       typed getters over a YAML mapping, noting problems
declare      protocol.yaml -> the declarations of a protocol
validate     Documents -> Catalogue, collecting Problems
rules        rules over the whole Catalogue, listed in RULES
translate    PO files -> a Translator for each language                              reads
prose        passages -> safe HTML in one language
assets       style sheets and other files -> Assets                                  reads
templates    the Jinja environment of a language; digests                            reads
compose      a page as its template made it, with places to fill
plan         Site, Page, PageKind, Plan
pages        one module per page kind; PAGE_KINDS
render       Page -> HTML
outputs      files derived from the plan: assets, data, sitemap; OUTPUTS
changes      which pages are stale, and why                                          reads
write        atomic, only if changed; manifest; removals                             writes
execute      batches on any Executor                                                 runs
pipeline     build() and check(): the story
proofread    the rules of a language, checked in its texts                           reads
catalogues   messages: extract, update, status                                       reads, writes
inspect      checks of a built site                                                  reads
cli          the command line
"""

__version__ = "0.1.0"
