"""Bills of clouds: machine-hours, accelerator-hours and tokens found in their meters, all else set aside with a reason.

The files are made here, of the real shapes; the real sample of FOCUS is used where it is present.
"""

import csv
import io
import json
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest import approx

import footprint
from footprint.commands import main
from footprint.errors import FootprintError
from footprint.readers import Options, by_name, head_of, normalised, opened, readers

SAMPLES = Path(__file__).parents[1].parent / "shared" / "samples"
FOCUS = {
    "BillingAccountId": "1234",
    "BillingPeriodStart": "2026-05-01 00:00:00",
    "BillingPeriodEnd": "2026-06-01 00:00:00",
    "ChargeCategory": "Usage",
    "ChargeClass": "NULL",
    "ChargeDescription": "NULL",
    "ChargePeriodStart": "2026-05-03 10:00:00",
    "ChargePeriodEnd": "2026-05-03 11:00:00",
    "CommitmentDiscountStatus": "NULL",
    "ConsumedQuantity": "2",
    "ConsumedUnit": "Hours",
    "PricingQuantity": "2",
    "PricingUnit": "Hours",
    "ProviderName": "AWS",
    "RegionId": "us-east-1",
    "ResourceType": "NULL",
    "ServiceCategory": "Compute",
    "ServiceName": "Amazon Elastic Compute Cloud",
    "SkuMeter": "NULL",
    "SkuPriceDetails": "NULL",
    "SubAccountId": "99",
    "SubAccountName": "research",
    "Tags": '{"team": "vision"}',
}
CUR = {
    "bill_payer_account_id": "1",
    "line_item_line_item_type": "Usage",
    "line_item_usage_account_id": "2",
    "line_item_usage_start_date": "2026-05-03T10:00:00.000Z",
    "line_item_usage_end_date": "2026-05-03T11:00:00.000Z",
    "line_item_product_code": "AmazonEC2",
    "line_item_usage_type": "USE1-BoxUsage:p4d.24xlarge",
    "line_item_usage_amount": "3",
    "line_item_line_item_description": "",
    "pricing_unit": "Hrs",
    "product": "{}",
    "product_region_code": "us-east-1",
    "resource_tags": "{}",
}
GOOGLE = {
    "billing_account_id": "A",
    "service": {"id": "6F81", "description": "Compute Engine"},
    "sku": {"id": "x", "description": "Nvidia Tesla A100 GPU running in Americas"},
    "usage_start_time": "2026-05-03 10:00:00 UTC",
    "usage_end_time": "2026-05-03 11:00:00 UTC",
    "project": {"id": "research"},
    "location": {"location": "us-central1", "region": "us-central1"},
    "cost_type": "regular",
    "usage": {"amount": 28800.0, "unit": "seconds", "amount_in_pricing_units": 8.0, "pricing_unit": "hour"},
    "credits": [],
}


def table(*rows, delimiter=","):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def focus(*changes):
    return table(*(FOCUS | change for change in changes))


def cur(*changes):
    return table(*(CUR | change for change in changes))


def google(*changes):
    return "".join(json.dumps(GOOGLE | change) + "\n" for change in changes)


MADE = {
    "focus": ("bill.csv", focus({"SkuMeter": "USE1-BoxUsage:g5.4xlarge"}, {"ServiceCategory": "Storage"})),
    "aws-cur": ("cur.csv", cur({}, {"line_item_line_item_type": "Tax"})),
    "google-billing": ("gcp.jsonl", google({}, {"cost_type": "tax"})),
}


