// What the widgets share. Python puts this file in front of each of their scripts, which makes one script of them:
// no name at the outermost level may be declared in two files (tools/lint_scripts.py looks).

function element(tag, attributes = {}, ...children) {
  const isDrawing = ["svg", "g", "line", "polyline", "circle", "text"].includes(tag);
  const node = isDrawing ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

const groupName = () => `lts-${Math.random()}`; // of radio buttons: no other group on the page has it

function pushButton(words, press, attributes = {}) {
  const node = element("button", { type: "button", ...attributes }, words);
  node.addEventListener("click", press);
  return node;
}

const box = (name, ...children) => element("div", { class: `lts-${name}` }, ...children);
const write = (node, words) => node.textContent === words || (node.textContent = words); // nothing new, nothing to draw
const limited = (value, low, high) => Math.max(low, Math.min(high, value));
const percent = (share) => `${Math.round(100 * share)} %`;
const probability = (share, digits) => (share > 0 && share < 0.5 * 10 ** -digits ? `< ${(10 ** -digits).toFixed(digits)}` : share.toFixed(digits));
const significant = (value) => (value === 0 ? "0" : Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(2)).replace("-", "−");

// Text in which `backticks` are code and **stars** bold, as nodes.
const marked = (text) =>
  text.split(/(`[^`]+`|\*\*.+?\*\*)/).map((part) => {
    if (/^`[^`]+`$/.test(part)) return element("code", {}, part.slice(1, -1));
    return /^\*\*.+\*\*$/.test(part) ? element("b", {}, part.slice(2, -2)) : part;
  });

// Puts a widget on its page. JupyterLab has shortcuts for arrows and letters: keys pressed in a widget belong to the widget.
// Escape leaves it.
function mount(el, root) {
  el.append(root);
  root.addEventListener("keydown", (event) => {
    const withModifier = event.ctrlKey || event.metaKey || event.altKey;
    const forNotebook = withModifier || event.key === "Escape" || (event.key === "Enter" && event.shiftKey);
    if (!forNotebook) event.stopPropagation();
  });
}

// Rows and columns that an arrow key moves a place by: 1, with Shift 10. Undefined for other keys.
function arrowMove({ key, shiftKey }) {
  const far = shiftKey ? 10 : 1;
  return { ArrowUp: [-far, 0], ArrowDown: [far, 0], ArrowLeft: [0, -far], ArrowRight: [0, far] }[key];
}

// Where the pointer is in what listens to it: from the top and from the left, as shares of its height and width.
function pointedAt({ currentTarget, clientX, clientY }) {
  const area = currentTarget.getBoundingClientRect();
  return [(clientY - area.top) / area.height, (clientX - area.left) / area.width];
}

// Pointer and arrow keys, with Shift by ten, move a place on a canvas: `placeAt` gets the pointer as `pointedAt` says it, `place` says
// where it is now, `goTo(row, column)` moves it; Home goes to `middle`, where there is one.
function steer(canvas, { placeAt, place, goTo, middle }) {
  const point = (event) => goTo(...placeAt(...pointedAt(event)));
  canvas.addEventListener("pointermove", point);
  canvas.addEventListener("pointerdown", point);
  canvas.addEventListener("keydown", (event) => {
    const move = arrowMove(event);
    const [row, column] = place();
    if (move) goTo(row + move[0], column + move[1]);
    else if (event.key === "Home" && middle) goTo(...middle());
    else return;
    event.preventDefault();
  });
}

// Saved with every change: Python repeats what it gets, and only what is saved already is safe from an older value
// that comes back. While an answer is awaited, ipywidgets itself keeps the next changes and sends them as one.
function setter(model) {
  return (changes) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  };
}

// Listens to changes: { "name other": listener, … }. Returns the clean-up that a widget's `render` returns.
function listen(model, listeners) {
  const pairs = Object.entries(listeners).flatMap(([names, listener]) =>
    names.split(" ").map((name) => [`change:${name}`, listener]),
  );
  for (const [event, listener] of pairs) model.on(event, listener);
  return () => {
    for (const [event, listener] of pairs) model.off(event, listener);
  };
}

// The same for a widget whose data have to be decoded first. `load` decodes what belongs to the `_serial` of now and returns
// a function that shows it; what is overtaken by a newer serial is never shown. Nothing listens before the first is.
async function listenLoaded(model, load, listeners) {
  async function refresh() {
    const serial = model.get("_serial");
    const show = await load();
    const isCurrent = serial === model.get("_serial");
    if (isCurrent) show();
    return isCurrent;
  }
  while (!(await refresh()));
  return listen(model, { _serial: refresh, ...listeners });
}

