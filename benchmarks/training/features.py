"""The twelve features, as the YAML of the feature views defines them: other contenders' SQL is written from these."""

from dataclasses import dataclass
from typing import Final

import yaml

from benchmarks.training.project import MODELS

VIEWS: Final = ("account", "merchant")  # each is a feature view, whose entity is the column <view>_id

_SECONDS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


@dataclass(frozen=True)
class Feature:
    """aggregate: count, sum, mean or stddev, of `amount_minor` but for count. window: as defined, such as 30d."""

    name: str
    view: str
    aggregate: str
    window: str
    type: str

    @property
    def seconds(self) -> int:
        """Length of the window."""
        return int(self.window[:-1]) * _SECONDS[self.window[-1]]


def read_features(view: str | None = None) -> list[Feature]:
    """The features of one view, or of both, in the order of their definitions."""
    features = []
    for name in [view] if view else VIEWS:
        (model,) = yaml.safe_load((MODELS / "features" / f"{name}.yml").read_text(encoding="utf-8"))["models"]
        for column in model["columns"]:
            meta = column["config"]["meta"]["feature"]
            features.append(Feature(column["name"], name, meta["aggregate"], meta["window"], column["data_type"]))
    return features
