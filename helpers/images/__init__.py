"""Image files → arrays: one file, folders of class folders, augmentation, filters and pooling by hand."""

from typing import TYPE_CHECKING, Any

from helpers.images.assets import SAMPLE_IMAGES
from helpers.images.augment import Augmentation
from helpers.images.mnist_format import to_mnist
from helpers.images.read import ImageError, open_image, read_image, to_array

if TYPE_CHECKING:
    from helpers.images.folders import ImageBatches, ImageFolderReader


def __getattr__(name: str) -> Any:
    """Load what needs Keras, which takes seconds, only once it is asked for."""
    if name in ("ImageBatches", "ImageFolderReader"):
        from helpers.images import folders

        return getattr(folders, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