@pytest.fixture
def file(tmp_path):
    def write(content, name="bill.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def run(*args):
    result = CliRunner().invoke(main, list(map(str, args)))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def batch(*args):
    result = run("batch", *args, "--format", "json")
    assert result.exit_code in (0, 3), result.output
    return json.loads(result.output)


def rows(path, **options):
    with opened([str(path)], None, False, options=Options(**options)) as (item,):
        return normalised(item).collect()


def only(path, **options):
    """Return the one row that is used."""
    used = rows(path, **options).filter(pl.col("set_aside").is_null())
    assert used["reject_reason"].null_count() == used.height, used.rows(named=True)
    (row,) = used.rows(named=True)
    return row


def why(path):
    """Return why rows are set aside, in their order."""
    return rows(path)["set_aside"].to_list()


# --- recognising ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MADE)
def test_a_bill_is_known_by_its_own_reader_alone(file, name):
    path = file(MADE[name][1], MADE[name][0])
    with opened([str(path)], None, False, reader="table") as (item,):
        head = head_of(item)
    assert [reader.name for reader in readers().values() if reader.recognises(head)] == [name]


def test_a_table_of_the_users_own_is_no_bill(file):
    text = "date,model,region,requests,input_tokens,output_tokens,ServiceName\n2026-01-01,gpt-4o,FR,1,5,5,x\n"
    assert "reader" not in batch(file(text))["inputs"][0]


# --- FOCUS ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "instance"),
    [
        ({"SkuMeter": "USE1-BoxUsage:p4d.24xlarge"}, "p4d.24xlarge"),
        ({"ChargeDescription": "$1.624 per On Demand Linux g5.4xlarge Instance Hour"}, "g5.4xlarge"),
        ({"SkuPriceDetails": '{"InstanceType": "p5.48xlarge", "GpuCount": 8}'}, "p5.48xlarge"),
        ({"ResourceType": "Standard_NC24ads_A100_v4", "ProviderName": "Microsoft"}, "nc24ads_a100_v4"),
        (
            {
                "ProviderName": "Microsoft",
                "RegionId": "eastus",
                "ConsumedUnit": "1 Hour",
                "ChargeDescription": "Virtual Machines NDasrA100v4 Series - ND96asr A100 v4 - US East",
            },
            "nd96asr_a100_v4",
        ),
    ],
)
def test_hours_of_a_machine_are_found_where_a_provider_writes_its_type(file, change, instance):
    row = only(file(focus(change)))
    assert (row["kind"], row["instance"], row["instance_hours"]) == ("instance", instance, 2.0)


def test_the_hours_of_a_bill_are_the_estimate_of_the_instance(file):
    summary = batch(file(focus({"SkuMeter": "USE1-BoxUsage:p4d.24xlarge"})))
    single = footprint.instance("p4d.24xlarge", hours="2 h", region="aws:us-east-1", date="2026-05-03")
    assert summary["total"]["facility_energy"]["value"] == approx(single.facility_energy.m_as("kWh"), rel=1e-9)


@pytest.mark.parametrize(
    ("unit", "quantity", "hours"), [("100 Hours", "0.5", 50), ("Units/Hour", "3", 3), ("Seconds", "7200", 2)]
)
def test_the_unit_of_a_row_may_be_many_hours_or_a_part_of_one(file, unit, quantity, hours):
    change = {"SkuMeter": "BoxUsage:g5.xlarge", "ConsumedUnit": unit, "ConsumedQuantity": quantity}
    assert only(file(focus(change)))["instance_hours"] == approx(hours)


def test_accelerators_sold_by_the_hour_are_hours_of_accelerators(file):
    change = {
        "ProviderName": "Google Cloud",
        "RegionId": "us-central1",
        "ServiceName": "Compute Engine",
        "ChargeDescription": "Nvidia H100 80GB GPU running in Iowa",
    }
    row = only(file(focus(change)))
    assert (row["kind"], row["accelerator"], row["accelerator_hours"]) == ("accelerators", "H100", 2.0)


@pytest.mark.parametrize(
    ("meter", "model", "column"),
    [
        ("gpt 4o 0806 Inp glbl", "gpt-4o", "input_tokens"),
        ("gpt 4o mini 0718 Outp regnl", "gpt-4o-mini", "output_tokens"),
        ("gpt 4o 1120 cached Inp glbl", "gpt-4o", "cached_tokens"),
        ("USE1-Claude3.5Sonnet-output-tokens", "Claude-3.5-Sonnet", "output_tokens"),
        ("USE1-Claude3.5Haiku-cache-read-input-token-count", "Claude-3.5-Haiku", "cached_tokens"),
        ("USE1-Llama3-1-70B-input-tokens-batch", "Llama-3.1-70B", "input_tokens"),
    ],
)
def test_a_meter_of_tokens_says_the_model_and_which_tokens(file, meter, model, column):
    change = {
        "SkuMeter": meter,
        "ServiceCategory": "AI and Machine Learning",
        "ServiceName": "Azure OpenAI Service",
        "ConsumedUnit": "1000 Tokens",
        "ConsumedQuantity": "1234.567",
    }
    row = only(file(focus(change)))
    assert (row["kind"], row["model"], row[column]) == ("query", model, 1_234_567)
    assert batch(file(focus(change)))["rows_estimated"] == 1


