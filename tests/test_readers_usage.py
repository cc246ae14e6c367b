"""Exports of usage, each in the shape in which its source writes it; all samples here are made, none is anybody's."""

from __future__ import annotations

import json

import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from footprint.catalogue import open_catalogue
from footprint.commands import main
from footprint.errors import FootprintError
from footprint.readers import by_name, head_of, normalised, opened, readers
from footprint.readers.writing import written


def page(results, more=False, start=1767312000):
    bucket = {"object": "bucket", "start_time": start, "end_time": start + 86400, "results": results}
    empty = {"object": "bucket", "start_time": start - 86400, "end_time": start, "results": []}
    return {"object": "page", "data": [empty, bucket], "has_more": more, "next_page": None}


COMPLETION = {
    "object": "organization.usage.completions.result",
    "input_tokens": 10_000,
    "output_tokens": 2_000,
    "input_cached_tokens": 4_000,
    "input_cache_write_tokens": 1_000,
    "num_model_requests": 10,
    "project_id": "proj_a",
    "user_id": "user-ann",
    "api_key_id": "key_1",
    "model": "gpt-4o-2024-08-06",
    "batch": False,
    "service_tier": "default",
}
OPENAI_CSV = (
    "start_time,end_time,start_time_iso,end_time_iso,project_id,num_model_requests,user_id,api_key_id,model,batch,"
    "service_tier,input_tokens,output_tokens,input_cached_tokens\n"
    "1767225600,1767312000,2026-01-01T00:00:00+00:00,2026-01-02T00:00:00+00:00,,,,,,,,,,\n"
    "1767312000,1767398400,2026-01-02T00:00:00+00:00,2026-01-03T00:00:00+00:00,proj_a,3.0,user-ann,key_1,"
    "gpt-4o-mini-2024-07-18,False,default,4212,1673,1024\n"
)
CLAUDE = {
    "uncached_input_tokens": 15_000,
    "cache_creation": {"ephemeral_1h_input_tokens": 1_000, "ephemeral_5m_input_tokens": 500},
    "cache_read_input_tokens": 200,
    "output_tokens": 500,
    "server_tool_use": {"web_search_requests": 10},
    "api_key_id": "apikey_1",
    "workspace_id": "wrkspc_a",
    "model": "claude-opus-4-20250514",
    "service_tier": "standard",
    "context_window": "0-200k",
    "inference_geo": "us",
}


def report(*results):
    bucket = {"starting_at": "2026-03-01T00:00:00Z", "ending_at": "2026-03-02T00:00:00Z", "results": list(results)}
    return {"data": [bucket], "has_more": False, "next_page": None}


CONSOLE_CSV = (
    "usage_date_utc,model_version,api_key,workspace,usage_type,context_window,usage_input_tokens_no_cache,"
    "usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,"
    "usage_output_tokens,web_search_count,inference_geo,speed\n"
    "2026-03-22,claude-sonnet-4-20250514,ann,Default,standard,≤ 200k,100000,10,20,400,5000,10,not_available,\n"
    "2026-03-22,claude-haiku-4-5-20251001,ann,Default,standard,≤ 200k,50000,0,0,0,2000,0,us,\n"
)
SPEND_HEAD = (
    "request_id,call_type,api_key,spend,total_tokens,prompt_tokens,completion_tokens,startTime,endTime,model,model_group,"
    "custom_llm_provider,api_base,user,metadata,cache_hit,request_tags,team_id,status\n"
)


def spend(call="acompletion", read=1000, out=200, model="gpt-4o", provider="openai", base="", **more):
    hit, status, meta = more.get("hit", ""), more.get("status", "success"), more.get("metadata", "{}")
    quoted = meta.replace('"', '""')
    return (
        f"r,{call},sk-1,0.1,{read + out},{read},{out},2026-03-01 10:00:00.123,2026-03-01 10:00:05,{model},group,"
        f'{provider},{base},ann,"{quoted}",{hit},[],team-a,{status}\n'
    )


DAILY_CSV = (
    "id,user_id,date,api_key,model,model_group,custom_llm_provider,prompt_tokens,completion_tokens,"
    "cache_read_input_tokens,cache_creation_input_tokens,spend,api_requests,successful_requests,failed_requests\n"
    "1,ann,2026-03-01,k,gpt-4o,group,openai,1000,200,0,0,0.1,12,10,2\n"
    "2,ann,2026-03-01,k,gpt-4o,group,openai,0,0,0,0,0,2,0,2\n"
    "3,bob,2026-03-01,k,claude-sonnet-4-5,group,bedrock,1000,200,500,100,0.1,3,3,0\n"
)
ACTIVITY = {
    "date": "2025-08-24",
    "model": "openai/gpt-4.1",
    "model_permaslug": "openai/gpt-4.1-2025-04-14",
    "endpoint_id": "550e8400",
    "provider_name": "Azure",
    "usage": 0.015,
    "byok_usage_inference": 0.012,
    "requests": 5,
    "prompt_tokens": 50,
    "completion_tokens": 125,
    "reasoning_tokens": 25,
}
GENERATIONS_CSV = (
    "generation_id,created_at,cost_total,tokens_prompt,tokens_completion,tokens_reasoning,tokens_cached,model_permaslug,"
    "provider_name,variant,cancelled,streamed,user,app_name,api_key_name\n"
    "gen-a,2026-04-13T10:00:00Z,0.1,10,20,3,0,openai/gpt-4o-mini,OpenAI,,false,true,ann,App,Primary\n"
)


