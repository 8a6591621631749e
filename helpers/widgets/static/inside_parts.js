// What the widgets that look inside a network share.

const box = (name, ...children) => element("div", { class: `in-${name}` }, ...children);
const percent = (share) => `${Math.round(100 * share)} %`;
const limited = (value, low, high) => Math.max(low, Math.min(high, value));
const number = (value) => (value === 0 ? "0" : Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(2)).replace("-", "−");

// Bytes from Python: a DataView in a notebook, base64 on a page without a kernel.
function bytesOf(value) {
  if (typeof value === "string") return Uint8Array.from(atob(value), (letter) => letter.charCodeAt(0));
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

// An image file (base64) as { rows, columns, pixels }: red, green, blue and alpha for each pixel.
async function decode(file) {
  const image = await createImageBitmap(new Blob([bytesOf(file)]));
  const canvas = element("canvas", { width: image.width, height: image.height });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(image, 0, 0);
  return { rows: image.height, columns: image.width, pixels: pen.getImageData(0, 0, image.width, image.height).data };
}

// Rows and columns, two bytes each, then red, green, blue → { rows, columns, pixels } with alpha.
function unpackImage(value) {
  const bytes = bytesOf(value);
  const [rows, columns] = [bytes[0] + 256 * bytes[1], bytes[2] + 256 * bytes[3]];
  const pixels = new Uint8ClampedArray(4 * rows * columns).fill(255);
  for (let at = 0; at < rows * columns; at++) for (let k = 0; k < 3; k++) pixels[4 * at + k] = bytes[4 + 3 * at + k];
  return { rows, columns, pixels };
}

// Greys, `rows` × `columns` from `offset` on, as ImageData.
function grays(bytes, offset, rows, columns) {
  const image = new ImageData(columns, rows);
  const words = new Uint32Array(image.data.buffer);
  for (let at = 0; at < words.length; at++) words[at] = 0xff000000 | (bytes[offset + at] * 0x010101);
  return image;
}

// Puts ImageData or { rows, columns, pixels } on a canvas of the same size.
function put(canvas, image) {
  const data = image instanceof ImageData ? image : new ImageData(image.pixels, image.columns, image.rows);
  if (canvas.width !== data.width) canvas.width = data.width;
  if (canvas.height !== data.height) canvas.height = data.height;
  canvas.pen ??= canvas.getContext("2d");
  canvas.pen.putImageData(data, 0, 0);
}

// A canvas with a frame laid over some of its pixels, all given as shares of its sides.
function stage(attributes) {
  const canvas = element("canvas", attributes);
  const marker = box("marker");
  const node = box("stage", canvas, marker);
  function mark(top, left, height, width) {
    [top, height] = [Math.max(0, top), Math.min(1, top + height) - Math.max(0, top)];
    [left, width] = [Math.max(0, left), Math.min(1, left + width) - Math.max(0, left)];
    const parts = { top, left, height, width };
    for (const [side, share] of Object.entries(parts)) marker.style[side] = `${100 * share}%`;
  }
  return { node, canvas, mark, show: (yes) => (marker.hidden = !yes) };
}

// A slider that fills its track; keys are its own.
function range(label, most, change) {
  const input = element("input", { type: "range", min: 0, max: most, step: 1, "aria-label": label });
  input.addEventListener("input", () => change(Number(input.value)));
  input.show = (value, words) => {
    input.value = value;
    input.setAttribute("aria-valuetext", words ?? `${value}`);
    input.style.setProperty("--from", "0%");
    input.style.setProperty("--to", `${(100 * value) / (Number(input.max) || 1)}%`);
  };
  return input;
}

// The learner's own image: the file goes to Python, which reads every kind of image, and answers.
// On a page without a kernel there is no button.
function ownImage(model) {
  if (model.get("_still")) return { node: "", show() {} };
  const file = element("input", { type: "file", accept: "image/*", "aria-label": "Your own image" });
  const upload = element("label", { class: "in-upload" }, file, element("span", {}, "your own image …"));
  const said = element("span", { role: "status" });
  file.addEventListener("change", async () => {
    if (!file.files.length) return;
    write(said, "The network looks at it …");
    model.set("_file", new DataView(await file.files[0].arrayBuffer()));
    model.save_changes();
    file.value = "";
  });
  const show = () => model.get("_said") && write(said, model.get("_said")); // empty: an answer is on its way
  return { node: box("foot", upload, said), show };
}

// Hears of changes until the view goes away.
function listen(model, events) {
  for (const [name, listener] of Object.entries(events)) model.on(`change:${name}`, listener);
  return () => {
    for (const [name, listener] of Object.entries(events)) model.off?.(`change:${name}`, listener);
  };
}
