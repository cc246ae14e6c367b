"""What a bill sells, from the words of its meters: instances with accelerators, accelerators, and tokens.

Bills name no model and no machine in a column of their own: their meters say ``BoxUsage:p4d.24xlarge``,
``ND96asr A100 v4`` or ``gpt 4o 0806 Inp glbl``. What these words do not say is not guessed.
"""

from __future__ import annotations

from typing import Any

#: Families of machines that hold accelerators, as AWS writes their types.
_AWS = (
    r"(?:p[2-9][a-z]*(?:-[a-z]*[0-9]+)?|g[3-9][a-z]*|gr6[a-z]*|trn[0-9][a-z]*|inf[0-9]|dl[0-9][a-z]*)"
    r"\.(?:metal(?:-[a-z0-9]+)?|[0-9]*xlarge|[a-z]*large|medium|small)"
)
_AZURE = (
    r"(?:standard_)?n[cdv][0-9]+[a-z]*(?:[_ ](?:a10|a100|h100|h200|t4|v710|mi300x|gb200|gb300|b200|rtxpro6000[a-z]*))?"
    r"(?:[_ ]v[0-9]+)?"
)
_GCP = r"(?:a2|a3|a4|a4x|g2|g4|ct4p|ct5lp|ct5p|ct6e)-[a-z]+-[0-9]+[gt]?"
#: The type stands between signs that are no part of a name.
INSTANCE = rf"(?i)(?:^|[^a-z0-9])({_AWS}|{_GCP}|{_AZURE})(?:$|[^a-z0-9])"
#: Accelerators that are sold by the hour, apart from the machine that they are in.
ACCELERATOR = (
    r"(?i)\b(gb200|gb300|b200|b300|h200|h100|a100(?: 80 ?gb)?|l40s|l40|l4|t4|v100|p100|p4|k80|a10g|a10|mi300x|"
    r"rtx pro 6000|tpu[ -]?v[0-9][a-z]*)\b"
)
#: Hours that another row bills as well: those of software, of a surcharge, of capacity that nobody used.
_AGAIN = (
    r"(?i)\bmbps\b|ebsoptimized|software|unused|reservation:|dedicatedres|elastic ?mapreduce|eks-auto|surcharge|"
    r"licen[cs]e|windows server|commitment v[0-9]|support|cpucredits"
)
_TOKENS = r"(?i)\btokens?\b"
_THOUSANDS = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "b": 1e9, "billion": 1e9}
#: Hours of what is sold by the hour: '1 Hour', 'Hrs', 'Units/Hour', 'GPU Hours'.
_HOURS = r"(?i)^(?:([0-9][0-9.,]*) ?)?(?:units?/|instance[- ]|gpu[- ]|accelerator[- ]|gpu per )?(?:h|hr|hrs|hours?)$"
_SECONDS = r"(?i)^(?:([0-9][0-9.,]*) ?)?(?:gpu[- ])?(?:s|sec|secs|seconds?)$"
_MINUTES = r"(?i)^(?:([0-9][0-9.,]*) ?)?(?:gpu[- ])?(?:min|mins|minutes?)$"

READ, WRITTEN, CACHED, KEPT = "input_tokens", "output_tokens", "cached_tokens", "cache_write_tokens"
_DIRECTIONS = (
    (KEPT, r"(?i)cache[ _-]*(?:write|creation|storage)|cache ?wr"),
    (CACHED, r"(?i)cache[d]?[ _-]*(?:read|hit|in)|cch?d|cached"),
    (WRITTEN, r"(?i)out(?:p|pt|put)?(?:[^a-z]|$)|completion|generated|response|output"),
    (READ, r"(?i)inp(?:ut|t)?(?:[^a-z]|$)|prompt|input|embedding|\bin\b"),
)
#: Words of a meter that are no part of a model's name.
_NO_NAME = (
    r"^(?:[A-Z]{2,4}[0-9]|EU)-(?:MP:)?",
    r"(?i)(?:cache[d]?[ _-]*(?:read|write|hit|creation|storage|input|inp|in)?|cch?d)(?:[ _-]*(?:input|inp))?"
    r"(?:[ _-]*tokens?)?(?:[ _-]*count)?",
    r"(?i)[ _-](?:input|inpt|inp|in|outp|output|outpt|out|opt|prompt|completion)\b(?:[ _-]*tokens?)?(?:[ _-]*count)?",
    r"(?i)[ _-](?:1[km]|[km]|text|global|glbl|gl|regional|regnl|rgnl|data ?zone|data-zone|dzone|dz|batch|standard|std|"
    r"provisioned|on[ -]demand|cross[ -]region|flex|priority|mantle|latency[ -]optimi[sz]ed|custom[ -]model|tokens?|"
    r"units|predictions?|model|ft|msft)\b",
    r"[ _-](?:[01][0-9][0-3][0-9]|20[0-9]{6})\b",
    r"(?i) *\(amazon bedrock edition\)",
)


