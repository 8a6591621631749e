// The filter explorer's numbers: the same as helpers/images/convolution.py makes, and how they become pixels.

const CLOSE = 11; // pixels a side in the close-ups
const float32 = Math.fround;

// How many places the 3-pixel window has on n pixels, and how many zeros "same" puts before and after them.
function places(n, stride, padding) {
  if (padding === "valid") return { count: Math.floor((n - 3) / stride) + 1, before: 0, after: 0, stride };
  const count = Math.ceil(n / stride);
  const frame = Math.max((count - 1) * stride + 3 - n, 0);
  return { count, before: Math.floor(frame / 2), after: frame - Math.floor(frame / 2), stride };
}

// The place of the window that is nearest to a pixel, and the pixel in the middle of the window at a place.
const within = (place, count) => limited(place, 0, count - 1);
const placeOf = (pixel, { count, before, stride }) => within(Math.round((pixel - 1 + before) / stride), count);
const pixelOf = (place, { count, before, stride }) => Math.max(0, within(place, count) * stride + 1 - before);

// The image as floats, inside the frame of zeros that the padding asks for.
function framed(image, stride, padding) {
  const down = places(image.rows, stride, padding);
  const across = places(image.columns, stride, padding);
  const width = across.before + image.columns + across.after;
  const values = new Float32Array(width * (down.before + image.rows + down.after));
  for (let row = 0; row < image.rows; row++) {
    const line = image.values.subarray(row * image.columns, (row + 1) * image.columns);
    values.set(line, (row + down.before) * width + across.before);
  }
  return { values, width, down, across };
}

const sumOf = (kernel) => kernel.flat().reduce((total, weight) => total + weight, 0);
const divisor = (kernel, divide) => (divide && Math.abs(sumOf(kernel)) > 1e-6 ? float32(sumOf(kernel)) : 1);

// The sums of the nine products at every place. `room`: an array of the right length to write into, instead of a new
// one: a megabyte thrown away at every key press would make the browser stop and tidy up now and then.
function convolve(frame, kernel, divide, relu, room) {
  const { values, width, down, across } = frame;
  const { stride } = down;
  const [a, b, c, d, e, f, g, h, i] = kernel.flat().map(float32);
  const size = down.count * across.count;
  const result = room?.length === size ? room : new Float32Array(size);
  let out = 0;
  for (let row = 0; row < down.count; row++) {
    let one = row * stride * width; // where the window's three rows begin
    for (let column = 0; column < across.count; column++) {
      const two = one + width;
      const three = two + width;
      result[out++] =
        a * values[one] +
        b * values[one + 1] +
        c * values[one + 2] +
        d * values[two] +
        e * values[two + 1] +
        f * values[two + 2] +
        g * values[three] +
        h * values[three + 1] +
        i * values[three + 2];
      one += stride;
    }
  }
  const by = divisor(kernel, divide);
  if (by !== 1) for (let at = 0; at < result.length; at++) result[at] /= by;
  if (relu) for (let at = 0; at < result.length; at++) if (result[at] < 0) result[at] = 0;
  return { values: result, rows: down.count, columns: across.count };
}

// 2 × 2 pooling, a square after the other; an odd margin is dropped.
function pool(image, kind) {
  if (kind === "none" || image.rows < 2 || image.columns < 2) return image;
  const rows = Math.floor(image.rows / 2);
  const columns = Math.floor(image.columns / 2);
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = 2 * row * image.columns + 2 * column;
      const [a, b] = [image.values[at], image.values[at + 1]];
      const [c, d] = [image.values[at + image.columns], image.values[at + image.columns + 1]];
      values[row * columns + column] = kind === "max" ? Math.max(a, b, c, d) : (a + b + c + d) / 4;
    }
  }
  return { values, rows, columns };
}

