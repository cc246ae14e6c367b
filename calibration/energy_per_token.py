"""Fit accelerator energy per output token to measured serving configurations; test the fit on models left out.

    python calibration/energy_per_token.py PATH/TO/mlenergy_v3_text_configs.csv

The measurements (ML.ENERGY leaderboard v3, source ``mlenergy_v3``) carry no licence: they are read here, and nothing of
them is written. What the catalogue may hold are the coefficients and quantiles that this script prints. Sizes, layers
and accelerators come from the project's ``datasets/``, because an estimate has nothing better. Why this form:
``docs/decisions/0009-energy-per-token.md``.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Predict = Callable[["Rows", Mask], Callable[["Rows"], Floats]]  #: rows and those to learn from -> ln J of any rows

DATASETS = Path(__file__).parents[1] / "datasets"

#: Name of a measured model -> row of ``datasets/models.csv``, family, series. A *family* is what is left out together:
#: the sizes of one architecture that were published as one series, their variants and their FP8 copies. A *series* is
#: wider: all that carries one name, so that all Qwen3 go at once, and all Llama.
MODELS = {
    "Qwen3-235B-A22B": ("qwen3-235b-a22b", "Qwen3 235B-A22B", "Qwen3"),
    "Qwen3-Coder-480B": ("qwen3-coder-480b-a35b", "Qwen3 Coder 480B", "Qwen3"),
    "Qwen3-Coder-30B": ("qwen3-coder-30b-a3b", "Qwen3 Coder 30B", "Qwen3"),
    "Qwen3-32B": ("qwen3-32b", "Qwen3 dense", "Qwen3"),
    "Qwen3-8B": ("qwen3-8b", "Qwen3 dense", "Qwen3"),
    "DeepSeek-R1": ("deepseek-r1", "DeepSeek R1", "DeepSeek"),
    "gemma-3-27b": ("gemma-3-27b", "Gemma 3", "Gemma 3"),
    "Llama-3.1-405B": ("llama-3.1-405b", "Llama 3.1", "Llama"),
    "Llama-3.1-70B": ("llama-3.1-70b", "Llama 3.1", "Llama"),
    "Llama-3.1-8B": ("llama-3.1-8b", "Llama 3.1", "Llama"),
    "Llama-4-Maverick": ("llama-4-maverick", "Llama 4 Maverick", "Llama"),
    "Nemotron-Nano-12B-v2": ("nemotron-nano-12b-v2", "Nemotron Nano 2", "Nemotron"),
    "Nemotron-Nano-9B-v2": ("nemotron-nano-9b-v2", "Nemotron Nano 2", "Nemotron"),
    "gpt-oss-20b": ("gpt-oss-20b", "gpt-oss", "gpt-oss"),
}
FITTED = ("H100", "B200")
ACCELERATORS = {"H100": "h100_sxm", "B200": "b200", "H100-80GB": "h100_sxm", "A100-SXM4-40GB": "a100_sxm4_40"}
BITS = {"bfloat16": 16.0, "fp8": 8.0, "mxfp4": 4.0}

MEMORY_FOR_WEIGHTS = 0.6  #: share of accelerator memory that weights take; the rest is cache and buffers (judgement)
LAYERS_AT_1G, LAYERS_EXPONENT = 25.7, 0.163  #: where layers are unknown; checked against the catalogue by main()
#: The plain power law that went before: J_acc/token of a model of a billion parameters and one request at a time, then
#: the powers of active parameters, all parameters and requests at once.
FIRST_LAW = {"H100": (0.240581, 0.2082, 0.6422, -0.5254), "B200": (0.167596, 0.1269, 0.7972, -0.507)}
SOFT = 0.2  #: a residual (in ln) far beyond this pulls by its sign, not by its size: one server's fault steers nothing


@dataclass(frozen=True, slots=True)
class Measured:
    """One configuration that was measured."""

    energy: float  #: [J_acc/token]
    gpu: str
    model: str  #: its row of the catalogue
    weight: float  #: size of a weight [byte]
    batch: float
    family: str
    series: str


@dataclass(frozen=True, slots=True)
class Rows:
    """Configurations as columns: what an estimate would know, the energy measured, and who belongs together."""

    energy: Floats  #: measured [J_acc/token]
    active: Floats  #: active parameters [1e9]
    total: Floats  #: total parameters [1e9]
    weight: Floats  #: size of a weight [byte]
    layers: Floats
    batch: Floats  #: requests served at once
    power: Floats  #: rated, of one accelerator [W]
    bandwidth: Floats  #: of its memory [GB/s]
    peak: Floats  #: dense, 16 bit [GFLOP/s]
    memory: Floats  #: [GB]
    gpu: NDArray[np.str_]
    family: NDArray[np.str_]
    series: NDArray[np.str_]
    model: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.energy)

    def where(self, mask: Mask) -> Rows:
        """The rows of the mask."""
        return Rows(*(getattr(self, field.name)[mask] for field in fields(self)))

    def but(self, **columns: Floats) -> Rows:
        """The same rows with other columns."""
        return Rows(*(columns.get(field.name, getattr(self, field.name)) for field in fields(self)))


def say(*cells: str) -> None:
    """A line to whoever runs this."""
    sys.stdout.write(" ".join(cells) + "\n")


def table(name: str) -> list[dict[str, str]]:
    """The rows of a table of the catalogue."""
    with (DATASETS / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def gather(measured: list[Measured]) -> Rows:
    """Measurements as columns, with sizes and hardware from the catalogue."""
    models, chips = ({row["id"]: row for row in table(name)} for name in ("models.csv", "accelerators.csv"))
    found = []
    for one in measured:
        size, chip = models[one.model], chips[ACCELERATORS[one.gpu]]
        total = float(size["total_parameters"] or size["active_parameters"])
        found.append(
            (
                one.energy,
                float(size["active_parameters"]),
                total,
                one.weight,
                float(size["layers"] or LAYERS_AT_1G * total**LAYERS_EXPONENT),
                one.batch,
                float(chip["rated_power"]),
                float(chip["memory_bandwidth"]),
                float(chip["fp16_dense"]) * 1000,
                float(chip["memory"]),
                one.gpu,
                one.family,
                one.series,
                f"{one.model} {one.weight:g}",
            )
        )
    return Rows(*(np.array(column) for column in zip(*found, strict=True)))


def extract(path: Path) -> Rows:
    """The configurations of the extract: those to fit."""
    found = []
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            model, family, series = next(value for name, value in MODELS.items() if name in row["model"])
            weight = BITS[row["weight_precision"]] / 8
            energy, batch = float(row["j_per_token"]), float(row["avg_batch"])
            found.append(Measured(energy, row["gpu"], model, weight, batch, family, series))
    return gather(found)


def older() -> Rows:
    """Chat measurements of the leaderboard's edition of 2024, which the catalogue holds: to test, never to fit."""
    found = []
    families = {model: family for model, family, _ in MODELS.values()}
    for row in table("energy_per_use.csv"):
        if row["source"] == "mlenergy_v2" and row["unit_of_use"] == "response":
            energy = float(row["value"]) * 3600 / float(row["output_tokens"])
            model, batch = row["model"], float(row["batch_size"])
            found.append(Measured(energy, row["hardware"], model, 2.0, batch, families.get(model, model), "2024"))
    return gather(found)