def invocation(**more):
    entry = {
        "timestamp": "2026-09-08T12:10:33Z",
        "accountId": "111111111111",
        "region": "us-east-1",
        "requestId": "0",
        "operation": "Converse",
        "modelId": "us.amazon.nova-micro-v1:0",
        "input": {"inputTokenCount": 100, "inputBodyJson": {"messages": [{"content": "secret words"}]}},
        "output": {"outputTokenCount": 80, "outputBodyJson": {"output": {"text": "secret words"}}},
        "identity": {"arn": "arn:aws:sts::111111111111:assumed-role/Ann/s"},
        "schemaType": "ModelInvocationLog",
        "schemaVersion": "1.0",
    }
    return {**entry, **more}


def observation(usage, type="GENERATION", **more):
    return {
        "id": "o1",
        "trace_id": "t1",
        "type": type,
        "start_time": "2026-05-29 13:46:19.963000",
        "end_time": "2026-05-29 13:46:21.963000",
        "provided_model_name": "gpt-4o",
        "usage_details": usage,
        "input": "secret words",
        "environment": "prod",
        **more,
    }


def otlp(*spans):
    resource = {
        "attributes": [
            {"key": "service.name", "value": {"stringValue": "chatbot"}},
            {"key": "cloud.region", "value": {"stringValue": "eu-west-1"}},
        ]
    }
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": {}, "spans": list(spans)}]}]}


def span(id="b", parent=None, status=None, **attributes):
    pairs = []
    for name, value in attributes.items():
        typed = {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}
        pairs.append({"key": "gen_ai." + name.replace("__", "."), "value": typed})
    found = {
        "traceId": "t",
        "spanId": id,
        "name": "chat",
        "startTimeUnixNano": "1767312000000000321",
        "endTimeUnixNano": "1767312001000000789",
        "attributes": pairs,
    }
    return found | ({"parentSpanId": parent} if parent else {}) | ({"status": {"code": status}} if status else {})


CHAT = {
    "operation__name": "chat",
    "request__model": "gpt-4o",
    "response__model": "gpt-4o-2024-08-06",
    "usage__input_tokens": 100,
    "usage__cache_read__input_tokens": 40,
    "usage__output_tokens": 20,
    "usage__reasoning__output_tokens": 5,
    "input__messages": "secret words",
}


def metric(name, *points, model="gpt-4o"):
    dimensions = [{"name": {"value": "modelname"}, "value": model}] if model else []
    data = [{"timeStamp": f"2026-03-09T{hour:02}:00:00Z", "total": total} for hour, total in enumerate(points)]
    series = [{"metadatavalues": dimensions, "data": data}]
    return {"name": {"value": name, "localizedValue": name}, "unit": "Count", "timeseries": series}


def metrics(*found):
    return {"interval": "PT1H", "resourceregion": "swedencentral", "timespan": "x", "value": list(found)}


MONITOR = metrics(
    metric("ProcessedPromptTokens", 12300.0, 0.0),
    metric("GeneratedTokens", 230.0, None),
    metric("AzureOpenAIRequests", 9.0, None),
)
LLAMA = 'engine="0",model_name="meta-llama/Llama-3.1-8B-Instruct"'
SCRAPE = f"""# HELP vllm:prompt_tokens_total Number of prefill tokens processed.
# TYPE vllm:prompt_tokens_total counter
vllm:prompt_tokens_total{{{LLAMA}}} 1.0e+06
vllm:generation_tokens_total{{{LLAMA}}} 20000
vllm:prefix_cache_hits_total{{{LLAMA}}} 400000
vllm:request_success_total{{finished_reason="stop",{LLAMA}}} 100
vllm:request_success_total{{finished_reason="length",{LLAMA}}} 11
process_start_time_seconds 1.7673120e+09
"""
COUNTERS_CSV = (
    "timestamp,model_name,vllm:prompt_tokens_total,vllm:generation_tokens_total,vllm:request_success_total\n"
    "2026-03-01T00:00:00Z,gpt-oss-20b,1000,100,10\n"
    "2026-03-01T01:00:00Z,gpt-oss-20b,3000,300,20\n"
    "2026-03-01T02:00:00Z,gpt-oss-20b,500,50,5\n"
    "2026-03-02T02:00:00Z,gpt-oss-20b,600,70,6\n"
    "2026-03-02T03:00:00Z,gpt-oss-20b,700,90,7\n"
)


def ranges(**counters):
    results = [
        {"metric": {"__name__": f"vllm:{name}", "model_name": "gpt-oss-20b", "instance": "a:8000"}, "values": values}
        for name, values in counters.items()
    ]
    return {"status": "success", "data": {"resultType": "matrix", "result": results}}


#: A file of each source, by its name: the reader that must know it, and it alone.
SAMPLES = {
    "openai.json": ("openai-usage", json.dumps(page([COMPLETION]))),
    "openai_pretty.json": ("openai-usage", json.dumps(page([COMPLETION]), indent=2)),
    "openai.csv": ("openai-usage", OPENAI_CSV),
    "anthropic.json": ("anthropic-usage", json.dumps(report(CLAUDE))),
    "anthropic_pretty.json": ("anthropic-usage", json.dumps(report(CLAUDE), indent=2)),
    "anthropic.csv": ("anthropic-usage", CONSOLE_CSV),
    "spend.csv": ("litellm", SPEND_HEAD + spend()),
    "daily.csv": ("litellm", DAILY_CSV),
    "openrouter.json": ("openrouter", json.dumps({"data": [ACTIVITY]})),
    "openrouter.csv": ("openrouter", GENERATIONS_CSV),
    "bedrock.jsonl": ("bedrock-log", json.dumps(invocation()) + "\n" + json.dumps(invocation()) + "\n"),
    "bedrock_one.json": ("bedrock-log", json.dumps(invocation())),
    "langfuse.jsonl": ("langfuse", json.dumps(observation({"input": 10, "output": 25})) + "\n"),
    "langfuse.json": ("langfuse", json.dumps([observation({"input": 10, "output": 25})] * 2)),
    "spans.json": ("otel-genai", json.dumps(otlp(span(**CHAT)))),
    "monitor.json": ("azure-openai-metrics", json.dumps(MONITOR, indent=2)),
    "metrics.txt": ("vllm-metrics", SCRAPE),
    "counters.csv": ("vllm-metrics", COUNTERS_CSV),
    "ranges.json": ("vllm-metrics", json.dumps(ranges(prompt_tokens_total=[[1767312000, "1"], [1767315600, "5"]]))),
}


