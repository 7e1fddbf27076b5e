"""Measures the build beside Hugo and beside writing the same bytes: `python3 run.py bench`.

words          texts with invented words
catalogue      content and translations of any size, from the texts of the real content
hugo_messages  the messages of the interface that the Hugo site shows
hugo_data      a catalogue as the data of the Hugo site in benchmarks/hugo
compare        whether two built sites show the same pages
bare           writes the bytes of a built site and does nothing else
measure        time and memory of a run
programs       what is measured: commands and catalogues
serving        how long an author waits for a page of `serve`
report         rounds -> medians, ratios, a table
"""