@pytest.mark.parametrize("unit", ["Tokens", "Token", "1 Token"])
def test_a_unit_of_single_tokens_counts_single_tokens(file, unit):
    change = {"SkuMeter": "gpt 4o Outp", "ConsumedUnit": unit, "ConsumedQuantity": "5000"}
    assert only(file(focus(change)))["output_tokens"] == 5000


def test_the_unit_of_the_price_speaks_where_that_of_the_use_says_nothing(file):
    change = {
        "SkuMeter": "gpt 4o Outp",
        "ConsumedUnit": "Units",
        "ConsumedQuantity": "7000",
        "PricingUnit": "1K Tokens",
        "PricingQuantity": "7",
    }
    assert only(file(focus(change)))["output_tokens"] == 7000


def test_tokens_whose_direction_is_not_said_are_rejected(file):
    change = {"SkuMeter": "gpt 4o tokens glbl", "ConsumedUnit": "1000 Tokens"}
    (row,) = rows(file(focus(change))).rows(named=True)
    assert row["reject_reason"] == "does not say whether tokens were read or written"


def test_a_model_that_nobody_knows_is_rejected_with_the_nearest(file):
    change = {"SkuMeter": "gpt 4q Outp glbl", "ConsumedUnit": "1000 Tokens"}
    summary = batch(file(focus(change)))
    assert (summary["rows_estimated"], summary["rows_rejected"]) == (0, 1)
    assert "gpt-4q" in summary["rejections"][0]["reason"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"ChargeCategory": "Credit"}, "a charge that is no use"),
        ({"ChargeCategory": "Adjustment"}, "a charge that is no use"),
        ({"ChargeCategory": "Purchase"}, "a charge that is no use"),
        ({"ChargeClass": "Correction"}, "a correction"),
        ({"CommitmentDiscountStatus": "Unused"}, "a commitment or a reservation that was not used"),
        ({"SkuMeter": "USE1-EBSOptimized:g5.xlarge"}, "hours of software"),
        ({"SkuMeter": "USE1-Reservation:g5.xlarge"}, "hours of software"),
        (
            {"SkuMeter": "NULL", "ChargeDescription": "AWS Marketplace hourly software usage|us-east-1|g5.xlarge"},
            "hours of software",
        ),
        ({"ServiceName": "Amazon Elastic MapReduce"}, "hours of software"),
        ({"SkuMeter": "USE1-BoxUsage:m5.large"}, "computing without accelerators"),
        ({"SkuMeter": "DataTransfer-Out-Bytes", "ConsumedUnit": "GB", "ServiceCategory": "Networking"}, "networking"),
        ({"SkuMeter": "TimedStorage-ByteHrs", "ConsumedUnit": "GB-Months", "ServiceCategory": "Storage"}, "storage"),
        ({"SkuMeter": "db.r5.large", "ServiceCategory": "Databases"}, "other services"),
        ({"SkuMeter": "PTU", "ServiceCategory": "AI and Machine Learning", "ConsumedUnit": "Units"}, "a service of AI"),
    ],
)
def test_what_is_no_use_of_ai_is_set_aside_with_its_reason(file, change, reason):
    (said,) = why(file(focus({"SkuMeter": "USE1-BoxUsage:g5.xlarge"} | change)))
    assert said.startswith(reason)


def test_a_bill_without_use_of_ai_is_no_error_and_says_so(file):
    path = file(focus({"ServiceCategory": "Storage"}, {"ChargeCategory": "Tax"}))
    result = run("batch", path)
    assert result.exit_code == 0
    said = " ".join(result.output.split())
    assert "2 rows in, 0 estimated, 0 rejected, 2 set aside; no row is a use that has a figure." in said
    assert "1 row: storage: no figure" in said


