"""A site served while it is edited: pages are rendered when asked for, tabs reloaded, errors shown where one looks.

What is served are the bytes that a build writes, with one script tag more at the end of each page. `desk` holds the
site and what is wrong with it, `ahead` reads catalogues while the server starts, `editors` knows where a page was
written, `checking` asks what a check warns of, `app` answers requests and watches files.
"""

__all__: list[str] = []
