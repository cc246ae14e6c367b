"""Frames of Apache Spark: the plan becomes one of Spark's own, and Spark runs it where the rows are.

Only the distinct keys come here, and only the lookup goes back, to every executor. All is said in functions of Spark's,
never in SQL. Signs are chosen so that its rules (case, time zone of the session, strict casts) change no figure.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from footprint.batch.engines import DATE, DAY, FramesOnly, arrow_table
from footprint.errors import DataError, clipped
from footprint.intake.cells import NUMBER

#: Signs that Spark takes for a path into a nested column or for a quote, and what stands for them while a plan is laid.
_STANDS_FOR = str.maketrans({".": "\u2024", "`": "\u02cb"})


class SparkEngine(FramesOnly):
    """Frames of PySpark, of a session of its own or of one that it is connected to."""

    name = "spark"
    # A division that may be by zero names its parts five times, and equations divide what others divided.
    stepwise = True

    def __init__(self, *, connect: bool = False) -> None:
        # One module for each way to reach Spark, with the same functions.
        self._functions: Any = import_module("pyspark.sql.connect.functions" if connect else "pyspark.sql.functions")

    def named(self, frame: Any) -> tuple[Any, dict[str, str]]:
        """Return the frame with names that mean one column each, and what they were called before."""
        new: dict[str, str] = {}
        taken: set[str] = set()
        for name in frame.columns:
            if name in new:
                raise DataError(f"two columns are called '{clipped(name)}'; rename one.")
            own = name.translate(_STANDS_FOR)
            while own.casefold() in taken:
                own += "_"
            taken.add(own.casefold())
            new[name] = own
        changed = {own: name for name, own in new.items() if own != name}
        return (frame.toDF(*new.values()) if changed else frame), changed

    def renamed(self, frame: Any, before: Mapping[str, str]) -> Any:
        """Return the frame whose columns have the names that they had before."""
        return frame.toDF(*(before.get(name, name) for name in frame.columns)) if before else frame

    def numbers(self, frame: Any, names: Sequence[str]) -> Any:
        """Read numbers from text columns."""
        functions = self._functions

        def read(name: str) -> Any:
            text = self._stripped(name)
            return functions.when(self._holds(text, NUMBER), text.try_cast("double"))

        return frame.withColumns({name: read(name) for name in names}) if names else frame

    def day(self, frame: Any, zoned: bool = False) -> Any:
        """Add the day of the column ``date``."""
        functions = self._functions
        if zoned:
            # Counted from the seconds, so that the time zone of the session plays no part.
            seconds = functions.unix_seconds(functions.col("date"))
            day = functions.date_from_unix_date(functions.floor(seconds / 86_400).cast("int"))
        else:
            text = self._stripped("date")
            day = functions.when(self._holds(text, DATE), functions.substring(text, 1, 10).try_cast("date"))
        return frame.withColumn(DAY, day)

    def attach(self, frame: Any, lookup: Mapping[str, Sequence[Any]], keys: Sequence[str]) -> Any:
        """Join the lookup, which goes to every executor, so that no row has to move."""
        table = frame.sparkSession.createDataFrame(arrow_table(lookup))
        return frame.join(self._functions.broadcast(table), on=list(keys), how="left")

    def _stripped(self, name: str) -> Any:
        functions = self._functions
        return functions.btrim(functions.col(name), functions.lit(string.whitespace))

    def _holds(self, text: Any, pattern: str) -> Any:
        """Tell whether a text has a pattern; Java ends a text before a last line break, if not told otherwise."""
        return text.rlike(pattern.replace("$", r"\z"))
