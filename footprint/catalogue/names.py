"""What people call things: one normal form, so that ``GPT-4o``, ``openai/gpt_4o`` and ``gpt 4o`` meet."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

#: Who serves a model, and where, stands before its name in the exports of gateways and clouds. Names are in their
#: normal form here: a hyphen for each underscore.
_PREFIX = re.compile(
    r"^(?:azure|azure-ai|azure-text|bedrock|bedrock-converse|converse|invoke|vertex-ai|vertex|gemini|openai|anthropic|"
    r"mistral|mistralai|cohere|meta|meta-llama|deepseek|deepseek-ai|qwen|xai|x-ai|google|amazon|groq|together-ai|"
    r"fireworks-ai|openrouter|hf|ollama|huggingface|models|publishers|accounts|fireworks|replicate|perplexity|databricks|"
    r"nvidia-nim|hosted-vllm|vllm|unsloth|sagemaker|text-completion-openai|litellm-proxy|global|us|eu|apac|"
    r"[a-z]{2}(?:-[a-z]+){1,2}-\d)/"
)
#: A model of Bedrock by its full name: the part after the last slash is the model.
_RESOURCE = re.compile(r"^arn:aws[a-z-]*:bedrock:[^/]*:(?:foundation-model|inference-profile)/")
_REGIONAL = re.compile(r"^(?:us|eu|apac|jp|au|ca|global|us-gov)\.(?=[a-z0-9]+\.)")
#: What follows a name without changing the model: a revision of the host, how it is served, a day of release.
_SUFFIX = re.compile(
    r"(?:-v\d+(?::\d+)?|-\d:\d|:(?:latest|free|nitro|floor|online|extended|exacto|thinking|beta)|@\d{8}|@latest|"
    r"-\d{4}-\d{2}-\d{2}|-20\d{6})$"
)
#: A model that was trained further, as OpenAI names it: its work is that of the model below.
_TUNED = re.compile(r"^(?:openai/|azure/)?ft:([^:]+):.*$")


def normal(name: str) -> str:
    """Return the normal form of ``name``: lower case, words joined by hyphens.

    >>> normal("  GPT 4o_mini ")
    'gpt-4o-mini'
    """
    text = unicodedata.normalize("NFKC", name).strip().casefold()
    return re.sub(r"[\s_]+", "-", text)


def forms(name: str) -> Iterator[str]:
    """Yield the normal forms under which ``name`` may be known, the fullest first.

    A form leaves out who serves the model, where and how, a day of release, and what a further training is called;
    never a part of the model's own name.

    >>> list(forms("openai/gpt-4o-2024-08-06"))
    ['openai/gpt-4o-2024-08-06', 'gpt-4o-2024-08-06', 'openai/gpt-4o', 'gpt-4o']
    """
    seen = set()
    whole = _TUNED.sub(r"\1", _RESOURCE.sub("", normal(name)))
    for text in _shortened(whole):
        for bare in _bared(text):
            for form in (bare, _REGIONAL.sub("", bare)):
                if form and form not in seen:
                    seen.add(form)
                    yield form


def _bared(text: str) -> Iterator[str]:
    yield text
    while (bare := _PREFIX.sub("", text)) != text:
        yield bare
        text = bare


def _shortened(text: str) -> Iterator[str]:
    yield text
    while (shorter := _SUFFIX.sub("", text)) != text:
        yield shorter
        text = shorter
