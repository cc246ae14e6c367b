"""Claims about use: what a request or an image takes, and how that changed."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from footprint.activities import Query, TrainingRun
from footprint.comparison import compared
from footprint.errors import CatalogueError
from footprint.record.working import CHIPS, METER, PLUGS, Result, Words, Working
from footprint.units import Quantity

_RATED = Words("servers at rated power, no PUE", "serveurs à puissance nominale, sans PUE")
_OWN = Words("the provider's own total", "total du fournisseur")
_FLEET = Words("servers at rated power all day, no PUE", "serveurs à puissance nominale toute la journée, sans PUE")
_NO_METHOD = Words("average, method not published", "moyenne, méthode non publiée")
_MODELLED = Words("modelled from API speed, PUE inside", "modélisé d’après la vitesse de l’API, PUE compris")
_EPOCH = Words("server and PUE, modelled", "serveur et PUE, modélisés")

#: What a request of today is: key, row, words, boundary.
_LATER = (
    ("gemini", "google_gemini_full", Words("median Gemini prompt", "requête médiane de Gemini"), METER),
    ("epoch", "epoch_gpt4o", Words("GPT-4o, some hundred tokens out", "GPT-4o, quelques centaines de jetons"), _EPOCH),
    ("altman", "openai_altman", Words("average ChatGPT query", "requête moyenne à ChatGPT"), _NO_METHOD),
    ("short", "jegham_v6_gpt_4o_mar_2025_short", Words("GPT-4o, short prompt", "GPT-4o, requête courte"), _MODELLED),
    (
        "medium",
        "jegham_v6_gpt_4o_mar_2025_medium",
        Words("GPT-4o, medium prompt", "GPT-4o, requête moyenne"),
        _MODELLED,
    ),
    ("long", "jegham_v6_gpt_4o_mar_2025_long", Words("GPT-4o, long prompt", "GPT-4o, requête longue"), _MODELLED),
    ("reasoning", "jegham_v6_o3_long", Words("o3, long prompt", "o3, requête longue"), _MODELLED),
    ("100k", "epoch_input_100k", Words("GPT-4o, very long input", "GPT-4o, très long texte en entrée"), _EPOCH),
)


def ten_searches(working: Working, given: Mapping[str, str]) -> None:
    """C3: requests of several years over the only published energy of a web search."""
    date = datetime.date(2023, 6, 1)
    asked = compared(working.run(Query(model="chatgpt", region="US", date=date)), "web-search", working.catalogue)
    command = f"query chatgpt --date {date} --region US --versus web-search"
    if asked.versus is None or asked.versus.ratio_at_meter is None:
        raise CatalogueError("ChatGPT of 2023 and a web search stand at two boundaries no more: answer C3 anew.")
    search = Words("Google web search", "recherche Google")
    working.use("search", "google_search_2009", search.en, search.fr, _OWN)
    working.use(
        "chatgpt_2023", "devries_chatgpt", "ChatGPT request, early 2023", "requête à ChatGPT, début 2023", _RATED
    )
    working.case(
        "fleet", "in-devries-chatgpt-day", "published_energy", "ChatGPT, one day", "ChatGPT, une journée", _FLEET,
        unit="MWh_IT",
    )  # fmt: skip
    working.case(
        "requests", "in-devries-chatgpt-day", "requests", "requests of that day", "requêtes de cette journée",
        Words("assumed", "supposées"),
    )  # fmt: skip
    pue = next(use for use in asked.factors if use.name == "pue")
    working.used("pue", pue, "PUE of the host", "PUE de l’hébergeur", Words("United States", "États-Unis"))
    times = Words("times", "fois")
    working.give(
        Result(
            key="ratio_2023",
            label=Words("ChatGPT of 2023, as printed", "ChatGPT de 2023, tel que publié"),
            quantity=Quantity(asked.versus.ratio, ""),
            counted=times,
            formula=("chatgpt_2023", "/", "search"),
            command=f"footprint {command}",
            digits=2,
        )
    )
    working.give(
        Result(
            key="ratio_2023_at_meter",
            label=Words("the same, both at the meter", "le même, les deux au compteur"),
            quantity=Quantity(asked.versus.ratio_at_meter, ""),
            counted=times,
            formula=("chatgpt_2023", "×", "pue", "/", "search"),
            command=f"footprint {command}",
        )
    )
    each = (working.amount("fleet") / working.amount("requests")).to("Wh_IT/request")
    working.give(
        Result(
            key="per_request",
            label=Words("request, from the day", "requête, d’après la journée"),
            quantity=each,
            formula=("fleet", "/", "requests"),
        )
    )
    working.ratio(
        "ratio_fleet", "per_request", "search", "from the day, as printed", "d’après la journée, tel que publié"
    )
    for key, row, words, boundary in _LATER:
        working.use(key, row, words.en, words.fr, boundary)
        working.ratio(f"ratio_{key}", key, "search", words.en, words.fr)
    working.thing(
        "web_search_life",
        "web_search_fr_lifecycle",
        Words("life cycle, terminal inside", "cycle de vie, terminal compris"),
    )
    working.refuse(
        "over the life-cycle figure of a web search", "face au chiffre de cycle de vie d’une recherche",
        "it is carbon, and holds the terminal: no figure of a request has that boundary.",
        "c’est du carbone, terminal compris : aucun chiffre de requête n’a ce périmètre.",
    )  # fmt: skip
    working.warn(
        "the energy of a web search is of 2009: nothing newer was published, and every ratio hangs on it.",
        "l’énergie d’une recherche date de 2009 : rien de plus récent n’a été publié, et chaque rapport en dépend.",
    )


def computing_power(working: Working, given: Mapping[str, str]) -> None:
    """C10: what one image takes, by measurements of open models."""
    inside = Words("processor, memory and accelerator, no PUE", "processeur, mémoire et accélérateur, sans PUE")
    working.use(
        "image_mean", "luccioni_image_generation",
        "image, mean of eight open models", "image, moyenne de huit modèles ouverts", inside, digits=2,
    )  # fmt: skip
    working.figure("image_median", "image_median")
    measured = working.catalogue.rows(
        "SELECT id, subject FROM energy_per_use WHERE task = 'text-to-image' AND unit = 'Wh_acc/image' "
        "AND method = 'measured' AND hardware LIKE 'H100%' AND year >= 2024 ORDER BY value, id"
    )
    for key, row, en, fr in (
        ("image_low", measured[0], "the least", "le moins"),
        ("image_high", measured[-1], "the most", "le plus"),
    ):
        name = str(row["subject"]).rpartition("/")[2]
        working.use(
            key, row["id"], f"image on an H100, {en}: {name}", f"image sur un H100, {fr} : {name}", CHIPS, digits=2
        )
    working.use(
        "image_unknown", "recommended_image", "image of a model that is not disclosed",
        "image d’un modèle non divulgué",
        Words("proxy of this project, PUE inside", "approximation de ce projet, PUE compris"),
    )  # fmt: skip
    working.warn(
        "measured on open models, one image at a time: what is sold as a service is not disclosed.",
        "mesuré sur des modèles ouverts, une image à la fois : les services commerciaux ne divulguent rien.",
    )


def falling_cost(working: Working, given: Mapping[str, str]) -> None:
    """C11: a trend inside one source, and none across two."""
    working.figure("fall", "gemini_fall")
    working.use("gemini", "google_gemini_full", "median Gemini prompt", "requête médiane de Gemini", METER)
    working.use(
        "chatgpt_2023", "devries_chatgpt", "ChatGPT request, early 2023", "requête à ChatGPT, début 2023", _RATED
    )
    working.use("chatgpt_2025", "openai_altman", "average ChatGPT query", "requête moyenne à ChatGPT", _NO_METHOD)
    before = working.amount("gemini") * working.amount("fall")
    working.give(
        Result(
            key="gemini_before",
            label=Words(
                "median Gemini prompt a year earlier, implied", "requête médiane de Gemini un an plus tôt, implicite"
            ),
            quantity=before.to("Wh/request"),
            formula=("gemini", "×", "fall"),
            digits=1,
        )
    )
    working.refuse(
        "the gain of ChatGPT from 2023 to 2025", "le gain de ChatGPT de 2023 à 2025",
        "rated power of an assumed fleet without PUE, and an average whose method is not published: two boundaries, "
        "no trend.",
        "puissance nominale d’un parc supposé, sans PUE, et moyenne dont la méthode n’est pas publiée : deux "
        "périmètres, pas de tendance.",
    )  # fmt: skip


def lighter_models(working: Working, given: Mapping[str, str]) -> None:
    """C12: two models by size and hardware, beside a benchmark that assumes other hardware for each."""
    date = datetime.date(2025, 6, 1)
    tokens = {"input_tokens": 1000, "output_tokens": 1000}
    row = working.catalogue.row
    for key, model, name in (("gpt4o", "gpt-4o", "GPT-4o"), ("mini", "gpt-4o-mini", "GPT-4o mini")):
        working.column(
            f"{key}_parameters", "models", str((row("models", model) or {})["id"]), "active_parameters", "Gparameter",
            f"active parameters of {name}, estimated by others", f"paramètres actifs de {name}, estimés par d’autres",
            Words("closed model", "modèle fermé"),
        )  # fmt: skip
    benchmark = Words(
        "medium prompt; modelled from API speed", "requête moyenne ; modélisé d’après la vitesse de l’API"
    )
    working.use(
        "gpt4o_benchmark", "jegham_v6_gpt_4o_mar_2025_medium", "GPT-4o, benchmark", "GPT-4o, banc d’essai", benchmark
    )
    working.use(
        "mini_benchmark",
        "jegham_v6_gpt_4o_mini_medium",
        "GPT-4o mini, benchmark",
        "GPT-4o mini, banc d’essai",
        benchmark,
    )
    working.case(
        "mini_benchmark_earlier", "in-j25-gpt-4o-mini-medium", "published_energy",
        "GPT-4o mini, an earlier version of it", "GPT-4o mini, une version antérieure", benchmark, unit="Wh/request",
    )  # fmt: skip
    hardware = (("h100", "h100_sxm", "H100"), ("a100", "a100_sxm4_80", "A100"))
    for key, model, name in (("gpt4o", "gpt-4o", "GPT-4o"), ("mini", "gpt-4o-mini", "GPT-4o mini")):
        for chip, accelerator, called in hardware:
            made = working.run(Query(model=model, accelerator=accelerator, date=date, **tokens))  # type: ignore[arg-type]
            working.computed(
                f"{key}_{chip}", made, "facility_energy", f"{name} served on {called}", f"{name} servi par {called}",
                command=(
                    f"query {model} --input-tokens 1000 --output-tokens 1000 --accelerator {accelerator} --date {date}"
                ),
                ranged=True,
            )  # fmt: skip
    working.ratio("by_size", "mini_h100", "gpt4o_h100", "mini over GPT-4o, same chips", "mini sur GPT-4o, mêmes puces")
    working.ratio(
        "older_chips",
        "mini_a100",
        "gpt4o_h100",
        "mini on older chips over GPT-4o",
        "mini sur puces anciennes, sur GPT-4o",
    )
    working.ratio("by_benchmark", "mini_benchmark", "gpt4o_benchmark", "by the benchmark", "selon le banc d’essai")
    working.warn(
        "assumed: sizes that others estimate, how many requests are served at once, the chips; the maker tells none.",
        "supposés : des tailles estimées par d’autres, le nombre de requêtes servies ensemble, les puces ; le "
        "concepteur n’en dit rien.",
    )


def cost_per_day(working: Working, given: Mapping[str, str]) -> None:
    """M1: money and energy of one model, which are one piece of evidence."""
    working.figure("cost", "chatgpt_cost_per_day")
    case = "in-devries-chatgpt-day"
    working.case(
        "energy_day", case, "published_energy", "energy of a day", "énergie d’une journée", _FLEET, unit="MWh_IT"
    )
    accelerators = working.case(
        "accelerators", case, "accelerators", "accelerators of the model", "accélérateurs du modèle", _RATED
    )
    power = working.case(
        "power",
        case,
        "mean_power",
        "power per accelerator, server inside",
        "puissance par accélérateur, serveur compris",
        PLUGS,
    )
    hours = working.case("hours", case, "hours", "hours", "heures", Words("a day", "une journée"))
    made = working.run(
        TrainingRun(accelerators=accelerators, hours=hours, mean_power=power, date=datetime.date(2023, 6, 1))
    )
    working.computed(
        "energy_computed", made, "it_energy", "energy, from the same model", "énergie, d’après le même modèle",
        command=(
            f"training --count {accelerators.magnitude:g} --hours {hours.magnitude:g} --mean-power "
            f"'{power.magnitude:g} W' --date 2023-06-01"
        ),
        formula=("accelerators", "×", "hours", "×", "power"),
        unit="MWh_IT",
    )  # fmt: skip
    working.refuse(
        "energy from the cost", "énergie déduite du coût",
        "both follow from the same assumed servers: one cannot confirm the other.",
        "les deux découlent des mêmes serveurs supposés : l’un ne peut confirmer l’autre.",
    )  # fmt: skip