# ---------------------------------------------------------------- the equation


def terms(rows: Rows) -> Floats:
    """The three terms without coefficients, as columns [J/token; W/token; J/token]: products, powers and sums."""
    spread = (rows.batch - 1) * rows.active / rows.total  # how often the other requests of a step ask for each weight
    weights_read = rows.active + (rows.total - rows.active) * spread * (1 + spread**2) ** -0.5
    accelerators = 1 + rows.total * rows.weight / (MEMORY_FOR_WEIGHTS * rows.memory)
    reading = rows.power / rows.bandwidth * weights_read * rows.weight / rows.batch
    stepping = rows.power * accelerators * rows.layers * rows.batch**-0.5
    computing = rows.power / rows.peak * 2 * (rows.active * rows.total) ** 0.5
    return np.stack([reading, stepping, computing], axis=1)


def least_squares(columns: Floats, target: Floats) -> Floats:
    """Positive coefficients k for which ln(columns @ k) is nearest to the target, large residuals held back.

    Gauss-Newton on ln k, damped (Levenberg-Marquardt): deterministic, a few dozen steps.
    """

    def bent(residual: Floats) -> Floats:
        return np.asarray(np.sign(residual) * SOFT * np.sqrt(2 * (np.sqrt(1 + (residual / SOFT) ** 2) - 1)))

    def state(log_k: Floats) -> tuple[Floats, Floats]:
        parts = columns * np.exp(log_k)
        residual = np.log(parts.sum(axis=1)) - target
        slope = (1 + (residual / SOFT) ** 2) ** -0.5  # weight of a row: 1 near the fit, falling outwards
        return np.sqrt(slope)[:, None] * parts / parts.sum(axis=1, keepdims=True), residual

    log_k = target.mean() - np.log(columns.mean(axis=0)) - np.log(columns.shape[1])
    damping, cost = 1e-2, np.inf
    for _ in range(200):
        jacobian, residual = state(log_k)
        cost = float((bent(residual) ** 2).sum())
        weight = (1 + (residual / SOFT) ** 2) ** -0.25
        normal = jacobian.T @ jacobian
        step = np.linalg.solve(normal + damping * np.diag(np.diag(normal) + 1e-9), -jacobian.T @ (weight * residual))
        tried = float((bent(state(log_k + step)[1]) ** 2).sum())
        if tried < cost:
            log_k, damping = log_k + step, damping / 5
            if cost - tried < 1e-12 * cost:
                break
        else:
            damping *= 5
            if damping > 1e12:
                break
    coefficient: Floats = np.exp(log_k)
    return coefficient


