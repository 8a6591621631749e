// The activation browser: layers, their channels, one of them large, and what one of its values sees of the image.
// All drawing is done here, from bytes that Python sends once, so it also lives on a page without a kernel.

const GAP = 2;

// All tiles of all layers as one row of bytes.
async function allTiles(model, layers) {
  if (!model.get("_still")) return bytesOf(model.get("_tiles"));
  const last = layers.at(-1);
  const bytes = new Uint8Array(last.offset + last.rows * last.columns * last.count);
  let sheet;
  for (const [index, layer] of layers.entries()) {
    const address = model.get("_atlases")[index];
    if (address) sheet = pixelsOf(await loaded(address));
    const side = Math.ceil(Math.sqrt(layer.count));
    for (let channel = 0, to = layer.offset; channel < layer.count; channel++) {
      const [top, left] = [Math.floor(channel / side) * layer.rows, (channel % side) * layer.columns];
      for (let row = 0; row < layer.rows; row++)
        for (let column = 0; column < layer.columns; column++)
          bytes[to++] = sheet.data[4 * ((top + row) * sheet.width + left + column)];
    }
  }
  return bytes;
}

function pixelsOf(image) {
  const pen = element("canvas", { width: image.naturalWidth, height: image.naturalHeight }).getContext("2d", { willReadFrequently: true });
  pen.drawImage(image, 0, 0);
  return pen.getImageData(0, 0, image.naturalWidth, image.naturalHeight);
}

const shapeOf = (layer) => layer.shape.join(" × ");
// A layer's own name, or a short one where Keras has made it up: "max_pooling2d_1" becomes "pool 2".
const KINDS = { Conv2D: "conv", MaxPooling2D: "pool", AveragePooling2D: "pool", GlobalAveragePooling2D: "average", GlobalMaxPooling2D: "maximum", Dense: "dense", BatchNormalization: "norm", Activation: "activation", ReLU: "ReLU", Rescaling: "rescale" };
function shortNames(layers) {
  const counts = {};
  return layers.map(({ name, kind }) => {
    const short = KINDS[kind];
    if (!short || name.replace(/_\d+$/, "").replaceAll("_", "") !== kind.toLowerCase()) return name;
    counts[short] = (counts[short] ?? 0) + 1;
    return `${short} ${counts[short]}`;
  });
}
const isStation = (layer) => !/Dropout|GaussianNoise|InputLayer/.test(layer.kind); // the others pass on what they get
const isFlat = (layer) => layer.shape.length === 1;

// The layers as a strip of radio buttons.
function strip(choose) {
  const node = element("div", { class: "lts-strip", role: "radiogroup", "aria-label": "Layers, from the image to the answer" });
  const name = groupName();
  let radios = [];
  function fill(layers, image, answer) {
    const [names, labels] = [shortNames(layers), []];
    radios = layers.map((layer, index) => {
      if (!isStation(layer)) return null;
      const spoken = `${layer.name}, ${shapeOf(layer)}, ${percent(layer.share)} silent`;
      const radio = element("input", { type: "radio", name, "aria-label": spoken });
      radio.addEventListener("change", () => choose(index));
      const silent = box("share", element("i", { style: `width: ${100 * layer.share}%` }));
      const size = isFlat(layer) ? [`${layer.shape[0]} unit${layer.shape[0] > 1 ? "s" : ""}`, ""] : [`${layer.rows} × ${layer.columns}`, `× ${layer.count}`];
      const seen = [element("b", {}, names[index]), ...size.map((line) => element("small", {}, line)), silent];
      labels.push(element("label", { title: spoken }, radio, ...seen));
      return radio;
    });
    const end = (title, words) => box("end", element("b", {}, title), element("small", {}, words));
    node.replaceChildren(end("image", `${image.rows} × ${image.columns}`), ...labels, end("answer", answer));
  }
  function show(chosen) {
    const shown = radios.findLast((radio, index) => radio && index <= chosen); // of a dropout layer: the one before
    if (shown) shown.checked = true;
  }
  return { node, fill, show };
}