def test_a_use_taken_back_is_rejected_never_counted_below_zero(file):
    (row,) = rows(file(focus({"SkuMeter": "BoxUsage:g5.xlarge", "ConsumedQuantity": "-2"}))).rows(named=True)
    assert (row["reject_column"], row["reject_reason"]) == ("ConsumedQuantity", "is negative")


def test_a_blank_quantity_is_not_zero(file):
    change = {"SkuMeter": "BoxUsage:g5.xlarge", "ConsumedQuantity": "NULL", "PricingQuantity": "NULL"}
    (row,) = rows(file(focus(change))).rows(named=True)
    assert row["reject_reason"] == "is blank, and blank is not zero"


def test_focus_1_4_names_the_providers_in_other_columns(file):
    old = {name: text for name, text in FOCUS.items() if name != "ProviderName"}
    new = old | {"ServiceProviderName": "Microsoft", "HostProviderName": "Microsoft", "RegionId": "eastus"}
    row = only(file(table(new | {"ResourceType": "Standard_NC24ads_A100_v4"})))
    assert (row["provider"], row["region"]) == ("azure", "azure:eastus")


def test_a_place_that_is_everywhere_is_none(file):
    assert only(file(focus({"SkuMeter": "BoxUsage:g5.xlarge", "RegionId": "global"})))["region"] is None


def test_groups_are_in_the_words_of_the_bill(file):
    summary = batch(file(focus({"SkuMeter": "BoxUsage:g5.xlarge"})), "--by", "account,service")
    assert {summary["groups"][0][name] for name in ("account", "service")} == {
        "research",
        "Amazon Elastic Compute Cloud",
    }


def test_parquet_gives_what_csv_gives(file, tmp_path):
    text = focus({"SkuMeter": "USE1-BoxUsage:g5.4xlarge"}, {"ServiceCategory": "Storage"})
    frame = pl.read_csv(text.encode(), infer_schema=False, null_values="NULL").with_columns(
        pl.col("ConsumedQuantity").cast(pl.Decimal(38, 9)),
        pl.col("ChargePeriodStart", "ChargePeriodEnd").str.to_datetime(time_zone="UTC"),
        Tags=pl.Series([[{"key": "team", "value": "vision"}]] * 2),
    )
    frame.write_parquet(tmp_path / "bill.parquet")
    one, other = batch(file(text)), batch(tmp_path / "bill.parquet")
    assert one["total"] == other["total"]
    assert one["rows_set_aside"] == other["rows_set_aside"]


def test_a_mark_of_byte_order_semicolons_and_decimal_commas_are_read(file):
    change = {name: text for name, text in FOCUS.items() if name != "Tags"}
    change |= {"SkuMeter": "BoxUsage:g5.xlarge", "ConsumedQuantity": "1,5"}
    path = file("\ufeff" + table(change, delimiter=";"))
    assert only(path)["instance_hours"] == 1.5


def test_headers_in_small_letters_are_the_same(file):
    text = focus({"SkuMeter": "BoxUsage:g5.xlarge"})
    head, _, rest = text.partition("\n")
    assert only(file(f"{head.lower()}\n{rest}"))["instance"] == "g5.xlarge"


def test_two_accounts_may_have_bills_of_the_same_month(file):
    change = {"SkuMeter": "BoxUsage:g5.xlarge"}
    one, other = file(focus(change)), file(focus(change | {"SubAccountId": "98"}), "other.csv")
    again = file(focus(change | {"ConsumedQuantity": "9"}), "again.csv")
    assert batch(one, other)["rows_estimated"] == 2
    assert "overlap" in run("batch", one, again).output


def test_the_real_sample_is_accounted_for_to_the_last_row():
    path = SAMPLES / "focus_1_0_sample_even.csv"
    if not path.is_file():
        pytest.skip(f"{path.name} is not here: real samples lie outside the project")
    found = rows(path)
    used = found.filter(pl.col("set_aside").is_null())
    assert (found.height, used.height) == (500, 2)
    assert set(used["instance"]) == {"g5.4xlarge"}
    assert used["instance_hours"].sum() == approx(0.296111 + 0.303056)
    summary = batch(path)
    assert summary["rows_estimated"] + summary["rows_rejected"] + sum(summary["rows_set_aside"].values()) == 500
    assert (summary["rows_rejected"], len(summary["rows_set_aside"])) == (0, 6)
    assert summary["coverage"]["rows"] == 1.0


