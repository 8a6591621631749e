"""The course's widgets: `from helpers.widgets import DrawingPad`. Each is loaded when it is first asked for."""

from importlib import import_module

_FILES = {
    "ActivationBrowser": "activation_browser",
    "AugmentationPlayground": "augmentation_playground",
    "ExperimentBench": "bench",
    "DrawingPad": "drawing_pad",
    "EpochScrubber": "epoch_scrubber",
    "FilterExplorer": "filter_explorer",
    "GradCam": "gradcam",
    "FeatureMapGrid": "feature_map_grid",
    "ImageSlider": "image_slider",
    "ReluPlayground": "playgrounds",
    "SoftmaxPlayground": "playgrounds",
    "ThresholdSlider": "threshold_slider",
    "Upload": "upload",
    "upload_and_predict": "upload",
}

__all__ = sorted(_FILES)


def __getattr__(name: str):
    if name not in _FILES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_FILES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
