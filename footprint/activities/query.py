"""Requests to a model, or to a product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, cast

from footprint.activities.activity import Activity
from footprint.activities.amounts import MEDIA
from footprint.errors import UsageError
from footprint.units import Quantity


@dataclass(frozen=True, kw_only=True)
class Query(Activity):
    """One or many requests to a model, or to a product such as ``chatgpt``; tokens are those of all of them.

    >>> Query(model="gpt-4o", output_tokens=400).output_tokens
    <Quantity(400.0, 'token')>
    """

    kind: ClassVar[str] = "query"

    model: str | None = None
    requests: Quantity | str | float = 1
    #: tokens read that no cache held, of all requests together
    input_tokens: Quantity | str | float | None = None
    #: tokens read that a cache held, beside the input tokens
    cached_tokens: Quantity | str | float | None = None
    #: tokens read and kept in a cache, beside the input tokens
    cache_write_tokens: Quantity | str | float | None = None
    #: tokens of the answers
    output_tokens: Quantity | str | float | None = None
    #: tokens of reasoning, beside the output tokens
    reasoning_tokens: Quantity | str | float | None = None
    #: requests that are served at once
    batch_size: Quantity | str | float | None = None
    #: what serves the model
    accelerator: str | None = None
    energy_per_request: Quantity | str | None = None
    #: pictures made, of all requests together
    images: Quantity | str | float | None = None
    #: pixels of one picture, or of one frame of a video, such as ``1024x1024``
    size: Quantity | str | None = None
    #: steps of the diffusion
    steps: Quantity | str | float | None = None
    #: length of the video made, of all requests together
    video_seconds: Quantity | str | float | None = None
    frame_rate: Quantity | str | float | None = None
    #: instead of tokens or pictures: what the accelerators were reserved for
    accelerator_hours: Quantity | str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.model is None and self.energy_per_request is None:
            raise UsageError("a query needs a model or a product, such as 'gpt-4o' or 'chatgpt', or its own energy.")
        if self.energy_per_request is not None and self.has_tokens:
            raise UsageError("give either tokens or an energy per request, not both.")
        for whole, parts in (
            ("input_tokens", ("cached_tokens", "cache_write_tokens")),
            ("output_tokens", ("reasoning_tokens",)),
        ):
            part = next((name for name in parts if getattr(self, name)), None)
            if part and getattr(self, whole) is None:
                raise UsageError(f"{part} stand beside {whole}: give these too, 0 if there were none.")
        if self.energy_per_request is not None and (self.has_media or self.accelerator_hours is not None):
            raise UsageError("an energy per request is counted by requests alone: leave out what was made, and hours.")
        if self.images is not None and self.video_seconds is not None:
            raise UsageError("a query makes pictures or video: give --images or --video-seconds, and a query for each.")
        if self.has_tokens and cast("Quantity", self.requests).magnitude == 0:
            raise UsageError("requests: 0 was given, and tokens; no request has no tokens: leave one of them out.")

    @property
    def has_tokens(self) -> bool:
        """Tell whether any tokens were stated: a part of them that is zero says nothing of the whole."""
        return self.input_tokens is not None or self.output_tokens is not None

    @property
    def has_media(self) -> bool:
        """Tell whether anything was stated of pictures or video that were made."""
        return any(getattr(self, name) is not None for name in MEDIA)
