"""Draws the made-up applicants of data/examples/screening-model, and scores them with its two models.

Run it to write the files anew: ``python -m tests.gates.make_example``. Ability does not depend on sex or race. The time
somebody was out of work does depend on sex, and says nothing about ability: the biased model gives it a weight.
"""

from __future__ import annotations

import json
from pathlib import Path
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).resolve().parents[2] / "data" / "examples" / "screening-model"
SEED = 20260144
APPLICANTS = 1200
RACES = {"Asian": 0.15, "Black or African American": 0.2, "Hispanic or Latino": 0.25, "White": 0.37,
         "Two or More Races": 0.015, "": 0.015}  # fmt: skip
MODELS = {
    "fair": {"bias": 0.0, "experience": 1.1, "test": 1.6, "months_out_of_work": 0.0},
    "biased": {"bias": 0.55, "experience": 1.1, "test": 1.6, "months_out_of_work": -0.14},
}


def files() -> dict[str, str]:
    """The content of every file, by its name below :data:`FOLDER`."""
    draw = np.random.default_rng(SEED)
    sex = draw.choice(["female", "male"], APPLICANTS)
    race = draw.choice(list(RACES), APPLICANTS, p=list(RACES.values()))
    ability = _ability(draw, [f"{one} {other}" for one, other in zip(sex, race, strict=True)])
    features = {
        "experience": ability + draw.normal(scale=0.7, size=APPLICANTS),
        "test": ability + draw.normal(scale=0.5, size=APPLICANTS),
        "months_out_of_work": draw.poisson(np.where(sex == "female", 12, 2)),
    }
    label = (ability + draw.normal(scale=0.5, size=APPLICANTS) > 0).astype(int)
    found = {}
    for name, weights in MODELS.items():
        score = weights["bias"] + sum(weights[one] * values for one, values in features.items())
        chance = 1 / (1 + np.exp(-score))
        rows = ["applicant,sex,race,label,score,prediction"]
        rows += [f"A{n:04},{sex[n]},{race[n]},{label[n]},{chance[n]:.3f},{int(chance[n] >= 0.5)}"
                 for n in range(APPLICANTS)]  # fmt: skip
        found[f"{name}/predictions.csv"] = "\n".join(rows) + "\n"
        model = {"kind": "logistic regression", "version": f"{name}-1", "threshold": 0.5, "weights": weights}
        found[f"{name}/model.json"] = json.dumps(model, indent=1) + "\n"
    return found


def _ability(draw: np.random.Generator, groups: list[str]) -> NDArray[np.float64]:
    """Standard normal, with the same quantiles in every group: what differs between them is then the model's doing."""
    found = np.empty(len(groups))
    for group in sorted(set(groups)):
        places = [place for place, own in enumerate(groups) if own == group]
        quantiles = [NormalDist().inv_cdf((number + 0.5) / len(places)) for number in range(len(places))]
        found[places] = draw.permutation(quantiles)
    return found


if __name__ == "__main__":
    for name, content in files().items():
        path = FOLDER / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
