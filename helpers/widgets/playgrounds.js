// The ReLU and softmax playgrounds. All is computed here, so they also live on a page that has no kernel.

const fixed = (number, digits = 1) => number.toFixed(digits).replace("-", "−");
const powerText = (power) => (power < 0.1 ? power.toPrecision(1) : fixed(power, 2));

// The list of numbers under `name` in the model: read it, change all or one.
function numberList(model, name) {
  const save = setter(model);
  const set = (values) => save({ [name]: values });
  return {
    all: () => model.get(name),
    set,
    setOne: (index, value) => set(model.get(name).map((old, i) => (i === index ? value : old))),
  };
}

function relu(model, el) {
  const limit = 5;
  const inputs = numberList(model, "inputs");
  const [width, height, unit] = [340, 262, 30];
  const x = (value) => width / 2 + unit * value;
  const y = (value) => height - 62 - unit * value;

  const plot = element("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img" });
  plot.setAttribute("aria-label", "Graph of ReLU: flat at 0 for inputs below 0, then a straight line with slope 1.");
  const line = (x1, y1, x2, y2, kind) =>
    element("line", { x1: x(x1), y1: y(y1), x2: x(x2), y2: y(y2), class: `lts-${kind}` });
  for (let tick = -limit; tick <= limit; tick++) {
    plot.append(line(tick, -0.6, tick, limit, "grid"));
    plot.append(element("text", { x: x(tick), y: y(-0.75) + 14, "text-anchor": "middle" }, fixed(tick, 0)));
    if (tick >= 0) plot.append(line(-limit, tick, limit, tick, "grid"));
    if (tick > 0) plot.append(element("text", { x: x(0) - 6, y: y(tick) + 4, "text-anchor": "end" }, fixed(tick, 0)));
  }
  plot.append(line(-limit, 0, limit, 0, "axis"), line(0, -0.6, 0, limit, "axis"));
  const corner = [[-limit, 0], [0, 0], [limit, limit]].map(([a, b]) => `${x(a)},${y(b)}`).join(" ");
  plot.append(element("polyline", { points: corner, class: "lts-curve" }));
  plot.append(element("text", { x: x(0), y: height - 4, "text-anchor": "middle" }, "input x"));
  plot.append(element("text", { x: x(0) + 8, y: y(limit) - 4 }, "output"));

  const body = element("tbody");
  const rows = inputs.all().map((_, index) => {
    const name = `input ${index + 1}`;
    const control = slider(name, -limit, limit, 0.1, (value) => inputs.setOne(index, value));
    const sum = element("td", { class: "lts-number" });
    const output = element("td", { class: "lts-number" });
    body.append(element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, control), sum, output));

    const drop = element("line", { class: "lts-drop" });
    const point = element("g", { class: "lts-point" }, element("circle", { r: 11 }), element("text", { y: 4 }, `${index + 1}`));
    plot.append(drop, point);
    point.addEventListener("pointerdown", (event) => point.setPointerCapture(event.pointerId));
    point.addEventListener("pointermove", (event) => {
      if (!point.hasPointerCapture(event.pointerId)) return;
      const across = ((event.clientX - plot.getBoundingClientRect().left) * width) / plot.getBoundingClientRect().width;
      const value = Math.round((10 * (across - width / 2)) / unit) / 10;
      inputs.setOne(index, Math.min(limit, Math.max(-limit, value)));
    });
    return { control, sum, output, drop, point };
  });

  const head = ["", "drag", "max(0, x)", "output"].map((title, column) =>
    element("th", column > 1 ? { scope: "col", class: "lts-number" } : { scope: "col" }, title),
  );
  const caption = element("caption", {}, "ReLU: x if x > 0, else 0");
  const table = element("table", {}, caption, element("thead", {}, element("tr", {}, ...head)), body);
  const said = element("p", { role: "status", class: "lts-quiet" });
  el.append(box("columns", plot, element("div", {}, table, said)));

  function show() {
    inputs.all().forEach((value, index) => {
      const { control, sum, output, drop, point } = rows[index];
      const result = Math.max(0, value);
      control.show(value);
      write(sum, `max(0, ${fixed(value)}) =`);
      write(output, fixed(result));
      point.setAttribute("transform", `translate(${x(value)} ${y(result)})`);
      for (const [name, at] of Object.entries({ x1: x(value), y1: y(0), x2: x(value), y2: y(result) })) drop.setAttribute(name, at);
    });
    const silent = inputs.all().filter((value) => value <= 0).length;
    write(said, `${silent} of ${rows.length} outputs are 0; the others are their inputs, unchanged.`);
  }
  show();
  return listen(model, { inputs: show });
}