@pytest.fixture
def put(tmp_path):
    """Write a file: text as it is, an object as JSON, a list as JSON lines."""

    def write(name, content, encoding="utf-8"):
        if isinstance(content, list):
            content = "".join(json.dumps(entry) + "\n" for entry in content)
        text = content if isinstance(content, str) else json.dumps(content)
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write


def rows(path, *options):
    """Return the canonical table that ``footprint normalise`` writes, row by row."""
    out = path.with_name("normalised.parquet")
    result = CliRunner().invoke(main, ["normalise", str(path), "-o", str(out), *options])
    assert result.exit_code == 0, result.output
    return pl.read_parquet(out).rows(named=True)


def used(path, *options):
    return [row for row in rows(path, *options) if row["set_aside"] is None and row["reject_reason"] is None]


def tokens(row):
    names = ("input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")
    return tuple(row[name] for name in names)


def said(path, *options):
    result = CliRunner().invoke(main, ["normalise", str(path), *options])
    return result.exit_code, " ".join(result.output.split())


def batch(path, *options):
    result = CliRunner().invoke(main, ["batch", str(path), "--format", "json", "--min-coverage", "0", *options])
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


# --- all sources ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_of_a_source_is_recognised_by_its_reader_alone(put, name):
    from footprint.intake.files import identified

    reader, content = SAMPLES[name]
    path = put(name, content)
    (item,) = identified([str(path)], None, path.parent, allow_overlap=False)
    head = head_of(item)
    assert [one.name for one in readers().values() if head.form in one.forms and one.recognises(head)] == [reader]


@pytest.mark.parametrize(
    "content",
    [
        "date,model,input_tokens,output_tokens\n2026-01-01,gpt-4o,1,1\n",
        "start_time,end_time,model,input_tokens\n2026-01-01,2026-01-02,gpt-4o,1\n",
        "timestamp,model,prompt_tokens,completion_tokens,user\n2026-01-01,gpt-4o,1,1,ann\n",
        "id,type,start_time,model,usage\n1,GENERATION,2026-01-01,gpt-4o,5\n",
        '{"model": "gpt-4o", "input_tokens": 1, "note": "gen_ai. ModelInvocationLog resourceSpans"}\n' * 2,
        '{"model": "gpt-4o", "prompt_tokens": 1, "completion_tokens": 1, "date": "2026-01-01"}\n' * 2,
    ],
)
def test_a_table_of_ones_own_is_taken_for_no_export(put, content):
    from footprint.intake.files import identified

    path = put("own.jsonl" if content[0] == "{" else "own.csv", content)
    (item,) = identified([str(path)], None, path.parent, allow_overlap=False)
    head = head_of(item)
    ours = {reader for reader, _ in SAMPLES.values()}
    assert [one.name for one in readers().values() if one.name in ours and one.recognises(head)] == []


@pytest.mark.parametrize("name", SAMPLES)
def test_a_byte_order_mark_changes_nothing(put, name):
    _, content = SAMPLES[name]
    plain = rows(put(name, content))
    marked = rows(put(name, content, encoding="utf-8-sig"))
    keep = [{key: value for key, value in row.items() if key != "source_file"} for row in plain]
    assert [{key: value for key, value in row.items() if key != "source_file"} for row in marked] == keep


@pytest.mark.parametrize("name", [name for name in SAMPLES if name.endswith("csv")])
def test_headers_in_capitals_are_the_same_headers(put, name):
    _, content = SAMPLES[name]
    head, _, body = content.partition("\n")
    plain = [tokens(row) for row in used(put(name, content), "--cached-inside", "no")]
    assert [tokens(row) for row in used(put(name, head.upper() + "\n" + body), "--cached-inside", "no")] == plain


