"""What can go wrong with the desk's own storage, each as one sentence for a person."""

from __future__ import annotations

from collections.abc import Callable


class StoreError(Exception):
    """Storage cannot do what was asked. `template` is Indonesian and a key of the catalogues."""

    def __init__(self, template: str, **values: str) -> None:
        self.template = template
        self.values = values
        super().__init__(template.format(**values))

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        """The sentence in the reader's language."""
        return translate(self.template).format(**self.values)


class StoreClosed(StoreError):
    """The store was closed before this could run; nothing of it was written."""


class Superseded(Exception):
    """A newer read of the same lane took the place of this one; drop it in silence."""


class OffThread(RuntimeError):
    """A query outside the store's own threads: a mistake of ours, never of the person."""