# --- AWS -----------------------------------------------------------------------------------------------


def test_hours_of_a_machine_are_those_of_ec2(file):
    row = only(file(cur({})))
    assert (row["instance"], row["instance_hours"], row["region"]) == ("p4d.24xlarge", 3.0, "aws:us-east-1")


def test_hours_of_sagemaker_are_those_of_its_machine(file):
    change = {"line_item_product_code": "AmazonSageMaker", "line_item_usage_type": "USE1-Host:ml.g5.xlarge"}
    assert only(file(cur(change)))["instance"] == "g5.xlarge"


@pytest.mark.parametrize(
    ("kind", "used"),
    [
        ("Usage", True),
        ("DiscountedUsage", True),
        ("SavingsPlanCoveredUsage", True),
        ("SavingsPlanNegation", False),
        ("SavingsPlanRecurringFee", False),
        ("RIFee", False),
        ("Tax", False),
        ("Credit", False),
        ("Refund", False),
        ("EdpDiscount", False),
    ],
)
def test_use_under_a_plan_counts_once_and_its_fees_never(file, kind, used):
    (said,) = why(file(cur({"line_item_line_item_type": kind})))
    assert (said is None) == used


@pytest.mark.parametrize(
    "change",
    [
        {"line_item_product_code": "ElasticMapReduce"},
        {"line_item_usage_type": "USE1-EBSOptimized:p4d.24xlarge"},
        {"line_item_product_code": "AmazonEKS", "line_item_usage_type": "USE1-EKS-Auto:p4d.24xlarge"},
        {"line_item_product_code": "abc123", "line_item_usage_type": "USE1-SoftwareUsage:p4d.24xlarge"},
    ],
)
def test_other_services_that_bill_the_hours_of_a_machine_repeat_them(file, change):
    (said,) = why(file(cur(change)))
    assert said.startswith("hours of software")


def test_capacity_that_nobody_used_is_no_use(file):
    (said,) = why(file(cur({"line_item_usage_type": "USE1-UnusedBox:p4d.24xlarge"})))
    assert said.startswith("a commitment or a reservation")


@pytest.mark.parametrize(
    ("change", "model", "column", "tokens"),
    [
        (
            {"line_item_usage_type": "USE1-Llama3-1-70B-input-tokens", "pricing_unit": "1K tokens"},
            "Llama-3.1-70B",
            "input",
            3000,
        ),
        (
            {
                "line_item_usage_type": "USE1-MP:USE1_OutputTokenCount-Units",
                "pricing_unit": "Units",
                "line_item_line_item_description": "AWS Marketplace software usage|us-east-1|Million Response Tokens",
                "product": '{"product_name": "Claude 3.5 Sonnet (Amazon Bedrock Edition)"}',
            },
            "Claude-3.5-Sonnet",
            "output",
            3_000_000,
        ),
    ],
)
def test_meters_of_bedrock_count_tokens_in_their_own_unit(file, change, model, column, tokens):
    row = only(file(cur({"line_item_product_code": "AmazonBedrock"} | change)))
    assert (row["model"], row[f"{column}_tokens"]) == (model, tokens)
    assert batch(file(cur({"line_item_product_code": "AmazonBedrock"} | change)))["rows_estimated"] == 1


def test_tokens_without_a_unit_are_rejected_not_guessed(file):
    change = {
        "line_item_product_code": "AmazonBedrock",
        "line_item_usage_type": "USE1-Llama3-1-70B-input-tokens",
        "pricing_unit": "Units",
    }
    (row,) = rows(file(cur(change))).rows(named=True)
    assert (row["reject_column"], row["reject_reason"]) == ("pricing_unit", "does not say how many tokens one is")


def test_a_bill_of_tokens_says_how_many_requests_were_taken(file):
    change = {"line_item_usage_type": "USE1-Llama3-1-70B-input-tokens", "pricing_unit": "1K tokens"}
    summary = batch(file(cur({"line_item_product_code": "AmazonBedrock"} | change)))
    assert any("counts tokens, not requests" in note for note in summary["warnings"])


