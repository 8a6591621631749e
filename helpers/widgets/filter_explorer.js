// The filter explorer, put together. All is computed in the browser, so it also lives on a page without a kernel.
// Python joins this file to the three explorer_*.js, which come before it.

const SETTINGS = ["kernel", "divide", "stride", "padding", "relu", "pooling", "pixel", "blue"];

// Everything that is shown, computed from the model; what has not changed is taken from `old`.
function compute(model, old) {
  const settings = Object.fromEntries(SETTINGS.map((name) => [name, model.get(name)]));
  const { kernel, divide, stride, padding, relu, pooling } = settings;
  const bytes = model.get("_image");
  const image = old?.bytes === bytes ? old.image : unpack(bytes);
  const isOld = old?.image === image && old.settings.stride === stride && old.settings.padding === padding;
  const frame = isOld ? old.frame : framed(image, stride, padding);
  const output = convolve(frame, kernel, divide, relu, old?.output.values);
  return { settings, bytes, image, frame, output, pooled: pool(output, pooling) };
}

// The controls, and `show`, which makes them say what the settings are. `set` changes the model.
function controls(model, set) {
  const grid = cells((index, weight) => {
    const change = (row, y) => row.map((old, x) => (3 * y + x === index ? weight : old));
    set({ kernel: model.get("kernel").map(change) });
  });
  // A filter that would make the image brighter or darker is divided by its sum when it is taken from the shelf.
  const shelf = presets(model.get("_presets"), (kernel) => {
    set({ kernel, divide: Math.abs(sumOf(kernel)) > 1e-6 && sumOf(kernel) !== 1 });
  });
  const own = ownImage(
    () => model.get("_image"),
    (bytes) => set({ _image: bytes, pixel: [unpack(bytes).rows >> 1, unpack(bytes).columns >> 1] }),
  );
  const simple = {
    divide: tick("divide by the sum", (divide) => set({ divide })),
    stride: choice("Stride", [1, 2, 3], (stride) => set({ stride: Number(stride) })),
    padding: choice("Padding", ["valid", "same"], (padding) => set({ padding })),
    pooling: choice("Pooling", ["none", "max", "average"], (pooling) => set({ pooling })),
    relu: tick("ReLU: below 0 becomes 0", (relu) => set({ relu })),
    blue: tick("show below 0 in blue", (blue) => set({ blue })),
  };
  function show(settings) {
    grid.show(settings.kernel);
    shelf.show(settings.kernel);
    for (const [name, control] of Object.entries(simple)) control.show(settings[name]);
  }
  return { grid, shelf, own, ...simple, show };
}

// Mouse and arrow keys on an image move the window. `placeAt` knows which place a point of the image means:
// its arguments go from 0 to 1. `place` tells where the window is, `goTo` moves it.
function steer(canvas, { placeAt, place, goTo, middle }) {
  const point = (event) => {
    const area = canvas.getBoundingClientRect();
    goTo(...placeAt((event.clientY - area.top) / area.height, (event.clientX - area.left) / area.width));
  };
  canvas.addEventListener("pointermove", point);
  canvas.addEventListener("pointerdown", point);
  canvas.addEventListener("keydown", (event) => {
    const far = event.shiftKey ? 10 : 1;
    const moves = { ArrowUp: [-far, 0], ArrowDown: [far, 0], ArrowLeft: [0, -far], ArrowRight: [0, far] };
    const [row, column] = place();
    if (event.key in moves) goTo(row + moves[event.key][0], column + moves[event.key][1]);
    else if (event.key === "Home") goTo(...middle());
    else return;
    event.preventDefault();
  });
}