@pytest.mark.parametrize("name", [name for name in SAMPLES if "json" in name])
def test_json_that_is_cut_off_is_one_clear_line(put, name):
    reader, content = SAMPLES[name]
    path = put(name, content.rstrip()[: len(content.rstrip()) * 2 // 3])
    code, text = said(path, "--reader", reader)
    assert code == 1
    assert "cut off or damaged" in text
    assert text.startswith("Error: ")


@pytest.mark.parametrize("name", SAMPLES)
def test_what_was_asked_and_answered_and_who_it_was_is_not_kept(put, name):
    _, content = SAMPLES[name]
    text = str([{key: value for key, value in row.items() if key != "source_file"} for row in rows(put(name, content))])
    for word in ("secret", "ann", "user-", "key_1", "apikey", "sk-1", "Primary", "assumed-role"):
        assert word not in text


@pytest.mark.parametrize("name", SAMPLES)
def test_the_help_says_how_to_make_the_export(name):
    reader, _ = SAMPLES[name]
    result = CliRunner().invoke(main, ["readers", reader])
    assert result.exit_code == 0
    assert " ".join(by_name(reader).help.split())[:60] in " ".join(result.output.split())


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_changed_in_a_file_gives_rows_that_add_up_or_one_error(put, name, data):
    reader, content = SAMPLES[name]
    raw = content.encode()
    place = data.draw(st.integers(0, len(raw) - 1))
    length = data.draw(st.integers(0, 12))
    new = data.draw(st.sampled_from([b"", b"x", b"-1", b"1e400", b"null", b"[]", b'"', b"{", b"\xff", b"\n", b","]))
    path = put(name, "")
    path.write_bytes(raw[:place] + new + raw[place + length :])
    try:
        with opened([str(path)], None, False, reader=reader) as items:
            table = normalised(items[0]).collect()
            written(items, None)
    except FootprintError as error:
        assert "\n" not in str(error)
    else:
        aside, rejected = table["set_aside"].is_not_null(), table["reject_reason"].is_not_null()
        assert not (aside & rejected).any()
        for column in ("requests", "input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens"):
            assert not (table[column] < 0).any()


# --- OpenAI -----------------------------------------------------------------------------------------


def test_input_tokens_of_openai_hold_the_cached_ones(put):
    (row,) = used(put("usage.json", page([COMPLETION])))
    assert tokens(row) == (5_000, 4_000, 1_000, 2_000, None)
    assert (row["requests"], row["model"], row["project"]) == (10, "gpt-4o-2024-08-06", "proj_a")
    assert row["date"].isoformat() == "2026-01-02T00:00:00+00:00"
    assert row["period_end"].isoformat() == "2026-01-03T00:00:00+00:00"


def test_more_cached_tokens_than_input_tokens_reject_the_row(put):
    path = put("usage.json", page([COMPLETION | {"input_cached_tokens": 10_001}]))
    bad = rows(path)[1]
    assert (bad["reject_column"], bad["reject_value"]) == ("input_cached_tokens", "10001")
    assert bad["reject_reason"] == "is more than the input tokens it is part of"
    assert bad["input_tokens"] is None


def test_empty_buckets_are_counted_and_set_aside(put):
    summary = batch(put("usage.json", page([COMPLETION])), "--set", "region=US")
    assert (summary["rows_in"], summary["rows_estimated"], sum(summary["rows_set_aside"].values())) == (2, 1, 1)


def test_results_without_a_model_say_how_to_get_one(put):
    path = put("usage.json", page([COMPLETION | {"model": None}]))
    assert "group_by=model" in said(path)[1]
    refused = CliRunner().invoke(main, ["batch", str(path), "--set", "region=US"])
    assert refused.exit_code == 1
    assert "--set model=" in refused.output
    assert batch(path, "--set", "region=US", "--set", "model=gpt-4o")["rows_estimated"] == 1


def test_embeddings_write_no_tokens(put):
    embedding = {"object": "organization.usage.embeddings.result", "input_tokens": 5000, "num_model_requests": 3}
    path = put("usage.json", page([embedding | {"model": "text-embedding-3-small"}]))
    (row,) = used(path)
    assert tokens(row) == (5000, None, None, 0, None)
    assert batch(path, "--set", "region=US")["rows_estimated"] == 1


def test_a_picture_counts_as_a_request(put):
    images = {"object": "organization.usage.images.result", "images": 7, "num_model_requests": 3, "size": "1024x1024"}
    path = put("usage.json", page([images | {"model": "dall-e-3"}]))
    (row,) = used(path)
    assert (row["requests"], row["image_size"]) == (7, "1024x1024")
    assert batch(path, "--set", "region=US")["rows_estimated"] == 1


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        ({"object": "organization.usage.audio_speeches.result", "characters": 30}, "speech, counted by characters"),
        ({"object": "organization.usage.audio_transcriptions.result", "seconds": 30}, "speech, counted by seconds"),
        ({"object": "organization.usage.vector_stores.result", "usage_bytes": 30}, "stored bytes"),
        ({"object": "organization.usage.code_interpreter_sessions.result", "num_sessions": 3}, "sessions of a tool"),
        ({"object": "organization.costs.result", "amount": {"value": 5, "currency": "usd"}}, "money, no use"),
    ],
)
def test_what_is_no_use_of_a_model_is_set_aside_with_the_reason(put, result, reason):
    assert [row["set_aside"] for row in rows(put("usage.json", page([result])))][1].startswith(reason)


def test_pages_one_under_the_other_are_one_export_and_a_missing_page_is_told(put):
    path = put("usage.json", [page([COMPLETION]), page([COMPLETION], more=True, start=1767484800)])
    assert len(used(path)) == 2
    assert "next_page" in said(path)[1]


def test_an_export_of_empty_buckets_alone_is_read(put):
    head = "start_time,end_time,start_time_iso,end_time_iso\n"
    row = "1767225600,1767312000,2026-01-01T00:00:00+00:00,2026-01-02T00:00:00+00:00\n"
    assert [row["set_aside"] for row in rows(put("usage.csv", head + row))] == ["an empty bucket: nothing was used"]


def test_the_dashboards_counts_with_a_point_are_counts(put):
    (row,) = used(put("usage.csv", OPENAI_CSV))
    assert row["requests"] == 3
    assert tokens(row) == (3188, 1024, None, 1673, None)


def test_a_csv_of_another_locale_is_read(put):
    text = OPENAI_CSV.replace(",", ";").replace("3.0", "3,0")
    assert used(put("usage.csv", text))[0]["requests"] == 3


def test_a_person_is_kept_as_a_hash_where_that_is_asked_for(put):
    (row,) = used(put("usage.csv", OPENAI_CSV), "--keep", "user")
    assert len(row["user"]) == 12
    assert "ann" not in row["user"]


