"""Hall, grid and market are settled once for all activities of a place: each is settled as it would be alone."""

import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from footprint.activities import CloudInstance, DatacenterLoad, Query, TrainingRun
from footprint.catalogue import open_catalogue
from footprint.errors import FootprintError
from footprint.settling import settle_each

PLACES = st.fixed_dictionaries(
    {
        "region": st.sampled_from(
            [None, "FR", "DE", "US", "world", "US-EGRID-SRVC", "aws:eu-west-3", "gcp:us-central1"]
        ),
        "provider": st.sampled_from([None, None, "aws", "gcp", "on_premises", "unknown"]),
        "date": st.sampled_from([datetime.date(year, 6, 1) for year in (2016, 2023, 2025)]),
    },
    optional={
        "pue": st.just(1.3),
        "grid_intensity": st.just("100 gCO2e/kWh"),
        "wue_grid": st.just("3 L/kWh"),
        "hours_of_day": st.just("22-6"),
    },
)
WORK = st.one_of(
    st.builds(
        lambda model, amounts: (Query, {"model": model, **amounts}),
        st.sampled_from(["gpt-4o", "llama-3.1-8b", "chatgpt", "claude-3-5-sonnet", "no such model"]),
        st.sampled_from(
            [
                {"output_tokens": 5},
                {"input_tokens": 5, "output_tokens": 5},
                {"requests": 3},
                {"output_tokens": 5, "accelerator": "h100", "batch_size": 64},
                {"accelerator": "a100", "accelerator_hours": "2 acc_h"},
            ]
        ),
    ),
    st.builds(
        lambda model, amounts: (Query, {"model": model, **amounts}),
        st.sampled_from(["sdxl-1.0", "sora"]),
        st.sampled_from([{"images": 3, "size": "1024x1024"}, {"video_seconds": 10, "size": "720p", "frame_rate": 24}]),
    ),
    st.just((Query, {"energy_per_request": "0.3 Wh"})),
    st.just((TrainingRun, {"accelerator": "a100", "accelerator_hours": "100 acc_h"})),
    st.just((DatacenterLoad, {"energy": "5 MWh"})),
    st.just((DatacenterLoad, {"energy": "5 MWh_IT"})),
    st.just((CloudInstance, {"instance": "p4d.24xlarge", "hours": "3 h"})),
)


def said(setting):
    """Return all that a setting says, factors in their order."""
    if isinstance(setting, FootprintError):
        return type(setting), str(setting)
    factors = [(name, use.id, use.value, use.rung, use.note) for name, use in setting.factors.items()]
    words = (setting.reasons, setting.assumptions, setting.warnings, setting.published, setting.printed)
    where = (setting.place, setting.provider, setting.date, setting.market_open)
    return factors, words, where, setting.method.id, setting.quality


@given(
    asked=st.lists(st.tuples(WORK, PLACES), min_size=2, max_size=12), boundary=st.sampled_from(["lifecycle", "direct"])
)
@settings(max_examples=40)
def test_activities_together_are_settled_as_each_alone(asked, boundary):
    catalogue = open_catalogue(None, boundary, False)
    activities = []
    for (kind, work), place in asked:
        try:
            activities.append(kind(**work, **place))
        except FootprintError:
            continue
    together = settle_each(activities, catalogue)
    for activity, setting in zip(activities, together, strict=True):
        (alone,) = settle_each([activity], catalogue)
        assert said(setting) == said(alone)
    own = [setting for setting in together if not isinstance(setting, FootprintError)]
    assert len({id(setting.factors) for setting in own}) == len({id(setting.reasons) for setting in own}) == len(own)


REGIONS = [None, "FR", "world", "nowhere", "US-EGRID-SRVC", "aws:eu-west-3", "gcp:us-central1", "FR"]


@given(work=WORK, place=PLACES, regions=st.lists(st.sampled_from(REGIONS), min_size=2, max_size=8))
@settings(max_examples=60)
def test_activities_that_differ_in_their_region_alone_are_settled_as_each_alone(work, place, regions):
    catalogue, (kind, given_of) = open_catalogue(), work
    try:
        first = kind(**given_of, **place)
    except FootprintError:
        return
    activities = [first.at(region) for region in regions]
    # As if each had been made by itself.
    assert activities == [kind(**given_of, **{**place, "region": region}) for region in regions]
    together = settle_each(activities, catalogue, [7] * len(activities))
    for activity, setting in zip(activities, together, strict=True):
        (alone,) = settle_each([activity], catalogue)
        assert said(setting) == said(alone)
    own = [setting for setting in together if not isinstance(setting, FootprintError)]
    assert len({id(setting.factors) for setting in own}) == len(own)
