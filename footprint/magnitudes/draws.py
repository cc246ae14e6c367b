"""Draws as a magnitude: an equation read with the whole distribution of its factors.

A magnitude holds one row of draws for each distinct value, and says which row each combination of factors takes. Sixty
models in a hundred and twenty regions are 7,200 combinations, but the energy of a token has sixty rows, and a grid has
one: each product is computed once for each distinct pair of rows, and what shares a factor shares its error.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]


class Draws:
    """Draws of a value in several combinations.

    >>> energy = Draws(np.array([0, 0, 1]), np.array([[1.0, 2.0], [10.0, 20.0]]))
    >>> grid = Draws(np.array([0, 1, 1]), np.array([[100.0], [200.0]]))
    >>> (energy * grid).rows().tolist()
    [[100.0, 200.0], [200.0, 400.0], [2000.0, 4000.0]]
    """

    __slots__ = ("codes", "table")
    #: NumPy leaves operations with its own scalars to this class.
    __array_ufunc__ = None

    def __init__(self, codes: Codes, table: Floats) -> None:
        #: for each combination, its row of the table
        self.codes = codes
        #: distinct rows of draws; a single column stands for a value without a range
        self.table = table

    @classmethod
    def single(cls, draws: Floats) -> Draws:
        """Return the draws of a value that is the same in all combinations."""
        return cls(_ONE, np.atleast_2d(draws))

    def rows(self) -> Floats:
        """Return the draws, a row for each combination."""
        rows: Floats = self.table[self.codes]
        return rows

    def codes_of(self, count: int) -> Codes:
        """Return the row of the table for each of ``count`` combinations, also where they all share one."""
        return np.zeros(count, dtype=np.intp) if self.codes is _ONE else self.codes

    def _apply(self, sign: Callable[[Any, Any], Any], other: Any, swapped: bool = False) -> Any:
        if isinstance(other, (int, float)):
            return Draws(self.codes, sign(other, self.table) if swapped else sign(self.table, other))
        if not isinstance(other, Draws):
            return NotImplemented
        left, right = (other, self) if swapped else (self, other)
        if left.codes is right.codes:
            return Draws(left.codes, sign(left.table, right.table))
        if left.codes is _ONE or right.codes is _ONE:
            return Draws(right.codes if left.codes is _ONE else left.codes, sign(left.table, right.table))
        pairs, codes = np.unique(left.codes * len(right.table) + right.codes, return_inverse=True)
        first, second = np.divmod(pairs, len(right.table))
        return Draws(codes, sign(left.table[first], right.table[second]))

    def __add__(self, other: Any) -> Any:
        return self._apply(operator.add, other)

    def __radd__(self, other: Any) -> Any:
        return self._apply(operator.add, other, swapped=True)

    def __sub__(self, other: Any) -> Any:
        return self._apply(operator.sub, other)

    def __rsub__(self, other: Any) -> Any:
        return self._apply(operator.sub, other, swapped=True)

    def __mul__(self, other: Any) -> Any:
        return self._apply(operator.mul, other)

    def __rmul__(self, other: Any) -> Any:
        return self._apply(operator.mul, other, swapped=True)

    def __truediv__(self, other: Any) -> Any:
        return self._apply(operator.truediv, other)

    def __rtruediv__(self, other: Any) -> Any:
        return self._apply(operator.truediv, other, swapped=True)

    def __pow__(self, other: Any) -> Any:
        return self._apply(operator.pow, other)

    def __rpow__(self, other: Any) -> Any:
        return self._apply(operator.pow, other, swapped=True)


#: The codes of a value that all combinations share.
_ONE: Codes = np.zeros(1, dtype=np.intp)
