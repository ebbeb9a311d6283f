"""Expressions on a still photo from its 68 landmarks: no weights, no GPU.

What it offers is imported when it is asked for: a run is planned without it,
and it takes a quarter of a second.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submod_attrs={"editing": ["apply", "edit"], "face": ["Face"]}
)
