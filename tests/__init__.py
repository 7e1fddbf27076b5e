"""Tests of the package; each module of `codepairs` has a file of its own here."""
