"""The layers of a network as one graph: what each of them reads and passes on, also in a network inside the network."""

import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import keras
import numpy as np
import tensorflow as tf

CONVOLUTIONS = (keras.layers.Conv2D, keras.layers.DepthwiseConv2D, keras.layers.SeparableConv2D)


@dataclass(frozen=True)
class LayerCall:
    """One use of a layer: its name ("outer/inner" in a network inside a network), symbolic tensors in and out."""

    name: str
    layer: Any  # a keras.Layer, or an operation such as x * 2
    inputs: tuple
    output: Any

    @property
    def activation(self) -> str:
        """The name of its activation, such as "softmax"; without one that of its class, in lower case."""
        function = getattr(self.layer, "activation", None)
        name = type(self.layer).__name__.lower() if function is None else getattr(function, "__name__", "")
        return name.removesuffix("_v2")  # tf.nn.softmax


@dataclass(frozen=True, eq=False)
class LayerGraph:
    """A network's symbolic input and output, and its layers' calls in the order in which they run, input layers left out.

    The layers are those of the network itself, so `keras.Model(graph.input, [call.output, …])` follows its training.
    Gradients flow between all tensors here; between the `layer.output`s of a Sequential loaded from a file they don't.
    """

    input: Any
    output: Any
    calls: list[LayerCall] = field(repr=False)
    _compiled: dict[Callable, Callable] = field(default_factory=dict, repr=False)

    def compiled(self, make: Callable[["LayerGraph"], Callable]) -> Callable:
        """Return the function of tensors that `make` makes of this graph, compiled; it is made once."""
        if make not in self._compiled:
            # AutoGraph has nothing to convert here, and where it cannot, it keeps the network in memory.
            self._compiled[make] = tf.function(make(self), autograph=False, reduce_retracing=True)
        return self._compiled[make]

    @cached_property
    def network(self) -> keras.Model:
        """The same network, of one batch and one array, also where its own input or output is a list or a dict of one."""
        return keras.Model(self.input, self.output)

    @cached_property
    def last(self) -> LayerCall:
        """The last call that changes values: what follows it passes them on, in another shape at most."""
        by_output = {id(call.output): call for call in self.calls}
        call = by_output.get(id(self.output), self.calls[-1])
        while len(call.inputs) == 1 and _passes_on(call.layer) and id(call.inputs[0]) in by_output:
            call = by_output[id(call.inputs[0])]
        return call


_graphs: weakref.WeakKeyDictionary[keras.Model, tuple[tuple, LayerGraph]] = weakref.WeakKeyDictionary()


def layer_graph(model: keras.Model) -> LayerGraph:
    """Return the graph of a Sequential or functional network: the same one until layers are added or removed.

    Raises ValueError for what is no network, for a subclass of keras.Model with a `call` of its own, for a network with several
    inputs or outputs, without layers or with its channels first, and for a Sequential that does not know the shape of its images yet.
    """
    if not isinstance(model, keras.Model):
        raise ValueError(f"A network is a Keras model, not {type(model).__name__}.")
    if not is_network(model):
        raise ValueError(
            f"{type(model).__name__} is a class of its own, and only its code knows how its layers are connected. Build "
            "the network as a keras.Sequential, or with keras.Model(inputs, outputs), to look inside."
        )
    if all(isinstance(layer, keras.layers.InputLayer) for layer in model.layers):
        raise ValueError(f"{model.name} has no layers yet. Add some.")
    if not model.built:
        raise ValueError(
            f"{model.name} does not know the size of its images yet. Begin it with keras.Input((height, width, channels))."
        )
    for kind, tensors in (("inputs", model.inputs), ("outputs", model.outputs)):
        if len(tensors) != 1:
            raise ValueError(f"{model.name} has {len(tensors)} {kind}; use a network with one to look inside.")
    layers = layers_by_name(model).values()
    known = tuple(map(id, layers))
    if model not in _graphs or _graphs[model][0] != known:
        if any(getattr(layer, "data_format", None) == "channels_first" for layer in layers):
            raise ValueError(
                f"{model.name} has its channels first. Build it with data_format='channels_last', for (height, width, channels)."
            )
        _graphs[model] = known, _trace(model)
    return _graphs[model][1]


def graph_for(model: keras.Model, images: np.ndarray | None = None) -> LayerGraph:
    """Return the graph of a network, after building it for the shape of `images` (N, …) if it is not built yet."""
    if images is not None and images.size and is_network(model) and model.layers and not model.built:
        model(images[:1], training=False)
    return layer_graph(model)


def is_network(layer: Any) -> bool:
    """Return whether Keras knows how the layers inside are connected: a Sequential or functional network."""
    return isinstance(layer, keras.Sequential) or (isinstance(layer, keras.Model) and hasattr(layer, "inputs"))


def _passes_on(layer: Any) -> bool:
    linear = isinstance(layer, keras.layers.Activation) and layer.activation is keras.activations.linear
    return linear or type(layer).__name__ in ("Dropout", "Flatten", "Identity", "Reshape", "Squeeze")


def layers_by_name(model: keras.Model) -> dict[str, keras.Layer]:
    """Return every layer under its name in the graph, and after a network inside the network also its layers."""
    layers = {}
    for layer in model.layers:
        layers[layer.name] = layer
        if is_network(layer):
            layers |= {f"{layer.name}/{name}": inner for name, inner in layers_by_name(layer).items()}
    return layers


def _trace(model: keras.Model) -> LayerGraph:
    """Call every layer on symbolic tensors, and note what goes in and comes out."""
    calls: list[LayerCall] = []

    def call(layer: Any, *inputs: Any, **options: Any) -> Any:
        if is_network(layer):
            return _call_network(layer, inputs[0], calls)
        output = layer(*inputs, **options)
        if isinstance(output, keras.KerasTensor) and not isinstance(layer, keras.layers.InputLayer):
            tensors = tuple(value for value in keras.tree.flatten(inputs) if isinstance(value, keras.KerasTensor))
            calls.append(LayerCall(_unused(layer.name, calls), layer, tensors, output))
        return output

    start = keras.Input(batch_shape=model.inputs[0].shape, dtype=model.inputs[0].dtype)
    if isinstance(model, keras.Sequential):
        output = start
        for layer in model.layers:
            output = call(layer, output)
        return LayerGraph(start, output, calls)
    uncompiled = keras.Model(model.inputs, model.outputs)  # a clone of a compiled network has an optimizer, too
    clone = keras.models.clone_model(uncompiled, [start], clone_function=lambda layer: layer, call_function=call)
    return LayerGraph(start, clone.outputs[0], calls)


def _call_network(network: keras.Model, value: Any, calls: list[LayerCall]) -> Any:
    """Call a network inside the network, and append the calls of its layers; return its output."""
    inner = layer_graph(network)
    tensors = [inner.output, *(call.output for call in inner.calls)]
    outer = dict(zip(map(id, tensors), keras.Model(inner.input, tensors)(value), strict=True)) | {
        id(inner.input): value
    }
    for call in inner.calls:
        inputs = tuple(outer.get(id(tensor), tensor) for tensor in call.inputs)
        calls.append(
            LayerCall(_unused(f"{network.name}/{call.name}", calls), call.layer, inputs, outer[id(call.output)])
        )
    return outer[id(inner.output)]


def _unused(name: str, calls: list[LayerCall]) -> str:
    """Return a name that no call has yet: a layer that is used again gets a number from its second use on."""
    names, number, unused = {call.name for call in calls}, 2, name
    while unused in names:
        number, unused = number + 1, f"{name} ({number})"
    return unused
