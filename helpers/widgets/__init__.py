"""Widgets of the lessons: `from helpers.widgets import DrawingPad`. Each is imported when it is first asked for."""

from importlib import import_module
from typing import Any

__all__ = [
    "ActivationBrowser",
    "AugmentationPlayground",
    "Cleaner",
    "Collector",
    "Downhill",
    "DrawingPad",
    "EpochScrubber",
    "ExperimentBench",
    "FeatureMapGrid",
    "FilterExplorer",
    "GradCam",
    "ImageSlider",
    "LiveCamera",
    "ReluPlayground",
    "SoftmaxPlayground",
    "ThresholdSlider",
    "Upload",
    "UploadControl",
    "upload_and_predict",
]
_OTHER_FILES = {
    "ReluPlayground": "playgrounds",
    "SoftmaxPlayground": "playgrounds",
    "upload_and_predict": "upload",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    snake_case = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
    return getattr(import_module(f"{__name__}.{_OTHER_FILES.get(name, snake_case)}"), name)


def __dir__() -> list[str]:
    return __all__