// The color of every result from −255 to 255: below 0 blue or black, then gray. One table look-up a pixel.
const level = (value) => (value > 255 ? 510 : value < -255 ? 0 : (value + 255.5) | 0);
function signedColor(at, blue) {
  const value = at - 255;
  if (value >= 0) return [value, value, value];
  return blue ? [0.25, 0.6, 1].map((part) => Math.floor(-value * part)) : [0, 0, 0];
}
function signedColors(blue) {
  return Uint32Array.from({ length: 511 }, (_, at) => {
    const [red, green, most] = signedColor(at, blue);
    return (255 << 24) | (most << 16) | (green << 8) | red;
  });
}
const SIGNED = new Map([true, false].map((blue) => [blue, signedColors(blue)]));

// Puts an image on a canvas, pixel by pixel, and says which numbers it met: [smallest, largest].
function paintResult(canvas, image, blue) {
  if (canvas.width !== image.columns || canvas.height !== image.rows || !canvas.pixels) {
    canvas.width = image.columns;
    canvas.height = image.rows;
    canvas.pen = canvas.getContext("2d", { alpha: false });
    canvas.pixels = canvas.pen.createImageData(image.columns, image.rows);
  }
  const pixels = new Uint32Array(canvas.pixels.data.buffer);
  const { values } = image;
  const colors = SIGNED.get(blue);
  let [least, most] = [Infinity, -Infinity];
  for (let at = 0; at < pixels.length; at++) {
    const value = values[at];
    if (value < least) least = value;
    if (value > most) most = value;
    pixels[at] = colors[level(value)];
  }
  canvas.pen.putImageData(canvas.pixels, 0, 0);
  return [least, most];
}

// The neighborhood of one pixel, enlarged; what lies outside the image is left open.
function paintClose(canvas, image, row, column, blue) {
  const pen = canvas.getContext("2d");
  const square = pen.createImageData(CLOSE, CLOSE);
  const pixels = new Uint32Array(square.data.buffer);
  const half = (CLOSE - 1) / 2;
  for (let y = 0; y < CLOSE; y++) {
    for (let x = 0; x < CLOSE; x++) {
      const [i, j] = [row - half + y, column - half + x];
      const inside = i >= 0 && j >= 0 && i < image.rows && j < image.columns;
      pixels[y * CLOSE + x] = inside ? SIGNED.get(blue)[level(image.values[i * image.columns + j])] : 0;
    }
  }
  pen.putImageData(square, 0, 0);
}

// The tint of a weight or product: orange above 0, blue below, stronger with its share of the largest.
function tint(node, value, largest) {
  const share = largest ? Math.min(1, Math.abs(value) / largest) : 0;
  const style = `--tint: var(--${value < 0 ? "blue" : "orange"}); --share: ${Math.round(8 * Math.sign(share) + 42 * share)}%`;
  if (node.tinted !== style) node.style.cssText = node.tinted = style; // what does not change need not be drawn again
}

// The bytes of the model: rows and columns (two bytes each), then the grays.
function unpackGrays(bytes) {
  const rows = bytes.getUint16(0, true);
  const columns = bytes.getUint16(2, true);
  return { values: new Uint8Array(bytes.buffer, bytes.byteOffset + 4, rows * columns), rows, columns };
}

// An image file → the bytes of the model, in gray and at most `largest` pixels a side.
async function readGrayImage(file, largest) {
  const { canvas, pen } = await drawn(file, ({ width, height }) => largest / Math.max(width, height));
  const [columns, rows] = [canvas.width, canvas.height];
  const { data } = pen.getImageData(0, 0, columns, rows);
  const bytes = new DataView(new ArrayBuffer(4 + rows * columns));
  bytes.setUint16(0, rows, true);
  bytes.setUint16(2, columns, true);
  for (let at = 0; at < rows * columns; at++) {
    const gray = 0.299 * data[4 * at] + 0.587 * data[4 * at + 1] + 0.114 * data[4 * at + 2];
    bytes.setUint8(4 + at, Math.round(gray));
  }
  return bytes;
}