def ours(rows: Rows, learn: Mask) -> Callable[[Rows], Floats]:
    """The equation, one set of coefficients for all hardware."""
    known = rows.where(learn)
    k = least_squares(terms(known), np.log(known.energy))
    return lambda other: np.asarray(np.log(terms(other) @ k))


# ---------------------------------------------------------------- beside it


def coefficients() -> dict[str, float]:
    """The values of ``datasets/factors/coefficients.csv``."""
    return {row["id"]: float(row["value"]) for row in table("factors/coefficients.csv") if row["value"]}


def first_law(rows: Rows, learn: Mask) -> Callable[[Rows], Floats]:
    """The plain power law of the first edition, whose coefficients have seen every row: nothing is left out."""
    del rows, learn

    def predict(other: Rows) -> Floats:
        unit, active, total, batch = (
            np.where(other.gpu == "B200", FIRST_LAW["B200"][place], FIRST_LAW["H100"][place]) for place in range(4)
        )
        sizes = active * np.log(other.active) + total * np.log(other.total)
        power: Floats = np.log(unit) + sizes + batch * np.log(other.batch)
        return power

    return predict


def power_law(rows: Rows, learn: Mask) -> Callable[[Rows], Floats]:
    """The plain power law fitted anew, one for each accelerator, by least squares in ln."""

    def columns(some: Rows) -> Floats:
        return np.stack([np.ones(len(some)), np.log(some.active), np.log(some.total), np.log(some.batch)], axis=1)

    fits = {}
    for gpu in FITTED:
        known = rows.where(learn & (rows.gpu == gpu))
        if len(known):
            fits[gpu] = np.linalg.lstsq(columns(known), np.log(known.energy), rcond=None)[0]
    return lambda other: np.array([row @ fits[gpu] for row, gpu in zip(columns(other), other.gpu, strict=True)])


def ecologits(fixed_batch: bool) -> Predict:
    """EcoLogits' published equation, accelerators only, at the row's batch or at its own 64; nothing is fitted."""
    c = {name.removeprefix("ecologits_"): value for name, value in coefficients().items() if "ecologits" in name}

    def predict(other: Rows) -> Floats:
        batch = np.full(len(other), c["batch_size"]) if fixed_batch else other.batch
        each = c["gpu_energy_alpha"] * np.exp(c["gpu_energy_beta"] * batch) * other.active + c["gpu_energy_gamma"]
        memory = c["memory_overhead"] * other.total * c["quantisation"]
        gpus = 2 ** np.ceil(np.log2(np.ceil(memory / c["gpu_memory"])))
        return np.asarray(np.log(3600 * each * gpus))

    return lambda rows, learn: predict


# ---------------------------------------------------------------- tests on what was left out


def left_out(rows: Rows, method: Predict, group: NDArray[np.str_], asked: Rows | None = None) -> Floats:
    """Ln(measured / predicted) of each row, by a fit that has seen no row of its group."""
    asked = rows if asked is None else asked
    residual = np.full(len(rows), np.nan)
    for name in np.unique(group):
        out = group == name
        residual[out] = np.log(rows.energy[out]) - method(rows, ~out)(asked.where(out))
    return residual