def instance(text: Any) -> Any:
    """Return the type of a machine with accelerators that a text names, as the catalogue writes it."""
    found = text.str.extract(INSTANCE, 1).str.to_lowercase()
    return found.str.replace(r"^standard_", "").str.replace_all(" ", "_")


def accelerator(text: Any) -> Any:
    """Return the accelerator that a text names."""
    return text.str.extract(ACCELERATOR, 1)


def again(text: Any) -> Any:
    """Tell whether the hours of a row are those of a machine that another row bills."""
    return text.str.contains(_AGAIN).fill_null(value=False)


def hours(unit: Any) -> Any:
    """Return the hours that one of a unit is; blank where it is no time."""
    import polars as pl

    found: Any = pl.lit(None, dtype=pl.Float64)
    for pattern, each in ((_HOURS, 1.0), (_MINUTES, 1 / 60), (_SECONDS, 1 / 3600)):
        times = unit.str.extract(pattern, 1).str.replace_all(",", "").cast(pl.Float64, strict=False).fill_null(1.0)
        found = pl.when(unit.str.contains(pattern)).then(times * each).otherwise(found)
    return found


def tokens(unit: Any) -> Any:
    """Return the tokens that one of a unit is: '1000 Tokens', '1K tokens', 'Million Input Tokens'; blank for none."""
    import polars as pl

    bare = unit.str.strip_chars().str.replace(
        r"(?i)[ /-]*(?:input|output|cached|cache read|cache write)? *tokens?$", ""
    )
    number = bare.str.extract(r"^([0-9][0-9.,]*)", 1).str.replace_all(",", "").cast(pl.Float64, strict=False)
    word = bare.str.extract(r"(?i)^[0-9.,]* *([a-z]+)$", 1).str.to_lowercase()
    times = word.replace_strict(_THOUSANDS, default=None, return_dtype=pl.Float64)
    sound = bare.str.contains(r"(?i)^[0-9.,]* *(k|thousand|m|million|b|billion)?$")
    each = number.fill_null(1.0) * times.fill_null(1.0)
    return pl.when(unit.str.contains(_TOKENS) & sound).then(each)


def direction(text: Any) -> Any:
    """Return which tokens a meter counts, as the canonical column is called; blank where it does not say."""
    import polars as pl

    found: Any = pl.lit(None, dtype=pl.String)
    for name, pattern in reversed(_DIRECTIONS):
        found = pl.when(text.str.contains(pattern)).then(pl.lit(name)).otherwise(found)
    return found


def model(text: Any) -> Any:
    """Return what a meter says of the model, the words of the meter itself left out."""
    bare = text
    for pattern in _NO_NAME:
        bare = bare.str.replace_all(pattern, " ")
    bare = bare.str.strip_chars(" -_:/").str.replace_all(r"[\s_]+", "-")
    # 'Claude3.5Sonnet' and 'NovaPro' stand for names with hyphens; 'Llama3-1-70B' for one with a point.
    bare = bare.str.replace_all(r"([A-Za-z]{2,})([0-9])", "${1}-${2}").str.replace_all(
        r"([0-9])([A-Z][a-z])", "${1}-${2}"
    )
    bare = bare.str.replace_all(r"([a-z])([A-Z])", "${1}-${2}").str.replace(r"(-[0-9])-([0-9])(-|$)", "${1}.${2}${3}")
    return (
        bare.str.replace(r"(?i)(4o|4\.1)(mini|nano)", "${1}-${2}").str.replace_all(r"-{2,}", "-").str.strip_chars("-")
    )
