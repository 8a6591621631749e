// One pixel of the filter explorer: its window, the nine products, their sum, and where it goes.

const largestMagnitude = (numbers) => Math.max(...numbers.map(Math.abs));

// All numbers that belong to one place of the window.
function explain({ image, frame, output, pooled, settings }, row, column) {
  const { kernel, divide } = settings;
  const [top, left] = [row * frame.down.stride, column * frame.across.stride];
  const cells = [0, 1, 2].flatMap((y) => [0, 1, 2].map((x) => ({ y, x })));
  const pixels = cells.map(({ y, x }) => frame.values[(top + y) * frame.width + left + x]);
  const corner = { y: top - frame.down.before, x: left - frame.across.before }; // in the image
  const outside = cells.map(({ y, x }) => {
    const [i, j] = [corner.y + y, corner.x + x];
    return i < 0 || j < 0 || i >= image.rows || j >= image.columns;
  });
  const weights = kernel.flat();
  const products = pixels.map((pixel, index) => pixel * weights[index]);
  const sum = products.reduce((a, b) => a + b, 0);
  const by = divisor(kernel, divide);

  const [poolRow, poolColumn] = [Math.floor(row / 2), Math.floor(column / 2)];
  const isPooled = pooled !== output && poolRow < pooled.rows && poolColumn < pooled.columns;
  const four = [0, 1, 2, 3].map((i) => (2 * poolRow + (i >> 1)) * output.columns + 2 * poolColumn + (i & 1));
  const pool = isPooled && {
    row: poolRow,
    column: poolColumn,
    four: four.map((at) => output.values[at]),
    value: pooled.values[poolRow * pooled.columns + poolColumn],
  };
  const value = output.values[row * output.columns + column];
  return { corner, pixels, outside, weights, products, sum, by, quotient: sum / by, value, pool };
}

// The same as a sentence, for everybody, and for those who cannot see the tables.
function sentence({ pixels, weights, sum, by, quotient, pool }, { settings, output, pooled }, row, column) {
  const terms = pixels.map((pixel, index) => `${rounded(pixel)}·${inBrackets(weights[index])}`).join(" + ");
  let rest = by === 1 ? "" : `; ÷ ${rounded(by)} = ${rounded(quotient)}`;
  if (settings.relu && quotient < 0) rest += "; ReLU makes it 0";
  rest += `. It is in row ${row}, column ${column} of the result.`;
  if (pool) {
    rest += ` The ${settings.pooling === "max" ? "largest" : "mean"} of the four there, ${rounded(pool.value)}, `;
    rest += `goes to row ${pool.row}, column ${pool.column} of the pooled image.`;
  } else if (pooled !== output) rest += " Pooling drops this margin.";
  return [`${terms} = `, element("strong", {}, rounded(sum)), rest];
}

function arithmetic() {
  const from = closeUp("The image, close up");
  const to = closeUp("The result, close up");
  const pixels = numberGrid("3 × 3 pixels", 3);
  const weights = numberGrid("the filter", 3);
  const products = numberGrid("products", 3);
  const four = numberGrid("", 2);
  const [total, totalCaption] = [pane("total"), element("figcaption")];
  const sign = (letter) => element("span", { class: "lts-explorer-sign", "aria-hidden": true }, letter);
  const pooledPart = pane("pair", sign("→"), four.node);
  const hint = element("span", {}, "point at an image, or use the arrow keys in it");
  const line = element("p", { class: "lts-line", role: "status" });
  const steps = pane(
    "steps",
    from.node,
    pixels.node,
    pane("pair", sign("×"), weights.node),
    pane("pair", sign("="), products.node),
    pane("pair", sign("Σ"), element("figure", { "aria-hidden": true }, total, totalCaption)),
    pane("pair", sign("→"), to.node),
    pooledPart,
  );

  function show(now, row, column) {
    const { settings, image, output } = now;
    const one = explain(now, row, column);
    pixels.show(one.pixels, (pixel) => signedColor(255 + pixel));
    pixels.cells.forEach((cell, index) => cell.classList.toggle("lts-explorer-outside", one.outside[index]));
    weights.show(one.weights);
    products.show(one.products);
    write(total, rounded(one.sum));
    write(totalCaption, one.by === 1 ? "the sum" : `÷ ${rounded(one.by)} = ${rounded(one.quotient)}`);

    const middle = (CLOSE - 1) / 2;
    const { y, x } = one.corner;
    paintClose(from.canvas, image, y + 1, x + 1, false);
    markPixels(from, middle - 1, middle - 1, 3, CLOSE, CLOSE);
    write(from.caption, `row ${y + 1}, column ${x + 1}`);
    paintClose(to.canvas, output, row, column, settings.blue);
    if (one.pool) markPixels(to, middle - (row % 2), middle - (column % 2), 2, CLOSE, CLOSE);
    else markPixels(to, middle, middle, 1, CLOSE, CLOSE);
    write(to.caption, `row ${row}, column ${column}: ${rounded(one.value)}`);

    pooledPart.hidden = !one.pool;
    if (one.pool) {
      four.show(one.pool.four, (number) => signedColor(level(number), settings.blue));
      const wins = (index) => settings.pooling === "max" && one.pool.four[index] === one.pool.value;
      four.cells.forEach((cell, index) => cell.classList.toggle("lts-explorer-wins", wins(index)));
      write(four.caption, `${settings.pooling} of 2 × 2: ${rounded(one.pool.value)}`);
    }
    line.replaceChildren(...sentence(one, now, row, column));
  }
  return { node: pane("sum", pane("title", element("strong", {}, "One pixel"), hint), steps, line), show };
}