function softmax(model, el) {
  const scores = numberList(model, "scores");
  const labels = model.get("labels");
  const start = [...scores.all()];
  const limit = model.get("limit");

  const body = element("tbody");
  const rows = start.map((_, index) => {
    const name = labels[index] ? `${index} ${labels[index]}` : `${index}`;
    const control = slider(`score ${name}`, -limit, limit, 0.1, (value) => scores.setOne(index, value));
    const cells = { score: element("td"), power: element("td"), probability: element("td") };
    for (const cell of Object.values(cells)) cell.className = "lts-number";
    const share = bar();
    const head = element("th", { scope: "row" }, name);
    const row = element("tr", {}, head, element("td", {}, control), cells.score, cells.power, share.cell, cells.probability);
    body.append(row);
    return { row, control, bar: share, ...cells };
  });

  const power = () => element("span", {}, "e", element("sup", {}, "score"));
  const heads = ["index", "drag", "score", power(), "", "probability"];
  const head = heads.map((title, column) =>
    element("th", [2, 3, 5].includes(column) ? { scope: "col", class: "lts-number" } : { scope: "col" }, title),
  );
  const [powerSum, one] = [element("td", { class: "lts-number" }), element("td", { class: "lts-number" })];
  const foot = element("tr", {}, element("th", { scope: "row", colspan: 3 }, "sum"), powerSum, element("td"), one);
  const caption = element("caption", {}, "Softmax: ", power(), ", divided by the sum of all of them");
  const table = element("table", {}, caption, element("thead", {}, element("tr", {}, ...head)), body, element("tfoot", {}, foot));

  const said = element("p", { role: "status" });
  const buttons = Object.entries({
    "Add 1 to all": (values) => values.map((value) => value + 1),
    "Double all": (values) => values.map((value) => 2 * value),
    "Start again": () => start,
  }).map(([title, change]) => {
    const button = pushButton(title, () => scores.set(change(scores.all())));
    button.show = () => (button.disabled = change(scores.all()).some((value) => Math.abs(value) > limit));
    return button;
  });
  const reason = element("span", { class: "lts-quiet" });
  el.append(table, said, element("p", {}, ...buttons, reason));

  function show() {
    const values = scores.all();
    const powers = values.map(Math.exp);
    const sum = powers.reduce((a, b) => a + b);
    const largest = powers.indexOf(Math.max(...powers));
    values.forEach((value, index) => {
      const { row, control, bar, score, power, probability: chance } = rows[index];
      const share = powers[index] / sum;
      control.show(value);
      write(score, fixed(value));
      write(power, powerText(powers[index]));
      write(chance, probability(share, 3));
      bar.show(share);
      row.className = index === largest ? "lts-largest" : "";
    });
    write(powerSum, powerText(sum));
    write(one, fixed(1, 3));
    const name = labels[largest] ? `index ${largest}, ${labels[largest]}` : `index ${largest}`;
    const share = fixed(powers[largest] / sum, 3);
    write(said, `The largest is ${name}: ${powerText(powers[largest])} ÷ ${powerText(sum)} = ${share}.`);
    for (const button of buttons) button.show();
    const refused = buttons.filter(({ disabled }) => disabled).map(({ textContent }) => `“${textContent}”`);
    write(reason, refused.length ? `${refused.join(" and ")} would take a score beyond ${limit}.` : "");
  }
  show();
  return listen(model, { scores: show });
}

function render({ model, el }) {
  const kind = model.get("kind");
  const root = element("div", { class: "lts-widget", role: "group", "aria-label": `${kind} playground` });
  mount(el, root);
  return { ReLU: relu, softmax }[kind](model, root);
}

export default { render };
