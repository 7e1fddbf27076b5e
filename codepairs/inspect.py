from __future__ import annotations


def site_problems(output, site):
    return []
