"""The receptive field of every layer: which part of the image each of its values depends on."""

from dataclasses import dataclass

import keras

from helpers.models.layer_graph import CONVOLUTIONS, LayerCall, layer_graph

# Layers that change the values of an image where they are, or (in predict) not at all.
IN_PLACE = (
    "Activation", "ActivityRegularization", "AlphaDropout", "BatchNormalization", "Dropout", "ELU", "GaussianDropout",
    "GaussianNoise", "Identity", "LeakyReLU", "Normalization", "PReLU", "RandomBrightness", "RandomContrast", "RandomFlip",
    "RandomRotation", "RandomTranslation", "RandomZoom", "ReLU", "Rescaling", "Softmax", "SpatialDropout2D",
)  # fmt: skip
MERGING = ("Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply", "Subtract")
POOLS = (keras.layers.MaxPooling2D, keras.layers.AveragePooling2D)


@dataclass(frozen=True)
class ReceptiveField:
    """The receptive field along one side: value i depends on `size` pixels from `start` + i · `step`."""

    size: int = 1
    step: int = 1
    start: int = 0

    def then(self, size: int, stride: int, before: int) -> "ReceptiveField":
        """Return the field after another window of `size`, moved by `stride`, with `before` zeros padded in front."""
        return ReceptiveField(self.size + (size - 1) * self.step, self.step * stride, self.start - before * self.step)


Fields = tuple[ReceptiveField, ReceptiveField]  # down and across


def receptive_fields(model: keras.Model) -> dict[str, Fields | None]:
    """Return the receptive field of every layer, down and across: {layer name: (ReceptiveField, ReceptiveField)}.

    None where a value depends on the whole image (Flatten and all after it), and for kinds of layers not known here.
    Raises ValueError as `layer_graph` does. The formula is that of lesson 04, exercise "receptive-field", with padding.
    """
    graph = layer_graph(model)
    fields: dict[int, Fields | None] = {id(graph.input): (ReceptiveField(), ReceptiveField())}
    for call in graph.calls:
        fields[id(call.output)] = _fields_after(call, [fields.get(id(tensor)) for tensor in call.inputs])
    return {call.name: fields[id(call.output)] for call in graph.calls}


def _fields_after(call: LayerCall, inputs: list[Fields | None]) -> Fields | None:
    layer, kind = call.layer, type(call.layer).__name__
    known = [fields for fields in inputs if fields is not None]
    if len(known) < len(inputs) or not known or len(call.output.shape) != 4:
        return None
    if isinstance(layer, (*CONVOLUTIONS, *POOLS)):
        windows = layer.pool_size if isinstance(layer, POOLS) else layer.kernel_size
        dilations = (1, 1) if isinstance(layer, POOLS) else _pair(layer.dilation_rate)
        down, across = (
            _after_window(field, (size - 1) * dilation + 1, stride, layer.padding, side)
            for field, size, dilation, stride, side in zip(
                known[0], _pair(windows), dilations, _pair(layer.strides), call.inputs[0].shape[1:3], strict=True
            )
        )
        return down, across
    if kind == "ZeroPadding2D":
        (top, _), (left, _) = layer.padding
        return known[0][0].then(1, 1, top), known[0][1].then(1, 1, left)
    if kind in IN_PLACE:
        return known[0]
    return _union(known) if kind in MERGING else None


def _after_window(field: ReceptiveField, size: int, stride: int, padding: str, side: int | None) -> ReceptiveField:
    """Return the field after a window; "same" pads the smaller half of what is missing in front."""
    side = side or size  # unknown where the network takes images of any size
    missing = max((-(-side // stride) - 1) * stride + size - side, 0) if padding == "same" else 0
    return field.then(size, stride, missing // 2)


def _pair(value: int | tuple[int, int]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def _union(branches: list[Fields]) -> Fields | None:
    """Return what several branches depend on together; None where they do not move at the same step."""
    if len({(down.step, across.step) for down, across in branches}) > 1:
        return None
    down, across = (
        ReceptiveField(
            max(field.start + field.size for field in side) - min(field.start for field in side),
            side[0].step,
            min(field.start for field in side),
        )
        for side in zip(*branches, strict=True)
    )
    return down, across