def test_the_same_days_as_json_and_as_csv_are_not_counted_twice(put):
    paths = [put("usage.json", page([COMPLETION])), put("usage.csv", OPENAI_CSV)]
    result = CliRunner().invoke(main, ["normalise", *map(str, paths)])
    assert result.exit_code == 1
    assert "overlap" in result.output


def test_a_page_without_its_data_is_one_clear_line(put):
    path = put("usage.json", '{"object": "page", "has_more": false, "data": 5}')
    assert said(path) == (1, f"Error: {path}, line 1: data is no list; the file is cut off or no such export.")


def test_a_count_that_is_none_rejects_its_row(put):
    bad = rows(put("usage.json", page([COMPLETION | {"output_tokens": "many"}])))[1]
    assert (bad["reject_column"], bad["reject_value"], bad["reject_reason"]) == (
        "output_tokens",
        "many",
        "is not a number",
    )


# --- Anthropic --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "writes",
    [
        {"cache_creation": {"ephemeral_1h_input_tokens": 1_000, "ephemeral_5m_input_tokens": 500}},
        {"cache_creation_1h_input_tokens": 1_000, "cache_creation_5m_input_tokens": 500},
    ],
)
def test_input_tokens_of_anthropic_stand_beside_the_cached_ones(put, writes):
    result = {name: value for name, value in CLAUDE.items() if name != "cache_creation"} | writes
    (row,) = used(put("usage.json", report(result)))
    assert tokens(row) == (15_000, 200, 1_500, 500, None)
    assert (row["region"], row["workspace"], row["model"]) == ("us", "wrkspc_a", "claude-opus-4-20250514")


@pytest.mark.parametrize("place", ["global", "not_available", "", None])
def test_anywhere_is_no_place(put, place):
    path = put("usage.json", report(CLAUDE | {"inference_geo": place}))
    assert used(path)[0]["region"] is None
    assert "name no place" in said(path)[1]


def test_where_requests_are_not_counted_a_usual_prompt_is_taken_and_said(put):
    path = put("usage.json", report(CLAUDE))
    # 16,700 tokens read, of 5,000 each.
    assert used(path)[0]["requests"] == 4
    assert "counts tokens, not requests" in said(path)[1]


def test_the_consoles_csv_is_read(put):
    first, second = used(put("usage.csv", CONSOLE_CSV))
    assert tokens(first) == (100_000, 400, 30, 5_000, None)
    assert (first["region"], second["region"]) == (None, "us")
    assert first["period_end"].isoformat() == "2026-03-23T00:00:00+00:00"


def test_costs_of_anthropic_are_money(put):
    head = "usage_date_utc,model,workspace,api_key,usage_type,token_type,cost_usd\n"
    text = head + "2026-03-01,claude,Default,k,standard,input,1.5\n"
    assert rows(put("cost.csv", text))[0]["set_aside"] == "money, no use: the usage report holds the tokens"


# --- LiteLLM ----------------------------------------------------------------------------------------


def test_an_answer_from_the_gateways_cache_used_no_model(put):
    (row,) = rows(put("spend.csv", SPEND_HEAD + spend(hit="True")))
    assert row["set_aside"] == "answered from the gateway's own cache: no model was used"


def test_a_failed_request_without_tokens_is_set_aside_and_one_with_tokens_is_not(put):
    path = put("spend.csv", SPEND_HEAD + spend(read=0, out=0, status="failure") + spend(status="failure"))
    assert [row["set_aside"] for row in rows(path)] == ["a request that failed: it has no tokens", None]


@pytest.mark.parametrize(("inside", "input"), [("yes", 500), ("no", 1000)])
def test_whether_the_prompt_holds_the_cached_tokens_is_asked(put, inside, input):
    usage = {"usage_object": {"prompt_tokens_details": {"cached_tokens": 400}, "cache_creation_input_tokens": 100}}
    path = put("spend.csv", SPEND_HEAD + spend(metadata=json.dumps(usage | {"user_api_key_alias": "ann"})))
    (bad,) = rows(path)
    assert "--cached-inside yes or no" in bad["reject_reason"]
    assert bad["reject_value"] is None  # metadata are never shown
    (row,) = used(path, "--cached-inside", inside)
    assert tokens(row) == (input, 400, 100, 200, None)


@pytest.mark.parametrize(
    ("base", "provider", "region", "host"),
    [
        ("https://bedrock-runtime.eu-west-1.amazonaws.com/model/x", "bedrock", "aws:eu-west-1", "aws"),
        ("https://us-central1-aiplatform.googleapis.com/v1", "vertex_ai", "gcp:us-central1", "gcp"),
        ("https://eastus.api.cognitive.microsoft.com/", "azure", "azure:eastus", "azure"),
        ("https://api.openai.com", "openai", None, None),
    ],
)
def test_the_region_is_read_from_the_address_that_names_it(put, base, provider, region, host):
    (row,) = rows(put("spend.csv", SPEND_HEAD + spend(base=base, provider=provider)))
    assert (row["region"], row["provider"]) == (region, host)


def test_pictures_are_one_a_request(put):
    path = put("spend.csv", SPEND_HEAD + spend("aimage_generation", 0, 0, "dall-e-3"))
    assert batch(path, "--set", "region=US")["rows_estimated"] == 1


def test_the_log_as_json_lines_says_the_same(put):
    path = put("spend.csv", SPEND_HEAD + spend())
    record = pl.read_csv(path).rows(named=True)[0]
    lines = put("spend.jsonl", [record, record])
    assert tokens(used(lines)[0]) == tokens(used(path)[0]) == (1000, None, None, 200, None)


