"""Image files → arrays: one file, folders of class folders, augmentation, filters and pooling by hand."""

from helpers.images.assets import SAMPLE_IMAGES
from helpers.images.augment import Augmentation
from helpers.images.folders import ImageBatches, ImageFolderReader
from helpers.images.mnist_format import to_mnist
from helpers.images.read import ImageError, open_image, read_image, to_array

__all__ = [
    "SAMPLE_IMAGES",
    "Augmentation",
    "ImageBatches",
    "ImageError",
    "ImageFolderReader",
    "open_image",
    "read_image",
    "to_array",
    "to_mnist",
]
