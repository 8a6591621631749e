// Charts made by Python (helpers/plots/charts.py): each line is a group with its name, each point a circle with its values.

const FAR = 60; // pixels of the chart: a point farther from the pointer is not meant

function render({ model, el }) {
  el.classList.add("lts-widget", "lts-charts");
  const page = element("div");
  const note = box("tip");
  el.replaceChildren(page, note);
  let pointer = null;

  // The circle next to the pointer, in the chart under it.
  function nearest() {
    const chart = pointer && [...page.querySelectorAll("svg")].find((svg) => inside(svg.getBoundingClientRect()));
    if (!chart) return null;
    const frame = chart.getBoundingClientRect();
    const scale = frame.width / chart.viewBox.baseVal.width || 1;
    const distance = (dot) =>
      Math.hypot(frame.left + scale * dot.cx.baseVal.value - pointer.x, frame.top + scale * dot.cy.baseVal.value - pointer.y);
    const best = [...chart.querySelectorAll("circle")].reduce(
      (found, dot) => (distance(dot) < found.far ? { dot, far: distance(dot) } : found), { far: FAR * scale },
    );
    return best.dot ?? null;
  }

  function inside({ left, right, top, bottom }) {
    return pointer.x >= left && pointer.x <= right && pointer.y >= top && pointer.y <= bottom;
  }

  function point() {
    const dot = nearest();
    note.hidden = !dot;
    for (const other of page.querySelectorAll("circle.lts-near")) other.classList.remove("lts-near");
    if (!dot) return;
    dot.classList.add("lts-near");
    const { x, y } = dot.dataset;
    const { line, along } = dot.parentNode.dataset;
    const epoch = Number.isInteger(Number(x)) ? `epoch ${x}` : `epoch ${Math.ceil(x)} so far`;
    write(note, `${line}: ${y}, ${along === "epoch" ? epoch : `${x} ${along}`}`);
    const [place, around] = [dot.getBoundingClientRect(), el.getBoundingClientRect()];
    const left = limited(place.left - around.left + 12, 0, Math.max(0, around.width - note.offsetWidth));
    note.style.left = `${left}px`;
    const above = place.top - around.top - note.offsetHeight - 4;
    note.style.top = `${above < 0 ? place.bottom - around.top + 4 : above}px`;
  }

  function show() {
    page.innerHTML = model.get("html");
    point();
    const output = el.closest(".jp-OutputArea-output"); // keeps its height while JupyterLab draws an updated output again
    if (output && el.offsetHeight) output.style.minHeight = `${el.offsetHeight}px`;
  }

  page.addEventListener("pointermove", (event) => {
    pointer = { x: event.clientX, y: event.clientY };
    point();
  });
  page.addEventListener("pointerleave", () => {
    pointer = null;
    point();
  });
  show();
  return listen(model, { html: show });
}

export default { render };
