"""Hostile input, made by a fuzzer: what the loaders, Markdown and the reader of patterns do with it.

`targets` says what must hold of any input; the ordinary tests replay the cases of `tests/data/corpus` through it, and
`python -m fuzz TARGET` has Atheris look for new ones.
"""