// All channels of one layer as tiles on one canvas.
function tiles(choose, chooseLayer) {
  const help = "Arrow keys choose a channel, Page up and Page down a layer.";
  const { node, canvas, mark } = stage({ tabindex: 0, role: "application" });
  const scratch = element("canvas");
  let [layer, channel, across] = [null, 0, 1];
  canvas.addEventListener("keydown", (event) => {
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across };
    const ends = { Home: 0, End: layer.count - 1 };
    if (event.key in steps) {
      const to = channel + steps[event.key];
      if (to >= 0 && to < layer.count) choose(to);
    } else if (event.key in ends) choose(ends[event.key]);
    else if (event.key === "PageDown") chooseLayer(1);
    else if (event.key === "PageUp") chooseLayer(-1);
    else return;
    event.preventDefault();
  });
  canvas.addEventListener("pointerdown", (event) => {
    const [y, x] = pointedAt(event);
    const to = Math.floor(y * Math.ceil(layer.count / across)) * across + Math.floor(x * across);
    if (to < layer.count) choose(to);
  });
  function fill(newLayer, bytes) {
    layer = newLayer;
    across = layer.count === 1 ? 1 : layer.count <= 4 ? 2 : layer.count <= 16 ? 4 : layer.count <= 36 ? 6 : 8;
    const side = Math.floor(480 / across);
    const height = Math.max(1, Math.round((side * layer.rows) / layer.columns));
    canvas.width = across * side;
    canvas.height = Math.ceil(layer.count / across) * height;
    const pen = (canvas.pen ??= canvas.getContext("2d"));
    pen.fillStyle = "#888";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.imageSmoothingEnabled = layer.columns > side;
    Object.assign(pen, { font: `${side / 2}px sans-serif`, textAlign: "center", textBaseline: "middle" });
    const dead = new Set(isFlat(layer) ? [] : layer.dead);
    for (let index = 0; index < layer.count; index++) {
      const [x, y] = [(index % across) * side, Math.floor(index / across) * height];
      if (dead.has(index)) {
        pen.fillStyle = "#e8e8e8";
        pen.fillRect(x, y, side - GAP, height - GAP);
        pen.fillStyle = "#777";
        pen.fillText("✕", x + side / 2, y + height / 2);
      } else {
        put(scratch, grayImage(bytes, layer.offset + index * layer.rows * layer.columns, layer.rows, layer.columns));
        pen.drawImage(scratch, x, y, side - GAP, height - GAP);
      }
    }
    canvas.setAttribute("aria-label", `The ${layer.count} channels of ${layer.name}. ${help}`);
  }
  function show(chosen) {
    channel = chosen;
    const rows = Math.ceil(layer.count / across);
    mark(Math.floor(channel / across) / rows, (channel % across) / across, 1 / rows, 1 / across);
  }
  return { node, fill, show };
}

// The parts of the data set that excite a channel most, as a strip; what is sent is an image for each convolution, a row of it for each channel.
function patches() {
  const canvas = element("canvas", { role: "img" });
  const caption = element("figcaption");
  const node = element("figure", { class: "lts-patches", hidden: "" }, canvas, caption);
  let [specs, sheets] = [[], []];
  function fill(newSpecs, newSheets) {
    [specs, sheets] = [newSpecs, newSheets];
  }
  // A pooling layer shows those of its convolution: what is largest stays largest.
  function show(layers, layer, channel) {
    const before = layers.slice(0, layers.indexOf(layer) + 1).map(({ name }) => name);
    const at = specs.findLastIndex((spec) => before.includes(spec.layer));
    node.hidden = at < 0 || isFlat(layer) || specs[at].channels !== layer.count;
    if (node.hidden) return;
    const { rows, columns, count, strengths } = specs[at];
    const side = 64;
    canvas.width = count * (side + GAP) - GAP;
    canvas.height = Math.round((side * rows) / columns);
    const pen = (canvas.pen ??= canvas.getContext("2d"));
    pen.imageSmoothingEnabled = false;
    for (let number = 0; number < count; number++) {
      pen.drawImage(sheets[at], number * columns, channel * rows, columns, rows, number * (side + GAP), 0, side, canvas.height);
    }
    const [most, least] = [strengths[channel][0], strengths[channel].at(-1)];
    const words = most > 0 ? `The ${count} patches that excite channel ${channel} most: ${significant(most)} down to ${significant(least)}; ${rows} × ${columns} pixels each` : `No image excites channel ${channel}: it is 0 for all of them`;
    write(caption, words);
    canvas.setAttribute("aria-label", words);
    canvas.hidden = most <= 0;
  }
  return { node, fill, show };
}

