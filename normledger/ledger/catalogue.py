"""A mapping whose entries are made when they are asked for, one by one or all at once.

Belongs here: the mapping. Does not belong here: what its entries are.
"""

from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping, Sequence, ValuesView
from typing import TypeVar

from normledger.identifiers import Hash

K = TypeVar("K", bound=Hash)
V = TypeVar("V")


class Catalogue(Mapping[K, V]):
    """Entries by hash, in the order of `keys`.

    `find` makes one entry, or None where there is none; `has` tells whether there is one, `count` how many; `prepare`
    is called before all are made one by one, or `everything` makes them.
    """

    def __init__(
        self,
        find: Callable[[Hash], V | None],
        has: Callable[[Hash], bool],
        keys: Callable[[], Sequence[K]],
        count: Callable[[], int],
        prepare: Callable[[], None] | None = None,
        everything: Callable[[], dict[K, V]] | None = None,
    ) -> None:
        self._find, self._has, self._list, self._count = find, has, keys, count
        self._prepare, self._everything = prepare, everything
        self._made: dict[Hash, V] = {}
        self._there: dict[Hash, bool] = {}
        self._order: Sequence[K] | None = None
        self._complete: dict[K, V] | None = None

    def __getitem__(self, key: Hash) -> V:
        """The entry. Raises `KeyError`."""
        if key not in self._made:
            found = self._find(key)
            if found is None:
                raise KeyError(key)
            self._made[key] = found
        return self._made[key]

    def __contains__(self, key: object) -> bool:
        if not isinstance(key, bytes) or len(key) != 32:
            return False
        if key in self._made:
            return True
        if self._complete is not None:
            return False
        if key not in self._there:  # as of a block this never changes
            self._there[Hash(key)] = self._has(Hash(key))
        return self._there[Hash(key)]

    def __iter__(self) -> Iterator[K]:
        if self._order is None:
            self._order = self._list()
        return iter(self._order)

    def __len__(self) -> int:
        return self._count() if self._order is None else len(self._order)

    def values(self) -> ValuesView[V]:
        """All entries."""
        return self._all().values()

    def items(self) -> ItemsView[K, V]:
        """All keys with their entries."""
        return self._all().items()

    def of(self, keys: Sequence[K], make: Callable[[Sequence[K]], Iterable[tuple[K, V]]]) -> list[V]:
        """The entries of these keys, of which there is one each; `make` makes those together that are not made yet."""
        if missing := [key for key in keys if key not in self._made]:
            self._made |= dict(make(missing))
        return [self._made[key] for key in keys]

    def _all(self) -> dict[K, V]:
        if self._complete is None:
            if self._everything is not None:
                for key, entry in self._everything().items():
                    self._made.setdefault(key, entry)
            elif self._prepare is not None:
                self._prepare()
            self._complete = {key: self[key] for key in self}
        return self._complete
