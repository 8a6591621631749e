"""Wrong answers to the exercises of lesson 00, each with a part of the sentence that it must get."""

import numpy as np

WRONG = {
    "pixel-count": [
        (lambda height, width: height + width, "28 rows with 28 pixels in *each*"),
        (lambda height, width: 2 * (height + width), "the way around the image"),
        (lambda height, width: height * height, "need not be square"),
        (lambda height, width: width**2, "need not be square"),
        (lambda height, width: 784, "Use the parameters"),
        (lambda height, width: (height, width), "it should return a single number"),
    ],
    "without-border": [
        (lambda image, margin: image[margin:-margin, margin:-margin], "`-0` is 0"),
        (lambda image, margin: image[margin:, margin:], "it cuts off two sides"),
        (lambda image, margin: image[margin : 28 - margin, margin : 28 - margin], "as if every image had 28 rows"),
        (lambda image, margin: image[:-margin, :-margin], "it cuts off two sides"),
        (lambda image, margin: image[margin:-margin], "Slice the columns as well"),
        (lambda image, margin: image[:, margin:-margin], "The rows come first"),
        (
            lambda image, margin: image[margin : -margin - 1, margin : -margin - 1],
            "a slice ends *before* its second number",
        ),
        (lambda image, margin: image[:margin, :margin], "not how much to keep"),
        (lambda image, margin: image[2 * margin :, 2 * margin :], "begins with 14 instead of 7"),
        (lambda image, margin: image[1:-1, 1:-1], "29]], 0; it should return an array of shape (5, 6)"),
    ],
    "row-with-most-ink": [
        (lambda image: int(image.sum(axis=0).argmax()), "`axis=0` gives one sum for each column"),
        (lambda image: int(image.max(axis=1).argmax()), "the darkest single pixel (250)"),
        (lambda image: int(image.argmax()), "without an `axis`"),
        (lambda image: int(image.sum(axis=1).max()), "`argmax` instead of `max`"),
        (lambda image: int(image.sum()), "Add up each row by itself"),
        (lambda image: int(image.sum(axis=1).argmax()) + 1, "Rows count from 0"),
        (lambda image: image.argmax(axis=1), "where each row has its lightest pixel"),
        (lambda image: image.argmax(axis=1).tolist(), "[3, 1, 3, 0, 3]: where each row"),
        (lambda image: image.sum(axis=1), "which *place* has the largest"),
        (lambda image: len(image) - 1 - int(image[::-1].sum(axis=1).argmax()), "the last 10"),
    ],
    "batch-of-one": [
        (lambda image: image / 255, "adds an axis of length 1"),
        (lambda image: image[np.newaxis] / 255, "the channel at the end is missing"),
        (lambda image: image[..., np.newaxis] / 255, "the batch in front is missing"),
        (lambda image: image[np.newaxis, np.newaxis] / 255, "both new axes are in front"),
        (lambda image: image[..., np.newaxis, np.newaxis] / 255, "both new axes are at the end"),
        (lambda image: image.T[np.newaxis, ..., np.newaxis] / 255, "changed places"),
        (lambda image: image.reshape(1, -1, 1, 1) / 255, "(1, 6, 1, 1)"),
        (lambda image: image[np.newaxis, ..., np.newaxis], "divide by 255"),
        (lambda image: image[np.newaxis, ..., np.newaxis] // 255, "with `/`, not with `//`"),
        (lambda image: image[np.newaxis, ..., np.newaxis] / image.max(), "own maximum"),
        (lambda image: 1 - image[np.newaxis, ..., np.newaxis] / 255, "your function gave [[[[1. ], [0.8]"),
    ],
}
