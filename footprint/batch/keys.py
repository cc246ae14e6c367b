"""The keys of groups, column by column: millions of groups share a few thousand values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.intp]

#: Numbers of groups stay below this.
_LARGEST = 2**62


class Keys(Sequence[tuple[Any, ...]]):
    """The key of each group, as a list of tuples would have them.

    >>> keys = Keys.of([("A", 1), ("B", 1)])
    >>> keys[1], list(keys), keys.column(1)
    (('B', 1), [('A', 1), ('B', 1)], ([1], array([0, 0])))
    """

    __slots__ = ("_columns", "_count")

    def __init__(self, columns: Sequence[tuple[list[Any], Codes]], count: int) -> None:
        self._columns = tuple(columns)
        self._count = count

    @classmethod
    def of(cls, keys: Sequence[tuple[Any, ...]]) -> Keys:
        """Return keys as they are, or those of a list of tuples."""
        if isinstance(keys, Keys):
            return keys
        return cls([coded(values) for values in zip(*keys, strict=True)], len(keys))

    def column(self, place: int) -> tuple[list[Any], Codes]:
        """Return the distinct values of a column, and the place among them of each group's."""
        return self._columns[place]

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> tuple[Any, ...]: ...

    @overload
    def __getitem__(self, place: slice) -> list[tuple[Any, ...]]: ...

    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, slice):
            return [self[number] for number in range(*place.indices(self._count))]
        if not -self._count <= place < self._count:
            raise IndexError(place)
        return tuple(labels[codes[place]] for labels, codes in self._columns)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        if not self._columns:
            return iter([()] * self._count)
        return zip(*([labels[code] for code in codes.tolist()] for labels, codes in self._columns), strict=True)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Keys.of({list(self)!r})"


def coded(values: Sequence[Any]) -> tuple[list[Any], Codes]:
    """Return the distinct values, in the order in which they are met, and the place among them of each."""
    numbers: dict[Any, int] = {}
    codes = np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.intp)
    return list(numbers), codes


def met(values: Sequence[Any], codes: Codes) -> tuple[list[Any], Codes]:
    """Return values and codes without the values that no code stands for.

    >>> met(["A", "B", "C"], np.array([2, 0]))
    (['A', 'C'], array([1, 0]))
    """
    found, new = np.unique(codes, return_inverse=True)
    return [values[code] for code in found], new


def numbered(codes: Sequence[Codes], sizes: Sequence[int], count: int) -> tuple[Codes, Codes]:
    """Return the first of each distinct combination of codes, and for each of ``count`` rows the number of its own.

    >>> numbered([np.array([0, 1, 0]), np.array([1, 1, 1])], [2, 2], 3)
    (array([0, 1]), array([0, 1, 0]))
    """
    number, most = np.zeros(count, dtype=np.intp), 1
    for own, size in zip(codes, sizes, strict=True):
        if most * max(size, 1) > _LARGEST:
            found, number = np.unique(number, return_inverse=True)
            most = max(len(found), 1)
        number = number * max(size, 1) + own
        most *= max(size, 1)
    if most <= max(4 * count, 1024):  # few possible ones: counted, not sorted
        first = np.full(most, count, dtype=np.intp)
        first[number[::-1]] = np.arange(count - 1, -1, -1, dtype=np.intp)
        met = np.flatnonzero(first < count)
        place = np.zeros(most, dtype=np.intp)
        place[met] = np.arange(len(met))
        return first[met], place[number]
    _, first, number = np.unique(number, return_index=True, return_inverse=True)
    return first, number