def test_the_daily_table_counts_answered_requests(put):
    first, second, third = rows(put("daily.csv", DAILY_CSV), "--cached-inside", "yes")
    assert (first["requests"], tokens(first)) == (10, (1000, 0, 0, 200, None))
    assert second["set_aside"] == "requests that failed: they have no tokens"
    assert tokens(third) == (400, 500, 100, 200, None)
    assert first["period_end"].isoformat() == "2026-03-02T00:00:00+00:00"


def test_two_daily_tables_are_the_same_use_twice(put):
    other = DAILY_CSV.replace("user_id", "team_id")
    result = CliRunner().invoke(main, ["batch", str(put("user.csv", DAILY_CSV)), str(put("team.csv", other))])
    assert result.exit_code == 1
    assert "counted twice" in " ".join(result.output.split())


def test_a_log_and_a_daily_table_of_one_day_are_the_same_use_twice(put):
    paths = [str(put("daily.csv", DAILY_CSV)), str(put("spend.csv", SPEND_HEAD + spend()))]
    assert CliRunner().invoke(main, ["normalise", *paths]).exit_code == 1


def test_the_daily_table_by_tag_is_refused(put):
    code, text = said(put("tag.csv", DAILY_CSV.replace("user_id", "tag")))
    assert code == 2
    assert "stands in it twice" in text


# --- OpenRouter -------------------------------------------------------------------------------------


def test_reasoning_is_taken_out_of_the_completion(put):
    (row,) = used(put("activity.json", {"data": [ACTIVITY]}))
    assert tokens(row) == (50, None, None, 100, 25)
    assert (row["requests"], row["provider"], row["served_by"]) == (5, "azure", "Azure")


def test_the_libraries_capitals_are_read_too(put):
    def camel(name):
        first, *others = name.split("_")
        return first + "".join(word.capitalize() for word in others)

    entry = {camel(name): value for name, value in ACTIVITY.items()}
    (row,) = used(put("activity.json", {"data": [entry]}))
    assert tokens(row) == (50, None, None, 100, 25)


def test_the_log_of_requests_is_read_one_by_one(put):
    (row,) = used(put("activity.csv", GENERATIONS_CSV))
    assert (row["requests"], tokens(row), row["app"]) == (1, (10, 0, None, 17, 3), "App")


# --- Bedrock ----------------------------------------------------------------------------------------


def test_the_region_that_served_counts_not_the_one_that_was_called(put):
    path = put("log.jsonl", [invocation(inferenceRegion="us-west-2"), invocation()])
    first, second = used(path)
    assert (first["region"], first["sent_to"], second["region"]) == ("aws:us-west-2", "us-east-1", "aws:us-east-1")
    assert "count where they were served" in said(path)[1]


def test_a_request_that_failed_is_set_aside(put):
    path = put("log.jsonl", [invocation(errorCode="ThrottlingException", input=None, output=None), invocation()])
    assert [row["set_aside"] for row in rows(path)] == ["a request that failed", None]


@pytest.mark.parametrize(("total", "input"), [(230, 100), (180, 50)])
def test_the_total_of_an_answer_says_whether_cached_tokens_are_inside(put, total, input):
    usage = {"inputTokens": 100, "outputTokens": 80, "totalTokens": total, "cacheReadInputTokens": 50}
    entry = invocation(
        input={"inputTokenCount": 100, "cacheReadInputTokenCount": 50},
        output={"outputTokenCount": 80, "outputBodyJson": {"usage": usage}},
    )
    (row,) = used(put("log.json", entry))
    assert tokens(row) == (input, 50, None, 80, None)


def test_an_answer_of_anthropics_form_counts_the_cached_tokens_beside(put):
    usage = {"input_tokens": 100, "output_tokens": 80, "cache_read_input_tokens": 50}
    entry = invocation(
        input={"inputTokenCount": 100, "cacheReadInputTokenCount": 50},
        output={"outputTokenCount": 80, "outputBodyJson": {"usage": usage}},
    )
    (row,) = used(put("log.json", entry))
    assert tokens(row) == (100, 50, None, 80, None)


def test_cached_tokens_that_nothing_explains_are_asked_for(put):
    path = put("log.json", invocation(input={"inputTokenCount": 100, "cacheReadInputTokenCount": 50}))
    (bad,) = rows(path)
    assert (bad["reject_column"], bad["reject_value"]) == ("cacheReadInputTokenCount", "50")
    assert tokens(used(path, "--cached-inside", "yes")[0]) == (50, 50, None, 80, None)


def test_events_of_cloudwatch_hold_the_log_as_text(put):
    path = put("events.json", {"events": [{"timestamp": 1, "message": json.dumps(invocation())}, {"message": "x"}]})
    assert [row["set_aside"] for row in rows(path)] == [None, "no invocation of a model"]


def test_an_embedding_of_bedrock_has_no_answer(put):
    entry = invocation(modelId="amazon.titan-embed-text-v2:0", output={})
    summary = batch(put("log.json", entry))
    assert (summary["rows_estimated"], summary["rows_rejected"]) == (1, 0)


# --- Langfuse ---------------------------------------------------------------------------------------

PARTS = {"input": 10, "output": 25, "input_cached_tokens": 5, "output_reasoning_tokens": 15}


@pytest.mark.parametrize(
    ("total", "counted"),
    [(55, (10, 5, None, 25, 15)), (35, (5, 5, None, 10, 15)), (None, (10, 5, None, 25, 15))],
)
def test_the_total_of_an_observation_says_what_is_inside_what(put, total, counted):
    usage = PARTS | ({"total": total} if total else {})
    assert tokens(used(put("o.jsonl", [observation(usage)] * 2))[0]) == counted


