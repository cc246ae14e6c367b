"""Who serves a model, and where, as gateways and traces write it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

#: Names of clouds that serve models of others, to their ids in the catalogue. Any other host is left to the model.
_CLOUDS = {
    "aws": (
        "bedrock",
        "bedrock_converse",
        "sagemaker",
        "amazon bedrock",
        "amazon-bedrock",
        "aws.bedrock",
        "aws_bedrock",
    ),
    "azure": (
        "azure",
        "azure_ai",
        "azure_text",
        "azure.ai.openai",
        "azure.ai.inference",
        "az.ai.openai",
        "az.ai.inference",
    ),
    "gcp": (
        "vertex_ai",
        "vertex_ai_beta",
        "gemini",
        "google",
        "google vertex",
        "google ai studio",
        "gcp.vertex_ai",
        "gcp.gemini",
        "gcp.gen_ai",
        "vertexai",
    ),
}
#: Addresses that name the region of the service, as a pattern, and its cloud.
_ADDRESSES = (
    (r"bedrock[a-z-]*\.([a-z]{2}(?:-[a-z]+)+-[0-9])\.amazonaws\.com", "aws"),
    (r"([a-z]+-[a-z]+[0-9])-aiplatform\.googleapis\.com", "gcp"),
    (r"//([a-z]+[0-9]?)\.api\.cognitive\.microsoft\.com", "azure"),
)


def cloud(name: Any) -> pl.Expr:
    """Return the id of the cloud that a source names; null where it is none of them."""
    import polars as pl

    host, folded = pl.lit(None, dtype=pl.String), name.str.to_lowercase()
    for id, names in _CLOUDS.items():
        host = pl.when(folded.is_in(list(names))).then(pl.lit(id)).otherwise(host)
    return host


def region_of(address: Any) -> pl.Expr:
    """Return the cloud region that the address of a service names; null where it names none."""
    import polars as pl

    found = [pl.lit(f"{id}:") + address.str.extract(pattern, 1) for pattern, id in _ADDRESSES]
    return pl.coalesce(found)