// Bytes from Python: a DataView in a notebook, base64 on a page without a kernel.
function bytesOf(value) {
  if (typeof value === "string") return Uint8Array.from(atob(value), (letter) => letter.charCodeAt(0));
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

// The image of an address, ready to be drawn.
async function loaded(src) {
  const image = element("img", { src });
  await image.decode();
  return image;
}

// 256 grays as the pixels that a canvas takes.
const GRAYS = Uint32Array.from({ length: 256 }, (_, gray) => (255 << 24) | (gray << 16) | (gray << 8) | gray);

// Bytes, `rows` × `columns` from `offset` on, as ImageData: each a gray.
function grayImage(bytes, offset, rows, columns) {
  const image = new ImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  for (let at = 0; at < pixels.length; at++) pixels[at] = GRAYS[bytes[offset + at]];
  return image;
}

// Puts ImageData on a canvas, which becomes as large.
function put(canvas, data) {
  if (canvas.width !== data.width) canvas.width = data.width;
  if (canvas.height !== data.height) canvas.height = data.height;
  canvas.pen ??= canvas.getContext("2d");
  canvas.pen.putImageData(data, 0, 0);
}

// A canvas with a frame laid over some of its pixels, all given as shares of its sides.
function stage(attributes) {
  const canvas = element("canvas", attributes);
  const marker = box("marker");
  function mark(top, left, height, width) {
    const [bottom, right] = [Math.min(1, top + height), Math.min(1, left + width)];
    [top, left] = [Math.max(0, top), Math.max(0, left)];
    const place = { top: (top + bottom) / 2, left: (left + right) / 2, height: bottom - top, width: right - left };
    for (const [side, share] of Object.entries(place)) marker.style[side] = `${100 * share}%`;
  }
  return { node: box("stage", canvas, marker), canvas, mark, marker };
}

function tick(title, change) {
  const input = element("input", { type: "checkbox" });
  input.addEventListener("change", () => change(input.checked));
  const node = element("label", { class: "lts-tick" }, input, element("span", {}, title));
  return { node, show: (value) => (input.checked = value) };
}

// A slider whose track is filled from 0 to its value.
function slider(label, low, high, step, change) {
  const input = element("input", { type: "range", min: low, max: high, step, "aria-label": label });
  input.addEventListener("input", () => change(Number(input.value)));
  input.show = (value, words = `${value}`) => {
    const share = (number) => `${(100 * (number - input.min)) / (input.max - input.min || 1)}%`;
    input.value = value;
    input.setAttribute("aria-valuetext", words);
    input.style.setProperty("--from", share(Math.min(0, value)));
    input.style.setProperty("--to", share(Math.max(0, value)));
  };
  return input;
}

// A class keeps its color. With many classes the colors would say nothing, so all are blue.
const colorOfClass = (place, count) => (count > 4 ? "var(--blue)" : `var(--class-${place})`);

// A bar that shows a share from 0 to 1, as a cell of a table.
function bar(color = "var(--blue)") {
  const [fill, cell] = [element("div"), element("td")];
  cell.append(element("div", { class: "lts-bar", "aria-hidden": "true", style: `--color: ${color}` }, fill));
  return { cell, show: (share) => (fill.style.width = `${100 * share}%`) };
}

// A table of probabilities: a bar for each name, the largest set off; dashes where there is none.
function bars(names, title, digits) {
  const rows = names.map((name, place) => {
    const [share, value] = [bar(colorOfClass(place, names.length)), element("td", { class: "lts-number" })];
    return { row: element("tr", {}, element("th", { scope: "row" }, name), share.cell, value), share, value };
  });
  const node = element("table", {}, element("caption", {}, title), element("tbody", {}, ...rows.map(({ row }) => row)));
  function show(shares) {
    const best = shares.indexOf(Math.max(...shares));
    rows.forEach(({ row, share, value }, index) => {
      share.show(shares[index] ?? 0);
      write(value, shares.length ? probability(shares[index], digits) : "–");
      row.className = index === best ? "lts-largest" : "";
    });
  }
  return { node, show };
}

// What asks Python sleeps while no kernel answers for its widget, as after a lesson was opened again.
// JupyterLab marks such a widget when it is made, and takes the mark off the new one when the cell runs again; when the kernel
// is restarted or shut down, it tells the model. `node` is a line that says what to do; `parts` gives what is put out of
// reach. Other programs and exported pages have no kernel to wake.
function sleeper(model, el, parts) {
  const node = element("p", { class: "lts-asleep", role: "note" }, "Asleep. Run the cells above and this one to wake it.");
  let isLost = false;
  const lose = () => {
    isLost = true; // for good: a new kernel doesn't know this widget
    look();
  };
  const look = () => {
    const isAsleep = (isLost || el.matches(".jupyter-widgets-disconnected")) && el.closest(".jp-NotebookPanel") !== null;
    node.hidden = !isAsleep;
    for (const part of parts()) if (part) part.inert = isAsleep;
  };
  const [marks, places] = [new MutationObserver(look), new ResizeObserver(look)];
  marks.observe(el, { attributeFilter: ["class"] });
  places.observe(el); // also when it gets onto the page
  model.on("comm_live_update", lose);
  look();
  const stop = () => {
    model.off("comm_live_update", lose);
    [marks, places].forEach((observer) => observer.disconnect());
  };
  return { node, stop };
}
