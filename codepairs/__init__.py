"""Codepairs: a generator of multilingual reference sites for protocol codes.

The modules in the order data flows; each imports only from those above it:

errors       Problem, Place; the exceptions
limits       how much of anything is read, and why so much
characters   what no text may hold
reading      files of bounded size, inside their folder -> bytes                     reads
report       problems as text with excerpts, as annotations, as JSON                 reads
settings     Settings: every option of a run
steps        how many steps a part of a regular expression can take at worst
patterns     the regular expressions that Python and browsers read alike
model        Catalogue, Protocol, Code, CuratedPair, Text: frozen values, no I/O
relations    how two codes relate, by the roles of their facts
urls         the only place that spells a URL or an output path
hosting      what hosts have to know: headers, configuration, limits                 reads
load         content files -> Documents: YAML nodes with line and column             reads
shapes       the fields of every content file
fields       typed getters over a YAML mapping, noting problems
declare      protocol.yaml -> the declarations of a protocol
hosts        hosts.yaml -> where a site can be put; what of a site does not fit      reads
decoding     a text -> the codes in it, by the forms that protocols declare
validate     Documents -> Catalogue, collecting Problems
editing      the shapes of content -> JSON Schemas for editors
links        the addresses that content names, and the form they have
rules        rules over the whole Catalogue, listed in RULES
freshness    what a check lists of each registry
po           PO files -> their messages                                              reads
translate    messages -> a Translator for each language                              reads
prose        passages -> safe HTML in one language
assets       style sheets and other files -> Assets                                  reads
templates    the Jinja environment of a language; digests                            reads
indexing     records -> the files of a search index, by Pagefind                     runs
compose      pages of one form as their template made it, with places to fill
plan         Site, Batch, Page, PageKind, OutputKind, Plan
pages        one module per page kind, and what they are composed of; PAGE_KINDS
render       pages -> HTML
trial        some pages, rendered to see whether the templates hold
outputs      files derived from the plan: assets, data, pictures, search, sitemap; OUTPUTS
changes      what files depend on, and what of it has changed                        reads
lock         one build at a time in a folder                                         writes
staging      what a build writes before any of it is seen                            reads, writes
write        a folder: atomic, only if changed; removals                             writes
dictionary   what the pages of a language have in common, for compression               reads, writes
compress     compressed copies of files, beside them
stores       other places: an archive, an object store                               reads, writes
manifest     what the last run left, line by line                                    reads, writes
foreign      files in the output that no build has made                              reads
execute      jobs on any Executor, in processes                                      runs
cluster      the same jobs on a Dask cluster                                         runs
watch        Watcher: what a build tells while it goes on
work         plan x manifest -> what has to be made, what goes, and why              reads
pipeline     build(): the story
wording      what is wrong with a text: by itself, and as a translation
glossary     terms, and how each language says them                                  reads
spelling     words -> those that no dictionary knows                                 reads, writes
proofread    the texts of a site, checked by all of these                            reads
extraction   content and templates -> the messages that translators see             reads
catalogues   messages: extract, update, status                                       reads, writes
new          skeletons of codes, pairs, protocols, languages; schemas for editors     reads, writes
preview      what lies at an address of a site, made when it is asked for
online       addresses -> those that nothing answers at                                runs
inspect      checks of a built site                                                  reads
console      what the command line shows of a build
publishing   what brings a site to its host: workflows, settings, a command             reads
serve        a site served while it is edited: preview, errors, editor, reload      runs
stopping     a program that is told to stop
commands     one module for commands that belong together; COMMANDS
cli          the command line
"""

__version__ = "0.1.0"
