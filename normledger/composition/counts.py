"""Numbers that open: a count or a share together with the acts that it counts."""

from collections.abc import Iterable
from dataclasses import dataclass

from normledger.composition.context import Support
from normledger.identifiers import Hash


@dataclass(frozen=True, slots=True)
class Count:
    """A number and all acts that it counts."""

    value: int
    acts: tuple[Hash, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """An exact fraction of pairs, with the acts behind the held ones; printed unreduced, ``6/21``."""

    held: int
    possible: int
    acts: tuple[Hash, ...]

    def __str__(self) -> str:
        return f"{self.held}/{self.possible}"


def acts_of(supports: Iterable[Support]) -> tuple[Hash, ...]:
    """All acts behind these supports, sorted, each once."""
    return tuple(sorted({act for one in supports for act in one.acts}))