async function render({ model, el }) {
  const set = setter(model);
  let layers, bytes, size, drawn, place; // size: of the image, in pixels
  const layerNow = () => layers[limited(model.get("layer"), 0, layers.length - 1)];
  const channelNow = () => limited(model.get("channel"), 0, layerNow().count - 1);
  const chooseLayer = (index) => {
    const layer = layers[index];
    const channel = layer.count > model.get("channel") ? model.get("channel") : 0;
    set({ layer: index, channel });
  };
  // The next station in a direction; the same layer where there is none.
  const chooseNext = (step) => {
    let next = layers.indexOf(layerNow()) + step;
    while (layers[next] && !isStation(layers[next])) next += step;
    if (layers[next]) chooseLayer(next);
  };
  const path = strip(chooseLayer);
  const grid = tiles((channel) => set({ channel }), chooseNext);
  const input = stage({ role: "img", "aria-label": "The image that went in" });
  const large = stage({ tabindex: 0, role: "application" });
  const strongest = patches();
  const captions = ["channels", "channel", "image"].map(() => element("figcaption"));
  const said = element("p", { class: "lts-line", role: "status" });
  const own = userImages(model, el);
  const figures = [grid, large, input].map((part, index) => element("figure", {}, part.node, captions[index]));
  const root = element("div", { class: "lts-widget lts-inside" }, path.node, box("browser", ...figures, strongest.node), said, own.node);

  steer(large.canvas, {
    placeAt: (y, x) => [Math.floor(y * layerNow().rows), Math.floor(x * layerNow().columns)],
    place: () => place,
    goTo(row, column) {
      place = [limited(row, 0, layerNow().rows - 1), limited(column, 0, layerNow().columns - 1)];
      showPlace();
    },
  });

  // What the value at `place` is, and what it sees.
  function showPlace() {
    const [layer, channel, [row, column]] = [layerNow(), channelNow(), place];
    large.mark(row / layer.rows, column / layer.columns, 1 / layer.rows, 1 / layer.columns);
    const field = layer.field ?? [[size.rows, 0, 0], [size.columns, 0, 0]];
    const [top, left] = [field[0][2] + row * field[0][1], field[1][2] + column * field[1][1]];
    input.mark(top / size.rows, left / size.columns, field[0][0] / size.rows, field[1][0] / size.columns);
    const at = layer.offset + channel * layer.rows * layer.columns + row * layer.columns + column;
    const value = layer.low[channel] + (bytes[at] / 255) * (layer.top[channel] - layer.low[channel]);
    const sees = layer.field ? `sees ${field[0][0]} × ${field[1][0]} pixels` : "sees the whole image";
    const where = isFlat(layer) ? `unit ${row * layer.columns + column}` : `row ${row}, column ${column}`;
    const isUnit = !isFlat(layer) || row * layer.columns + column < layer.shape[0];
    write(captions[2], isUnit ? `The value in ${where} is ${significant(value)}; it ${sees}.` : "");
  }

  function showChannel() {
    const [layer, channel] = [layerNow(), channelNow()];
    grid.show(channel);
    strongest.show(layers, layer, channel);
    put(large.canvas, grayImage(bytes, layer.offset + channel * layer.rows * layer.columns, layer.rows, layer.columns));
    large.canvas.style.imageRendering = layer.columns < 200 ? "pixelated" : "auto";
    const dead = !isFlat(layer) && layer.dead.includes(channel);
    const title = isFlat(layer) ? `all ${layer.shape[0]} units` : `channel ${channel}`;
    write(captions[1], `${layer.name}, ${title}${dead ? ": silent, 0 everywhere" : ""}`);
    large.canvas.setAttribute("aria-label", `${layer.name}, ${title}. Arrow keys move the place, with Shift by ten.`);
    const most = dead ? "is silent: it is 0 everywhere" : `goes from ${significant(layer.low[channel])} to ${significant(layer.top[channel])}`;
    write(said, `${layer.name}, ${shapeOf(layer)}: ${layer.dead.length} of ${layer.shape.at(-1)} ${isFlat(layer) ? "units" : "channels"} silent. ${isFlat(layer) ? "It" : `Channel ${channel}`} ${most}.`);
    showPlace();
  }

  function show() {
    const layer = layerNow();
    if (drawn !== layer) {
      drawn = layer;
      grid.fill(layer, bytes);
      path.show(layers.indexOf(layer));
      place = [layer.rows >> 1, layer.columns >> 1];
      write(captions[0], isFlat(layer) ? "one square for each unit, 32 in a row" : "each channel stretched for itself; ✕ is silent");
    }
    showChannel();
  }

  // Another image.
  async function load() {
    const next = model.get("_layers");
    const nextBytes = await allTiles(model, next);
    const specs = model.get("_patches") ?? [];
    const [image, ...sheets] = await Promise.all([model.get("_image"), ...specs.map(({ sheet }) => sheet)].map(loaded));
    return () => {
      [layers, bytes, drawn] = [next, nextBytes, null];
      size = { rows: image.naturalHeight, columns: image.naturalWidth };
      strongest.fill(specs, sheets);
      [input.canvas.width, input.canvas.height] = [size.columns, size.rows];
      input.canvas.getContext("2d").drawImage(image, 0, 0);
      input.canvas.style.imageRendering = size.columns < 200 ? "pixelated" : "auto";
      path.fill(layers, size, model.get("_answer"));
      show();
    };
  }

  const stop = await listenLoaded(model, load, { "layer channel": show });
  mount(el, root);
  return () => [own.stop, stop].forEach((end) => end());
}

export default { render };
