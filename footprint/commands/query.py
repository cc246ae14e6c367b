"""``footprint query``."""

from __future__ import annotations

from typing import Any

import click

from footprint.commands.options import Estimating, amount_option, setting_options


@click.command(cls=Estimating)
@click.argument("model", required=False)
@amount_option("--input-tokens", amount="input_tokens", metavar="N", help="Tokens read, of all requests together.")
@amount_option("--cached-tokens", amount="cached_tokens", metavar="N", help="Tokens read from a cache, beside these.")
@amount_option(
    "--cache-write-tokens",
    amount="cache_write_tokens",
    metavar="N",
    help="Tokens read and kept in a cache, beside these.",
)
@amount_option("--output-tokens", amount="output_tokens", metavar="N", help="Tokens of the answers.")
@amount_option(
    "--reasoning-tokens", amount="reasoning_tokens", metavar="N", help="Tokens of reasoning, beside the answers."
)
@amount_option(
    "--batch-size", amount="batch_size", metavar="N", help="Requests served at once; 8 to 512 if nobody knows."
)
@click.option("--accelerator", metavar="NAME", help="What serves the model, such as h100 or mi300x.")
@amount_option("--requests", amount="requests", metavar="N", help="Number of requests; 1 if not given.")
@amount_option(
    "--energy-per-request",
    amount="energy_per_request",
    metavar="ENERGY",
    help="Instead of tokens: 'Wh' at the meter, 'Wh_IT' at the servers' plugs, 'Wh_acc' at the chips.",
)
@amount_option("--images", amount="images", metavar="N", help="Pictures made, of all requests together.")
@amount_option("--size", amount="size", metavar="SIZE", help="Of one picture or frame, such as 1024x1024 or 720p.")
@amount_option("--steps", amount="steps", metavar="N", help="Steps of the diffusion, such as 28.")
@amount_option("--video-seconds", amount="video_seconds", metavar="N", help="Video made, of all requests together.")
@amount_option("--frame-rate", amount="frame_rate", metavar="N", help="Frames made for a second of video, such as 24.")
@amount_option(
    "--accelerator-hours",
    amount="accelerator_hours",
    metavar="N",
    help="Instead of what was made, with --accelerator: hours that it served, as for speech.",
)
@amount_option(
    "--training-share",
    amount="tokens_served",
    metavar="TOKENS",
    help="Add the share of the model's training, as a line of its own: tokens that it serves in its life.",
)
@setting_options
def query(form: str, explain: bool, drivers: bool, **options: Any) -> None:
    """Footprint of requests to a model, by tokens, or to a product, by its published figure.

    \b
    Examples:
      footprint query gpt-4o --input-tokens 500 --output-tokens 400 --region US
      footprint query chatgpt --date 2023-06-01 --versus web-search
      footprint query sdxl-1.0 --images 20 --size 1024x1024 --steps 30 --region FR
      footprint query sora --video-seconds 10 --size 720p --frame-rate 24 --region US
      footprint query --energy-per-request "0.3 Wh" --requests 1000 --region FR --provider azure
    """
    import footprint
    from footprint.commands.render import render

    if options["requests"] is None:
        options["requests"] = 1
    click.echo(render(footprint.query(options.pop("model"), **options), form, explain, drivers))