def test_a_total_of_neither_kind_rejects_the_row(put):
    (bad, _) = rows(put("o.jsonl", [observation(PARTS | {"total": 40}), observation(PARTS)]))
    assert bad["reject_column"] == "usage_details.total"


def test_only_calls_of_a_model_count(put):
    path = put("o.jsonl", [observation({}, "SPAN"), observation({"input": 3, "output": 4}), observation({}, "TOOL")])
    assert [row["set_aside"] is None for row in rows(path)] == [False, True, False]


def test_the_interface_writes_other_capitals(put):
    entry = observation({"input": 3, "output": 4})
    names = {"trace_id": "traceId", "start_time": "startTime", "end_time": "endTime", "usage_details": "usageDetails"}
    names["provided_model_name"] = "model"
    path = put("o.json", {"data": [{names.get(name, name): value for name, value in entry.items()}], "meta": {}})
    (row,) = used(path)
    assert (tokens(row), row["model"]) == ((3, None, None, 4, None), "gpt-4o")


def test_observations_as_csv_hold_their_usage_as_json(put):
    head = "id,trace_id,type,start_time,end_time,provided_model_name,usage_details,environment\n"
    text = head + 'o1,t1,GENERATION,2026-05-29 13:46:19.963000,,gpt-4o,"{""input"":10,""output"":25}",prod\n'
    assert tokens(used(put("o.csv", text))[0]) == (10, None, None, 25, None)


# --- OpenTelemetry ----------------------------------------------------------------------------------


def test_a_span_holds_cached_tokens_in_the_input_and_reasoning_in_the_output(put):
    (row,) = used(put("spans.json", otlp(span(**CHAT))))
    assert tokens(row) == (60, 40, None, 15, 5)
    assert (row["model"], row["service"]) == ("gpt-4o-2024-08-06", "chatbot")
    assert row["date"].isoformat() == "2026-01-02T00:00:00+00:00"


def test_the_place_of_the_client_is_not_that_of_the_model(put):
    assert used(put("spans.json", otlp(span(**CHAT))))[0]["region"] is None


def test_an_agent_and_a_tool_repeat_the_use_of_their_calls(put):
    agent = span("a", **(CHAT | {"operation__name": "invoke_agent"}))
    path = put("spans.json", otlp(agent, span("b", "a", **CHAT), span("c", "a", operation__name="execute_tool")))
    assert [row["set_aside"] is None for row in rows(path)] == [False, True, False]


def test_a_call_around_a_call_is_counted_once(put):
    path = put("spans.json", otlp(span("a", **CHAT), span("b", "a", **CHAT)))
    assert [row["set_aside"] for row in rows(path)] == ["a span around another that counts the same tokens", None]


def test_names_that_were_given_up_are_read(put):
    old = {
        "request__model": "gpt-4o",
        "usage__prompt_tokens": 30,
        "usage__completion_tokens": 4,
        "system": "az.ai.openai",
    }
    (row,) = used(put("spans.json", otlp(span(**old))))
    assert (tokens(row), row["provider"]) == ((30, None, None, 4, None), "azure")


def test_cached_tokens_under_a_name_that_was_given_up_are_asked_for(put):
    old = {"request__model": "gpt-4o", "usage__prompt_tokens": 30, "usage__completion_tokens": 4}
    path = put("spans.json", otlp(span(**old, usage__cache_read_input_tokens=10)))
    assert "--cached-inside yes or no" in rows(path)[0]["reject_reason"]
    assert tokens(used(path, "--cached-inside", "yes")[0]) == (20, 10, None, 4, None)


def test_flat_spans_are_read_as_json_lines_and_as_csv(put):
    attributes = {"gen_ai.request.model": "gpt-4o", "gen_ai.usage.input_tokens": 9, "gen_ai.usage.output_tokens": 2}
    flat = {
        "name": "chat",
        "context": {"trace_id": "0x1", "span_id": "0x2"},
        "start_time": "2026-01-02T00:00:00.1234567Z",
        "end_time": "2026-01-02T00:00:01Z",
        "attributes": attributes,
    }
    (row, _) = used(put("spans.jsonl", [flat, flat]))
    assert (tokens(row), row["date"].microsecond) == ((9, None, None, 2, None), 123456)
    head = "trace_id,span_id,start_time," + ",".join(attributes)
    path = put("spans.csv", head + "\n0x1,0x2,2026-01-02T00:00:00Z,gpt-4o,9,2\n")
    assert tokens(used(path)[0]) == (9, None, None, 2, None)


def test_a_span_that_failed_without_tokens_is_set_aside(put):
    path = put("spans.json", otlp(span(status=2, request__model="gpt-4o"), span(**CHAT)))
    assert rows(path)[0]["set_aside"] == "a request that failed: it has no tokens"


# --- Azure Monitor ----------------------------------------------------------------------------------


def test_the_series_of_one_model_and_hour_are_one_row(put):
    (row,) = used(put("metrics.json", MONITOR))
    assert (tokens(row), row["requests"]) == ((12300, None, None, 230, None), 9)
    assert (row["model"], row["region"], row["provider"]) == ("gpt-4o", "azure:swedencentral", "azure")
    assert row["period_end"].isoformat() == "2026-03-09T01:00:00+00:00"


def test_an_empty_interval_is_set_aside(put):
    assert [row["set_aside"] for row in rows(put("metrics.json", MONITOR))] == [None, "an empty interval: no tokens"]


