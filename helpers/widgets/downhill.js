// Gradient descent on one weight. All is computed here, so it also lives on a page that has no kernel.

const MOST_STEPS = 200;
const FARTHEST = 1e6;
const inWords = (value) => {
  const size = Math.abs(value);
  return (size >= 1e4 ? value.toExponential(1) : value.toFixed(size >= 100 ? 0 : 3)).replace("-", "−").replace("e+", "e");
};
// The smallest of 1, 2, 5 times a power of ten that divides a length into at most so many parts.
const roundStep = (length, parts) => {
  const power = 10 ** Math.floor(Math.log10(length / parts));
  return power * [1, 2, 5, 10].find((factor) => length / (power * factor) <= parts);
};
const bracketed = (value) => (value < 0 ? `(${inWords(value)})` : inWords(value));

function render({ model, el }) {
  const [a, b, c] = model.get("curve");
  const loss = (weight) => a * weight * weight + b * weight + c;
  const gradient = (weight) => 2 * a * weight + b;
  const bottom = -b / (2 * a);
  const first = model.get("path")[0];
  const save = setter(model);

  const [width, height, left, right, top, foot] = [420, 310, 50, 14, 26, 44];
  const reach = Math.max(1.5, 2.4 * Math.abs(first - bottom));
  const [low, high, roof] = [bottom - reach, bottom + reach, 1.02 * loss(bottom + reach)];
  const x = (weight) => left + ((width - left - right) * (weight - low)) / (high - low);
  const y = (value) => top + ((height - top - foot) * (roof - value)) / roof;
  const inside = (weight) => weight >= low && weight <= high;

  const plot = element("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img" });
  plot.setAttribute("aria-label", "The loss over the weight: a valley. The numbered points are the steps.");
  const wide = roundStep(high - low, 8);
  for (let tick = Math.ceil(low / wide) * wide; tick <= high; tick += wide) {
    plot.append(element("line", { x1: x(tick), x2: x(tick), y1: y(0), y2: y(roof), class: "lts-grid" }));
    plot.append(element("text", { x: x(tick), y: y(0) + 16, "text-anchor": "middle" }, `${+tick.toFixed(1)}`.replace("-", "−")));
  }
  const tall = roundStep(roof, 5);
  for (let tick = 0; tick <= roof; tick += tall) {
    plot.append(element("line", { x1: x(low), x2: x(high), y1: y(tick), y2: y(tick), class: tick ? "lts-grid" : "lts-axis" }));
    plot.append(element("text", { x: left - 6, y: y(tick) + 4, "text-anchor": "end" }, `${+tick.toFixed(1)}`));
  }
  plot.append(element("text", { x: (left + width - right) / 2, y: height - 6, "text-anchor": "middle" }, "weight"));
  plot.append(element("text", { x: 4, y: 12 }, "loss"));
  const points = Array.from({ length: 101 }, (_, i) => low + ((high - low) * i) / 100);
  plot.append(element("polyline", { points: points.map((weight) => `${x(weight)},${y(loss(weight))}`).join(" "), class: "lts-curve" }));
  const slope = element("line", { class: "lts-axis", "stroke-width": 2 });
  const trail = element("g");
  plot.append(slope, trail);

  const rate = slider("learning rate", 0.01, 1.2, 0.01, (value) => save({ rate: value }));
  const said = element("p", { role: "status", class: "lts-line" });
  const cells = Object.fromEntries(["step", "weight", "loss", "gradient", "learning rate"].map((name) => [name, element("td", { class: "lts-number" })]));
  const rows = Object.entries(cells).map(([name, cell]) =>
    element("tr", {}, element("th", { scope: "row" }, name), cell, element("td", {}, ...(name === "learning rate" ? [rate] : []))),
  );

  function walk(count) {
    const path = [...model.get("path")];
    for (let i = 0; i < count && path.length <= MOST_STEPS && Math.abs(path.at(-1)) < FARTHEST; i++) {
      path.push(path.at(-1) - model.get("rate") * gradient(path.at(-1)));
    }
    save({ path });
  }
  const [one, ten] = [pushButton("Step", () => walk(1)), pushButton("10 steps", () => walk(10))];
  const again = pushButton("Start again", () => save({ path: [first] }));
  const table = element("table", {}, element("tbody", {}, ...rows));
  const root = element("div", { class: "lts-widget", role: "group", "aria-label": "Downhill: gradient descent on one weight" });
  root.append(box("columns", plot, element("div", { style: "flex: 1 1 300px" }, table, element("p", {}, one, ten, again), said)));
  mount(el, root);

  function sentence(path) {
    const weight = path.at(-1);
    if (path.length === 1) {
      const uphill = gradient(weight) > 0 ? "right" : "left";
      const slopeText = `The gradient is ${inWords(gradient(weight))}: uphill is to the ${uphill}, so a step goes the other way.`;
      return Math.abs(gradient(weight)) < 1e-3 ? "The gradient is 0: this is the bottom." : slopeText;
    }
    const before = path.at(-2);
    const sum = `${inWords(before)} − ${((before - weight) / gradient(before) || 0).toFixed(2)} · ${bracketed(gradient(before))} = ${inWords(weight)}`;
    const change = `Step ${path.length - 1}: ${sum}. Loss ${inWords(loss(before))} → ${inWords(loss(weight))}.`;
    if (!inside(weight)) return `${change} The weight has jumped out of the plot: this learning rate is too large.`;
    if (loss(weight) > loss(before) + 1e-9) return `${change} Higher than before: the step was too long.`;
    if ((before - bottom) * (weight - bottom) < 0 && Math.abs(before - bottom) > 1e-3) return `${change} It went past the bottom, to the other side.`;
    return Math.abs(gradient(weight)) < 1e-3 ? `${change} The gradient is almost 0: this is the bottom.` : change;
  }

  function show() {
    const path = model.get("path");
    const weight = path.at(-1);
    rate.show(model.get("rate"));
    const values = { step: `${path.length - 1}`, weight: inWords(weight), loss: inWords(loss(weight)), gradient: inWords(gradient(weight)) };
    for (const [name, value] of Object.entries(values)) write(cells[name], value);
    write(cells["learning rate"], model.get("rate").toFixed(2));
    write(said, sentence(path));
    one.disabled = ten.disabled = path.length > MOST_STEPS || Math.abs(weight) >= FARTHEST;

    const numbered = path.map((at, step) => ({ at, step })).filter(({ at }) => inside(at)).slice(-30);
    const lines = numbered.slice(1).map(({ at, step }) => {
      const before = path[step - 1];
      return inside(before) && element("line", { x1: x(before), y1: y(loss(before)), x2: x(at), y2: y(loss(at)), class: "lts-drop" });
    });
    const dots = numbered.map(({ at, step }) => {
      const dot = element("g", { class: "lts-point" }, element("circle", { r: 9 }), element("text", { y: 4 }, `${step}`));
      dot.setAttribute("transform", `translate(${x(at)} ${y(loss(at))})`);
      return dot;
    });
    trail.replaceChildren(...lines.filter(Boolean), ...dots);
    slope.style.display = inside(weight) ? "" : "none";
    const run = Math.min(0.22 * reach, (0.2 * roof) / Math.max(Math.abs(gradient(weight)), 1e-9));
    for (const [end, side] of [["1", -run], ["2", run]]) {
      slope.setAttribute(`x${end}`, x(weight + side));
      slope.setAttribute(`y${end}`, y(loss(weight) + side * gradient(weight)));
    }
  }
  show();
  return listen(model, { "path rate": show });
}

export default { render };
