"""A network taken apart: its layers, run one after the other, and how much of the image each of their values sees.

`keras.Model(model.inputs, [layer.output, …])` does the same in one line, and lesson 09 writes that line. It has limits: in
a Sequential that was loaded from a file no gradient flows from its outputs back to its layers, and a network
inside a network does not show its layers. Running the layers themselves works for all.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras

# Layers that change the values of an image where they are, or (in predict) not at all.
IN_PLACE = (
    "Dropout SpatialDropout2D GaussianNoise GaussianDropout AlphaDropout Activation ReLU LeakyReLU PReLU ELU Softmax Rescaling "
    "BatchNormalization Identity ActivityRegularization RandomFlip RandomRotation RandomZoom RandomTranslation "
    "RandomContrast RandomBrightness"
).split()
TOGETHER = ("Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply", "Subtract")
WINDOWS = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D, keras.layers.SeparableConv2D)
POOLS = (keras.layers.MaxPooling2D, keras.layers.AveragePooling2D)


@dataclass(frozen=True)
class LayerRun:
    """One layer at work: its name ("outer/inner" in a network inside a network), what went in, what came out."""

    name: str
    layer: Any
    inputs: tuple
    output: Any


@dataclass(frozen=True)
class ReceptiveField:
    """What values of a layer see of the image, along one side: value i sees `size` pixels from `start` + i · `step`."""

    size: int = 1
    step: int = 1
    start: int = 0

    def then(self, size: int, stride: int, before: int) -> "ReceptiveField":
        """After one more window of `size`, moved by `stride`, with `before` zeros put in front of the first value."""
        return ReceptiveField(self.size + (size - 1) * self.step, self.step * stride, self.start - before * self.step)


def check_supported(model: keras.Model) -> None:
    """ValueError, with a sentence, for a network whose layers cannot be run one after the other."""
    if not _is_open(model):
        raise ValueError(
            f"{type(model).__name__} is a class of its own, and only its code knows how its layers hang together. Build "
            "the network as a keras.Sequential, or with keras.Model(inputs, outputs), to look inside."
        )
    if len(getattr(model, "inputs", None) or [1]) > 1:
        raise ValueError(
            f"{model.name} has {len(model.inputs)} inputs; only networks with one image can be looked into."
        )


def run_layers(model: keras.Model, images, seen: Callable[[LayerRun], None]):
    """Runs `model` on a batch of images as `predict` does, calls `seen` after every layer, returns the outputs."""
    return _run(model, images, seen, prefix="", names=set())


def _is_open(model) -> bool:
    return isinstance(model, keras.Sequential) or hasattr(model, "_run_through_graph")  # the latter: a functional model


def _run(model, x, seen, prefix: str, names: set):
    def watched(layer):
        def call(*inputs, **options):
            if isinstance(layer, keras.Model) and _is_open(layer):
                return _run(layer, inputs[0], seen, f"{prefix}{layer.name}/", names)
            if isinstance(layer, keras.Layer) and "training" in inspect.signature(layer.call).parameters:
                options["training"] = False
            output = layer(*inputs, **options)
            if not isinstance(layer, keras.layers.InputLayer) and not isinstance(output, list | tuple | dict):
                seen(LayerRun(_unused(f"{prefix}{layer.name}", names), layer, _flat(inputs), output))
            return output

        return call

    if not isinstance(model, keras.Sequential):
        return model._run_through_graph(x, operation_fn=watched)
    for layer in model.layers:
        x = watched(layer)(x)
    return x


def _unused(name: str, names: set) -> str:
    """A layer that is used several times gets a number from its second time on."""
    number, found = 2, name
    while found in names:
        number, found = number + 1, f"{name} ({number})"
    names.add(found)
    return found


def _flat(inputs) -> tuple:
    return tuple(one for group in inputs for one in (group if isinstance(group, list | tuple) else (group,)))


def receptive_fields(model: keras.Model) -> dict[str, tuple[ReceptiveField, ReceptiveField] | None]:
    """For every layer what its values see of the image, down and across: {name: (Field, Field)}.

    None where a value sees the whole image (Flatten and all after it), and for kinds of layers that are not known here.
    ValueError as `refuse` does. Formula: lesson 04, exercise "receptive-field", with the padding added.
    """
    check_supported(model)
    shape = [side or 1 for side in model.inputs[0].shape[1:]]
    image = keras.ops.zeros((1, *shape))
    steps: list[LayerRun] = []
    run_layers(model, image, steps.append)
    known = {id(image): (ReceptiveField(), ReceptiveField())}
    for step in steps:
        known[id(step.output)] = _after(step, [known.get(id(one)) for one in step.inputs])
    return {step.name: known[id(step.output)] for step in steps}


def _after(step: LayerRun, fields: list) -> tuple[ReceptiveField, ReceptiveField] | None:
    layer, shape = step.layer, step.output.shape
    if not fields or None in fields or len(shape) != 4:
        return None
    if isinstance(layer, (*WINDOWS, *POOLS)):
        sizes = layer.pool_size if isinstance(layer, POOLS) else layer.kernel_size
        spread = (1, 1) if isinstance(layer, POOLS) else _pair(layer.dilation_rate)
        sides = step.inputs[0].shape[1:3]
        return tuple(
            field.then((size - 1) * apart + 1, stride, _before(layer.padding, side, (size - 1) * apart + 1, stride))
            for field, side, size, stride, apart in zip(
                fields[0], sides, _pair(sizes), _pair(layer.strides), spread, strict=True
            )
        )
    kind = type(layer).__name__
    if kind == "ZeroPadding2D":
        return tuple(field.then(1, 1, padding[0]) for field, padding in zip(fields[0], layer.padding, strict=True))
    if kind in IN_PLACE:
        return fields[0]
    return _union(fields) if kind in TOGETHER else None


def _pair(value) -> tuple[int, int]:
    return tuple(value) if isinstance(value, list | tuple) else (value, value)


def _before(padding: str, side: int, size: int, stride: int) -> int:
    """How many zeros `padding` puts in front: none for "valid", for "same" the smaller half of what is missing."""
    return max((-(-side // stride) - 1) * stride + size - side, 0) // 2 if padding == "same" else 0


def _union(fields: list) -> tuple[ReceptiveField, ReceptiveField] | None:
    """What several ways through the network see together."""
    if len({(down.step, across.step) for down, across in fields}) > 1:
        return None
    ways = []
    for side in zip(*fields, strict=True):
        start = min(field.start for field in side)
        ways.append(ReceptiveField(max(field.start + field.size for field in side) - start, side[0].step, start))
    return tuple(ways)