@pytest.mark.parametrize("odd", [{}, {"a": 1}, [1]])
def test_what_is_no_text_where_a_series_is_named_rejects_its_rows_alone(put, odd):
    changed = json.loads(json.dumps(MONITOR))
    for found in changed["value"]:
        found["timeseries"][0]["data"][0]["timeStamp"] = odd
    reasons = [(row["set_aside"], row["reject_reason"]) for row in rows(put("metrics.json", changed))]
    empty, bad = ("an empty interval: no tokens", None), (None, "is not a date; write year-month-day first")
    assert reasons == [empty, bad]


def test_metrics_that_are_not_split_by_model_ask_for_it(put):
    path = put(
        "m.json", metrics(metric("ProcessedPromptTokens", 9.0, model=None), metric("GeneratedTokens", 9.0, model=None))
    )
    assert "ModelName" in said(path)[1]
    assert batch(path, "--set", "model=gpt-4o")["rows_estimated"] == 1


def test_the_table_of_a_workspace_is_read(put):
    text = (
        "TimeGenerated [UTC],ResourceId,MetricName,Total,TimeGrain\n"
        "2026-03-09T00:00:00.0000000Z,r,ProcessedPromptTokens,100,PT1M\n"
        "2026-03-09T00:00:00.0000000Z,r,GeneratedTokens,20,PT1M\n"
        "2026-03-09T00:00:00.0000000Z,r,TokenTransaction,120,PT1M\n"
    )
    (row,) = used(put("metrics.csv", text))
    assert tokens(row) == (100, None, None, 20, None)


# --- vLLM -------------------------------------------------------------------------------------------


def test_one_scrape_counts_all_since_the_server_started(put):
    (row,) = used(put("metrics.txt", SCRAPE))
    assert (tokens(row), row["requests"]) == ((600_000, 400_000, None, 20_000, None), 111)
    assert row["date"].isoformat() == "2026-01-02T00:00:00+00:00"


def test_two_scrapes_of_one_server_are_the_same_use_twice(put):
    paths = [put("one.txt", SCRAPE), put("two.txt", SCRAPE.replace("20000", "30000"))]
    assert CliRunner().invoke(main, ["normalise", *map(str, paths)]).exit_code == 1


def test_counters_are_differenced_by_day_and_begin_anew(put):
    path = put("counters.csv", COUNTERS_CSV)
    first, second = used(path)
    # 2,000 up to the fall, 500 since, then 100 up to the next morning, and 100 on that day.
    assert (first["input_tokens"], first["output_tokens"], first["requests"]) == (2_600, 270, 16)
    assert (second["input_tokens"], second["output_tokens"], second["requests"]) == (100, 20, 1)
    assert "3 times a counter began anew" in said(path)[1]


def test_a_range_of_prometheus_is_read(put):
    path = put(
        "r.json",
        ranges(
            prompt_tokens_total=[[1767312000, "100"], [1767315600, "10100"]],
            generation_tokens_total=[[1767312000, "10"], [1767315600, "110"]],
            num_requests_running=[[1767312000, "1"]],
        ),
    )
    (row,) = used(path)
    assert (tokens(row), row["server"], row["requests"]) == ((10_000, None, None, 100, None), "a:8000", 2)


def test_a_long_table_of_readings_is_read(put):
    text = (
        "timestamp,metric,model_name,value\n"
        "2026-03-01T00:00:00Z,vllm:prompt_tokens_total,gpt-oss-20b,5\n"
        "2026-03-01T01:00:00Z,vllm:prompt_tokens_total,gpt-oss-20b,25\n"
    )
    assert used(put("long.csv", text))[0]["input_tokens"] == 20


def test_scrapes_that_follow_each_other_are_differenced(put):
    later = (
        SCRAPE.replace("1.0e+06", "1.5e+06")
        .replace("20000", "26000")
        .replace("400000", "450000")
        .replace(" 100", " 150")
    )
    (row,) = used(put("metrics.txt", SCRAPE + later))
    assert (tokens(row), row["requests"]) == ((450_000, 50_000, None, 6_000, None), 50)


def test_a_damaged_sample_is_one_clear_line(put):
    path = put("metrics.txt", SCRAPE.replace("1.0e+06", "1.0e+06x"))
    assert said(path) == (1, f"Error: {path}, line 3: '1.0e+06x' is not a number.")


# --- names ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("openai/gpt-4.1-2025-04-14", "gpt-4.1"),
        ("openai/gpt-4o-mini:nitro", "gpt-4o-mini"),
        ("deepseek/deepseek-r1:free", "deepseek-r1"),
        ("ft:gpt-4o-mini-2024-07-18:org::abc", "gpt-4o-mini"),
        ("us.anthropic.claude-sonnet-4-20250514-v1:0", "claude-sonnet-4"),
        ("bedrock/us-east-1/anthropic.claude-v2", "claude-2"),
        ("bedrock/us.anthropic.claude-sonnet-4-20250514-v1:0", "claude-sonnet-4"),
        ("ca.amazon.nova-lite-v1:0", "nova-lite"),
        ("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0", "nova-lite"),
        ("arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0", "nova-lite"),
        ("openai.gpt-oss-120b-1:0", "gpt-oss-120b"),
        ("vertex_ai/claude-sonnet-4@20250514", "claude-sonnet-4"),
        ("hosted_vllm/meta-llama/Llama-3.1-70B-Instruct", "llama-3.1-70b"),
        ("azure/global/gpt-4o", "gpt-4o"),
        ("anthropic/claude-sonnet-4.5:thinking", "claude-sonnet-4-5"),
        ("azure/our-own-deployment", None),
        ("arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc", None),
    ],
)
def test_models_are_known_as_exports_write_them(name, model):
    assert open_catalogue().find("model", name) == model
