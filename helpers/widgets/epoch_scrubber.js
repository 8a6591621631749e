// Through the epochs: one slider, and everything that Python computed for each of them. No kernel is needed to move it.
// The tile that is pointed at is shown large, over the image; a click or Enter keeps it there.

const PACE = 600; // milliseconds of an epoch while it plays

// The tiles of one section, on a canvas; `sheet` has them for all epochs, one below the other. `point` hears of the tile that is
// pointed at, or null, and `keep` of the one that was clicked.
function tileStrip({ title, tiles, columns, gap }, sheet, steps, point, keep) {
  const [width, height, rows] = [sheet.naturalWidth, sheet.naturalHeight / steps, tiles.length / columns];
  const [high, wide] = [(height + gap) / rows, (width + gap) / columns]; // of a tile and the gap after it
  const { node, canvas, mark, marker } = stage({ tabindex: 0, role: "application", width, height });
  let [row, column] = [0, 0];
  const copy = (goal, step, top, left) => {
    goal.pen ??= goal.getContext("2d");
    goal.pen.clearRect(0, 0, goal.width, goal.height);
    goal.pen.drawImage(sheet, left, step * height + top, goal.width, goal.height, 0, 0, goal.width, goal.height);
  };
  function tileHere() {
    const [top, left] = [row * high, column * wide];
    const surround = () => mark(top / height, left / width, (high - gap) / height, (wide - gap) / width);
    const enlarge = (large, step) => {
      [large.width, large.height] = [wide - gap, high - gap];
      copy(large, step, top, left);
    };
    return { name: tiles[row * columns + column], canvas, surround, enlarge };
  }
  const goTo = (toRow, toColumn) => {
    [row, column] = [limited(toRow, 0, rows - 1), limited(toColumn, 0, columns - 1)];
    point(tileHere());
  };
  steer(canvas, { placeAt: (y, x) => [Math.floor((y * height) / high), Math.floor((x * width) / wide)], place: () => [row, column], goTo });
  canvas.addEventListener("click", () => keep(tileHere()));
  canvas.addEventListener("keydown", ({ key }) => key === "Enter" && keep(tileHere()));
  canvas.addEventListener("focus", () => canvas.matches(":focus-visible") && goTo(row, column));
  for (const event of ["pointerleave", "blur"]) canvas.addEventListener(event, () => point(null));
  const draw = (step) => copy(canvas, step, 0, 0);
  function frame(tile) {
    marker.hidden = tile?.canvas !== canvas;
    if (!marker.hidden) tile.surround();
    canvas.setAttribute("aria-label", `${title}. Arrow keys choose a tile, Enter keeps it${marker.hidden ? "" : `. Now ${tile.name}`}.`);
  }
  return { draw, frame, node: element("figure", {}, node, element("figcaption", {}, title)) };
}

async function render({ model, el }) {
  const set = setter(model);
  const root = element("div", { class: "lts-widget lts-inside" });
  const own = userImages(model, el);
  let plan, show, playing;

  const stopPlaying = () => {
    clearInterval(playing);
    playing = null;
    write(button, "▶ Play");
  };
  const go = (step) => set({ step: limited(step, 0, plan.epochs.length - 1) });
  const epochSlider = slider("Epoch", 0, 1, 1, (step) => {
    stopPlaying();
    go(step);
  });
  const button = pushButton("▶ Play", () => {
    if (playing) return stopPlaying();
    if (model.get("step") >= plan.epochs.length - 1) go(0);
    write(button, "❚❚ Pause");
    playing = setInterval(() => {
      go(model.get("step") + 1);
      if (model.get("step") >= plan.epochs.length - 1) stopPlaying();
    }, PACE);
  });
  const epochWords = element("strong");
  const said = element("p", { class: "lts-line", role: "status" });
  const board = box("epochs");
  root.append(box("drive", button, epochSlider, epochWords), board, said, own.node);

  // Everything for one image: the parts of the page, and `show`, which draws one epoch into them.
  async function load() {
    const next = model.get("_plan");
    const sheets = await Promise.all(next.sections.map(({ sheet }) => loaded(sheet)));
    return () => {
      plan = next;
      arrange(sheets);
      show();
    };
  }

  function arrange(sheets) {
    const steps = plan.epochs.length;
    const image = element("img", { src: plan.image, alt: "The image" });
    const [large, caption] = [element("canvas", { class: "lts-large", role: "img" }), element("figcaption")];
    let [pointed, kept] = [null, null];
    const point = (tile) => {
      pointed = tile;
      showTile();
    };
    const keep = (tile) => {
      kept = tile.name === kept?.name ? null : tile;
      showTile();
    };
    const parts = plan.sections.map((section, index) => tileStrip(section, sheets[index], steps, point, keep));
    const [shares, table, chart] = [bars(plan.names, "This image", 2), element("div"), element("div")];
    chart.innerHTML = plan.curve; // made by Python (helpers/plots/charts.py)
    const left = box("small", element("figure", {}, box("stage", image, large), caption), chart);
    board.replaceChildren(left, box("maps", ...parts.map(({ node }) => node)), element("div", {}, shares.node, table));
    epochSlider.max = steps - 1;

    const stepNow = () => limited(model.get("step"), 0, steps - 1);
    function showTile() {
      const tile = pointed ?? kept;
      for (const part of parts) part.frame(tile);
      large.hidden = !tile;
      tile?.enlarge(large, stepNow());
      large.setAttribute("aria-label", tile?.name ?? "");
      write(caption, tile?.name ?? "the image, or the tile you point at");
    }
    show = () => {
      const step = stepNow();
      const epoch = plan.epochs[step];
      for (const part of parts) part.draw(step);
      showTile();
      for (const dot of chart.querySelectorAll("circle")) dot.classList.toggle("lts-near", Number(dot.dataset.x) === epoch);
      const words = epoch === 0 ? "before training" : `after epoch ${epoch}`;
      epochSlider.show(step, words);
      write(epochWords, words);
      shares.show(plan.chances[step]);
      table.innerHTML = plan.tables[step];
      write(said, plan.sentences[step]);
    };
  }

  const stop = await listenLoaded(model, load, { step: () => show() });
  mount(el, root);
  return () => [stopPlaying, own.stop, stop].forEach((end) => end());
}

export default { render };