def band(residual: Floats) -> tuple[float, float]:
    """5th and 95th percentile of ln(measured / predicted)."""
    return float(np.quantile(residual, 0.05)), float(np.quantile(residual, 0.95))


def covered(rows: Rows, group: NDArray[np.str_], pooled: bool) -> Mask:
    """Rows inside a range that knows nothing of their group.

    Its percentiles come from the other groups, each left out in turn, by fits that have not seen this one either.
    """
    inside = np.zeros(len(rows), dtype=bool)
    for name in np.unique(group):
        out = group == name
        others = rows.where(~out)
        inner = left_out(others, ours, group[~out])
        outer = np.log(rows.energy[out]) - ours(rows, ~out)(rows.where(out))
        for gpu in FITTED:
            low, high = band(inner if pooled else inner[others.gpu == gpu])
            here = rows.gpu[out] == gpu
            inside[np.flatnonzero(out)[here]] = (outer[here] >= low) & (outer[here] <= high)
    return inside


def quantiles(residual: Floats) -> str:
    """5th, 50th and 95th percentile of measured / predicted."""
    return " ".join(f"{np.exp(np.quantile(residual, q)):7.3f}" for q in (0.05, 0.5, 0.95))


def error(residual: Floats) -> str:
    """Median and 90th percentile of the error factor."""
    factor = np.exp(np.abs(residual))
    return f"{np.median(factor):6.3f} {np.quantile(factor, 0.9):6.3f}"


def methods(rows: Rows) -> None:
    """Error factors by method and accelerator."""
    short = rows.but(layers=LAYERS_AT_1G * rows.total**LAYERS_EXPONENT)
    wide = rows.but(weight=np.full(len(rows), 2.0))
    everything = np.zeros(len(rows), dtype=bool)
    seen = np.log(rows.energy)
    lines = [
        ("this equation, left out by family", left_out(rows, ours, rows.family)),
        ("  by model and precision", left_out(rows, ours, rows.model)),
        ("  by series (all Qwen3, all Llama)", left_out(rows, ours, rows.series)),
        ("  by family, layers not known", left_out(rows, ours, rows.family, short)),
        ("  by family, weight bits not known (16)", left_out(rows, ours, rows.family, wide)),
        ("  in sample", seen - ours(rows, ~everything)(rows)),
        ("plain power law, left out by family", left_out(rows, power_law, rows.family)),
        ("  of the first edition, in sample", seen - first_law(rows, everything)(rows)),
        ("EcoLogits, batch of the row", seen - ecologits(False)(rows, everything)(rows)),
        ("EcoLogits, its batch of 64", seen - ecologits(True)(rows, everything)(rows)),
    ]
    say(f"\nError factor: median, 90th percentile{'H100':>17}{'B200':>15}")
    for name, residual in lines:
        say(f"  {name:<42}", *(f"{error(residual[rows.gpu == gpu])} " for gpu in FITTED))


def ranges(rows: Rows, residual: Floats) -> None:
    """Residuals, by family and overall, and how many rows a range of other families holds."""
    say("\nMedian measured / predicted, family left out                 H100   rows   B200   rows")
    for family in np.unique(rows.family):
        cells = []
        for gpu in FITTED:
            here = residual[(rows.family == family) & (rows.gpu == gpu)]
            cells.append(f"{np.exp(np.median(here)):7.2f} {len(here):6d}" if len(here) else f"{'-':>7} {0:6d}")
        say(f"  {family:<52}", *cells)

    say("\nMeasured / predicted, family left out:      5 %    50 %    95 %   sd(ln)")
    for name, here in [*((gpu, residual[rows.gpu == gpu]) for gpu in FITTED), ("both", residual)]:
        say(f"  {name:<38}", quantiles(here), f"{here.std():8.3f}")

    say("\nShare of left-out rows inside the 90 % range of the other families:  H100   B200   both")
    for name, pooled in (("range of the accelerator", False), ("range of both together", True)):
        inside = covered(rows, rows.family, pooled)
        cells = [inside[rows.gpu == gpu].mean() for gpu in FITTED] + [inside.mean()]
        say(f"  {name:<64}", *(f"{cell:6.1%}" for cell in cells))