def test_the_older_report_with_slashes_is_read_too(file):
    names = {
        "line_item_line_item_type": "lineItem/LineItemType",
        "line_item_usage_type": "lineItem/UsageType",
        "line_item_usage_amount": "lineItem/UsageAmount",
        "line_item_usage_start_date": "lineItem/UsageStartDate",
        "line_item_usage_end_date": "lineItem/UsageEndDate",
        "line_item_product_code": "lineItem/ProductCode",
        "line_item_usage_account_id": "lineItem/UsageAccountId",
        "pricing_unit": "pricing/unit",
        "product_region_code": "product/regionCode",
    }
    row = only(file(table({new: CUR[old] for old, new in names.items()})))
    assert (row["instance"], row["instance_hours"], row["region"]) == ("p4d.24xlarge", 3.0, "aws:us-east-1")


# --- Google --------------------------------------------------------------------------------------------


def test_hours_of_gpus_are_in_the_unit_of_the_price(file):
    row = only(file(google({}), "gcp.jsonl"))
    assert (row["accelerator"], row["accelerator_hours"], row["region"]) == ("A100", 8.0, "gcp:us-central1")
    assert batch(file(google({}), "gcp.jsonl"))["rows_estimated"] == 1


def test_seconds_are_read_where_the_unit_of_the_price_says_nothing(file):
    change = {"usage": {"amount": 7200.0, "unit": "seconds"}}
    assert only(file(google(change), "gcp.jsonl"))["accelerator_hours"] == 2.0


@pytest.mark.parametrize(
    ("sku", "reason"),
    [
        ("A2 Instance Core running in Americas", "processors and memory of machines with accelerators"),
        ("A3 Instance Ram running in Iowa", "processors and memory of machines with accelerators"),
        ("Commitment v1: Nvidia Tesla A100 GPU in Americas for 1 Year", "a commitment or a reservation"),
        ("E2 Instance Core running in Americas", "computing without accelerators"),
        ("Storage PD Capacity", "storage"),
        ("Network Internet Data Transfer Out from Americas to Americas", "networking"),
        ("Tpu-v3 accelerator", "computing without accelerators"),
    ],
)
def test_skus_that_are_no_hours_of_accelerators_are_set_aside(file, sku, reason):
    (said,) = why(file(google({"sku": {"description": sku}}), "gcp.jsonl"))
    assert said.startswith(reason)


def test_a_table_of_the_export_is_read_as_its_json_is(file):
    flat = {
        "billing_account_id": "A",
        "service.description": "Compute Engine",
        "sku.description": "Nvidia L4 GPU running in Netherlands",
        "usage_start_time": "2026-05-03 10:00:00 UTC",
        "usage_end_time": "2026-05-03 11:00:00 UTC",
        "project.id": "research",
        "location.region": "europe-west4",
        "usage.amount": "3600",
        "usage.unit": "seconds",
        "usage.amount_in_pricing_units": "1",
        "usage.pricing_unit": "hour",
        "cost_type": "regular",
    }
    for text in (table(flat), table({name.replace(".", "_"): cell for name, cell in flat.items()})):
        row = only(file(text))
        assert (row["accelerator"], row["accelerator_hours"], row["project"]) == ("L4", 1.0, "research")


# --- laws ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MADE)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_bill_adds_up_or_is_one_error(tmp_path, name, data):
    text = MADE[name][1].encode()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    what = data.draw(st.sampled_from([b"", b"\n", b",", b'"', b"-1e999", "\u202f".encode(), b"\xff", b"NULL", b"}"]))
    path = tmp_path / MADE[name][0]
    path.write_bytes(text[:start] + what + text[end:])
    try:
        with opened([str(path)], None, False, reader=name) as (item,):
            found = normalised(item).collect()
    except FootprintError as error:
        assert len(str(error).splitlines()) == 1
        return
    used = found["set_aside"].is_null() & found["reject_reason"].is_null()
    assert used.sum() + found["reject_reason"].count() + found["set_aside"].count() == found.height


def test_a_reader_of_bills_says_how_its_export_is_made():
    for name in MADE:
        assert len(by_name(name).help) > 100
