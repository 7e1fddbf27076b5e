"""What hosts have to know of a site: the headers of its files, configurations, limits."""

__all__: list[str] = []