def transfer(rows: Rows, residual: Floats) -> None:
    """Hardware that the fit has not seen, the row's family left out as well."""

    def line(name: str, known: Rows, unseen: Rows, own: str) -> None:
        carried = np.full(len(unseen), np.nan)
        for family in np.unique(unseen.family):
            out = unseen.family == family
            fit = ours(known, known.family != family)
            carried[out] = np.log(unseen.energy[out]) - fit(unseen.where(out))
        # What a user of this fit would have: its own range, from families left out where it was made.
        low, high = band(left_out(known, ours, known.family))
        widen = float(np.quantile(np.maximum(carried / high, carried / low), 0.9))
        inside = np.mean((carried >= low) & (carried <= high))
        say(f"  {name:<24} {len(unseen):4d} {error(carried)} {quantiles(carried)} {inside:6.1%} {widen:5.2f}  {own}")

    say("\nHardware not seen by the fit  rows  median 90th    5 %    50 %    95 %  inside  to hold 90 % widen (ln) by")
    for source, target in (("H100", "B200"), ("B200", "H100")):
        low, high = band(residual[rows.gpu == target])
        own = f"(fitted with it: {np.exp(low):.2f} to {np.exp(high):.2f})"
        line(f"{source} alone -> {target}", rows.where(rows.gpu == source), rows.where(rows.gpu == target), own)
    test = older()
    for gpu in np.unique(test.gpu):
        for name, known in (("both", rows), ("H100 alone", rows.where(rows.gpu == "H100"))):
            line(f"{name} -> {gpu.split('-')[0]} of 2024", known, test.where(test.gpu == gpu), "")
        here = test.where(test.gpu == gpu)
        law = np.log(here.energy) - first_law(rows, rows.gpu == "H100")(here)
        eco = np.log(here.energy) - ecologits(False)(rows, rows.gpu == "H100")(here)
        say(f"  {'  plain law of H100':<24} {len(here):4d} {error(law)} {quantiles(law)}")
        say(f"  {'  EcoLogits':<24} {len(here):4d} {error(eco)} {quantiles(eco)}")


def layers_law() -> None:
    """The law for layers beside that of the models of the catalogue that state both."""
    stated = [row for row in table("models.csv") if row["layers"] and row["active_parameters"]]
    total = np.log([float(row["total_parameters"] or row["active_parameters"]) for row in stated])
    layers = np.log([float(row["layers"]) for row in stated])
    slope, start = np.polyfit(total, layers, 1)
    low, high = np.exp(band(layers - start - slope * total))
    say(f"\nLayers where unknown: {LAYERS_AT_1G:g} (N_t / 1e9)^{LAYERS_EXPONENT:g}")
    say(f"  {len(stated)} models of the catalogue: {np.exp(start):.1f}, {slope:.3f}; over law {low:.2f} to {high:.2f}")


def main() -> None:
    """Fit, then print."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("path", type=Path, help="mlenergy_v3_text_configs.csv")
    rows = extract(parser.parse_args().path)

    k = least_squares(terms(rows), np.log(rows.energy))
    say(f"Energy per output token, accelerators only [J_acc/token], {len(rows)} configurations")
    say(f"  E = {k[0]:.3f} (P/w) b N_read / B  +  {k[1]:.3e} s P n L / B^0.5  +  {k[2]:.3f} (P/F) 2 (N_a N_t)^0.5")
    say("  N_read = N_a + (N_t - N_a) x (1 + x^2)^-0.5,  x = (B - 1) N_a / N_t;  n = 1 + b N_t / (0.6 M)")
    say("  P rated power [W], w bandwidth [GB/s], F dense 16-bit peak [GFLOP/s], M memory [GB] of one accelerator;")
    say("  N_a, N_t active, total parameters [1e9]; b bytes a weight; L layers; B requests at once; n accelerators")
    say("  coefficients: reading [1], time of a layer in a step at B = 1 [s], computing [1]")
    shares = terms(rows) * k
    shares /= shares.sum(axis=1, keepdims=True)
    say("  share of the terms, mean over rows:", ", ".join(f"{share:.0%}" for share in shares.mean(axis=0)))

    say("\nFitted range        active 1e9     total 1e9     bytes        layers       batch   rows")
    for gpu in FITTED:
        here = rows.where(rows.gpu == gpu)
        sides = (here.active, here.total, here.weight, here.layers, here.batch)
        say(f"  {gpu:<14}", *(f"{side.min():6.4g}-{side.max():<6.4g}" for side in sides), f"{len(here):5d}")

    residual = left_out(rows, ours, rows.family)
    methods(rows)
    ranges(rows, residual)
    transfer(rows, residual)
    layers_law()


if __name__ == "__main__":
    main()
