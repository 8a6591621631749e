"""Widgets of the lessons: `from helpers.widgets import DrawingPad`. Each is imported when it is first asked for."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpers.widgets.activation_browser import ActivationBrowser
    from helpers.widgets.augmentation_playground import AugmentationPlayground
    from helpers.widgets.cleaner import Cleaner
    from helpers.widgets.collector import Collector
    from helpers.widgets.downhill import Downhill
    from helpers.widgets.drawing_pad import DrawingPad
    from helpers.widgets.epoch_scrubber import EpochScrubber
    from helpers.widgets.experiment_bench import ExperimentBench
    from helpers.widgets.feature_map_grid import FeatureMapGrid
    from helpers.widgets.filter_explorer import FilterExplorer
    from helpers.widgets.grad_cam import GradCam
    from helpers.widgets.image_slider import ImageSlider
    from helpers.widgets.live_camera import LiveCamera
    from helpers.widgets.playgrounds import ReluPlayground, SoftmaxPlayground
    from helpers.widgets.threshold_slider import ThresholdSlider
    from helpers.widgets.upload import Upload, upload_and_predict
    from helpers.widgets.upload_control import UploadControl

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


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    snake_case = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
    return getattr(import_module(f"{__name__}.{_OTHER_FILES.get(name, snake_case)}"), name)


def __dir__() -> list[str]:
    return __all__