async function render({ model, el }) {
  if (model.get("_png")) {
    // A page without a kernel: the image comes as a file.
    const bytes = Uint8Array.from(atob(model.get("_png")), (letter) => letter.charCodeAt(0));
    model.set("_image", await readImage(new Blob([bytes]), 512));
  }
  const set = setter(model);
  const part = controls(model, set);
  const keys = "Arrow keys move the window, with Shift by ten; Home goes to the middle.";
  const [before, after] = [stage(`The image. ${keys}`, true), stage(`The result. ${keys}`, true)];
  const [beforeSize, afterSize, sum, range] = ["span", "span", "span", "span"].map((tag) => element(tag));
  const hint = element("p", { class: "fx-hint" }, "type, drag, or ↑ ↓ (with Shift by 0.1)");
  const onePixel = arithmetic();
  const title = (name, note) => box("title", element("strong", {}, name), note);
  const filter = box("weights", title("Filter", sum), part.grid.node, hint, part.divide.node);
  const choices = [part.stride, part.padding, part.pooling, part.relu, part.blue];
  const board = box(
    "board",
    box("in", title("Image", beforeSize), before.node, part.own.node),
    box("filter", filter, box("settings", ...choices.map(({ node }) => node))),
    box("out", title("Result", afterSize), after.node, box("foot", range)),
  );
  const root = element("div", { class: "see fx" }, part.shelf.node, board, onePixel.node);
  keepKeys(root);

  let now; // what is shown
  const place = () => [
    placeOf(now.settings.pixel[0], now.frame.down),
    placeOf(now.settings.pixel[1], now.frame.across),
  ];
  const goTo = (row, column) => {
    const pixel = [pixelOf(row, now.frame.down), pixelOf(column, now.frame.across)];
    if (String(pixel) !== String(now.settings.pixel)) set({ pixel });
  };
  const middle = () => [now.output.rows >> 1, now.output.columns >> 1];
  const onImage = (y, x) => [
    placeOf(Math.floor(y * now.image.rows), now.frame.down),
    placeOf(Math.floor(x * now.image.columns), now.frame.across),
  ];
  const onResult = (y, x) => {
    const pixels = now.pooled === now.output ? 1 : 2; // of the result, under one pixel of what is shown
    return [Math.floor(y * now.pooled.rows * pixels), Math.floor(x * now.pooled.columns * pixels)];
  };
  steer(before.canvas, { placeAt: onImage, place, goTo, middle });
  steer(after.canvas, { placeAt: onResult, place, goTo, middle });

  function showPixel() {
    now.settings.pixel = model.get("pixel");
    const { image, frame, output, pooled } = now;
    const [row, column] = place();
    const [top, left] = [
      row * frame.down.stride - frame.down.before,
      column * frame.across.stride - frame.across.before,
    ];
    before.mark(top, left, 3, image.rows, image.columns);
    const shown = pooled === output ? [row, column] : [row >> 1, column >> 1];
    after.mark(within(shown[0], pooled.rows), within(shown[1], pooled.columns), 1, pooled.rows, pooled.columns);
    onePixel.show(now, row, column);
  }

  function show() {
    const old = now;
    now = compute(model, old);
    const { settings, image, output, pooled } = now;
    if (old?.image !== image) paint(before.canvas, image, false);
    const [least, most] = paint(after.canvas, pooled, settings.blue);
    part.show(settings);
    write(beforeSize, `${image.rows} × ${image.columns}`);
    const pooledSize = pooled === output ? "" : `, pooled to ${pooled.rows} × ${pooled.columns}`;
    write(afterSize, `${output.rows} × ${output.columns}${pooledSize}`);
    write(sum, `sum ${text(sumOf(settings.kernel), 3)}`);
    write(range, `from ${text(least, 1)} to ${text(most, 1)}; white is 255 and more`);
    fit();
    showPixel();
  }

  // Smooth where an image is made smaller, squares where it is enlarged. (Asking for a width costs a layout: keep it.)
  let width = 0;
  const fit = () => {
    for (const { canvas } of [before, after]) canvas.classList.toggle("fx-enlarged", width > 1.5 * canvas.width);
  };
  const sizes = new ResizeObserver(([{ contentRect }]) => {
    width = contentRect.width;
    fit();
  });
  sizes.observe(before.node);

  const listeners = [...SETTINGS, "_image"].map((name) => [`change:${name}`, name === "pixel" ? showPixel : show]);
  for (const [event, listener] of listeners) model.on(event, listener);
  el.append(root);
  show();
  return () => {
    sizes.disconnect();
    for (const [event, listener] of listeners) model.off?.(event, listener);
  };
}

export default { render, framed, convolve, pool };
