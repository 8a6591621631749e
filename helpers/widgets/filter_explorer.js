// The filter explorer, put together. All is computed in the browser, so it also lives on a page without a kernel.
// Python joins this file to the three explorer_*.js, which come before it.

const SETTINGS = ["kernel", "divide", "stride", "padding", "relu", "pooling", "pixel", "blue"];
const REDRAWN = [...SETTINGS.filter((name) => name !== "pixel"), "_image"]; // where everything is drawn again

// Everything that is shown, computed from the model; what has not changed is taken from `old`.
function compute(model, old) {
  const settings = Object.fromEntries(SETTINGS.map((name) => [name, model.get(name)]));
  const { kernel, divide, stride, padding, relu, pooling } = settings;
  const bytes = model.get("_image");
  const image = old?.bytes === bytes ? old.image : unpackGrays(bytes);
  const isOld = old?.image === image && old.settings.stride === stride && old.settings.padding === padding;
  const frame = isOld ? old.frame : framed(image, stride, padding);
  const output = convolve(frame, kernel, divide, relu, old?.output.values);
  return { settings, bytes, image, frame, output, pooled: pool(output, pooling) };
}

// The controls, and `show`, which makes them say what the settings are. `set` changes the model.
function controls(model, set, say) {
  const grid = cells((index, weight) => {
    const change = (row, y) => row.map((old, x) => (3 * y + x === index ? weight : old));
    set({ kernel: model.get("kernel").map(change) });
  }, say);
  // A filter that would make the image brighter or darker is divided by its sum when it is taken from the shelf.
  const shelf = presets(model.get("_presets"), (kernel) => {
    set({ kernel, divide: Math.abs(sumOf(kernel)) > 1e-6 && sumOf(kernel) !== 1 });
  });
  const own = ownGrayImage(
    model,
    () => model.get("_image"),
    (bytes) => set({ _image: bytes, pixel: [unpackGrays(bytes).rows >> 1, unpackGrays(bytes).columns >> 1] }),
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

async function render({ model, el }) {
  if (model.get("_png")) {
    // A page without a kernel: the image comes as a file.
    const bytes = bytesOf(model.get("_png"));
    model.set("_image", await readGrayImage(new Blob([bytes]), 512));
  }
  const set = setter(model);
  const help = "type, drag, or ↑ ↓ (with Shift by 0.1)";
  const hint = element("p", { class: "lts-explorer-hint", role: "status" }, help);
  const part = controls(model, set, (words) => write(hint, words || help));
  const keys = "Arrow keys move the window, with Shift by ten; Home goes to the middle.";
  const [before, after] = [steered(`The image. ${keys}`), steered(`The result. ${keys}`)];
  const [beforeSize, afterSize, sum, range] = Array.from({ length: 4 }, () => element("span"));
  const onePixel = arithmetic();
  const title = (name, note) => pane("title", element("strong", {}, name), note);
  const filter = pane("weights", title("Filter", sum), part.grid.node, hint, part.divide.node);
  const choices = [part.stride, part.padding, part.pooling, part.relu, part.blue];
  const settings = pane("settings", ...choices.map(({ node }) => node));
  const board = pane(
    "board",
    pane("in", title("Image", beforeSize), before.node),
    pane("filter", filter),
    pane("out", title("Result", afterSize), after.node, box("foot", range)),
  );
  const root = element("div", { class: "lts-widget lts-explorer" }, part.shelf.node, settings, board, onePixel.node, part.own.node);

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
    markPixels(before, top, left, 3, image.rows, image.columns);
    const shown = pooled === output ? [row, column] : [row >> 1, column >> 1];
    markPixels(after, within(shown[0], pooled.rows), within(shown[1], pooled.columns), 1, pooled.rows, pooled.columns);
    onePixel.show(now, row, column);
  }

  function show() {
    const old = now;
    now = compute(model, old);
    const { settings, image, output, pooled } = now;
    if (old?.image !== image) paintResult(before.canvas, image, false);
    const [least, most] = paintResult(after.canvas, pooled, settings.blue);
    part.show(settings);
    write(beforeSize, `${image.rows} × ${image.columns}`);
    const pooledSize = pooled === output ? "" : `, pooled to ${pooled.rows} × ${pooled.columns}`;
    write(afterSize, `${output.rows} × ${output.columns}${pooledSize}`);
    write(sum, `sum ${rounded(sumOf(settings.kernel), 3)}`);
    write(range, `from ${rounded(least, 1)} to ${rounded(most, 1)}; white is 255 and more`);
    fit();
    showPixel();
  }

  // Smooth where an image is made smaller, squares where it is enlarged. (Asking for a width costs a layout: keep it.)
  let width = 0;
  const fit = () => {
    for (const { canvas } of [before, after]) canvas.classList.toggle("lts-explorer-enlarged", width > 1.5 * canvas.width);
  };
  const sizes = new ResizeObserver(([{ contentRect }]) => {
    width = contentRect.width;
    fit();
  });
  sizes.observe(before.node);

  mount(el, root);
  show();
  const stop = listen(model, { [REDRAWN.join(" ")]: show, pixel: showPixel });
  return () => {
    sizes.disconnect();
    part.own.stop();
    stop();
  };
}

export default { render, framed, convolve, pool };
