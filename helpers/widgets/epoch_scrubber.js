// Through the epochs: one slider, and everything that Python computed for each of them. No kernel is needed to move it.

const PACE = 600; // milliseconds of an epoch while it plays

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

  // A sheet has the tiles of all epochs, one below the other.
  function arrange(sheets) {
    const steps = plan.epochs.length;
    const image = element("img", { src: plan.image, alt: "The image" });
    const parts = plan.sections.map(({ title }, index) => {
      const [width, height] = [sheets[index].naturalWidth, sheets[index].naturalHeight / steps];
      const canvas = element("canvas", { role: "img", "aria-label": title, width, height });
      const draw = (step) => {
        canvas.pen ??= canvas.getContext("2d");
        canvas.pen.clearRect(0, 0, width, height);
        canvas.pen.drawImage(sheets[index], 0, step * height, width, height, 0, 0, width, height);
      };
      return { draw, node: element("figure", {}, box("stage", canvas), element("figcaption", {}, title)) };
    });
    const [shares, table, chart] = [bars(plan.names, "This image", 2), element("div"), element("div")];
    chart.innerHTML = plan.curve; // made by Python (helpers/plots/charts.py)
    const left = box("small", element("figure", {}, box("stage", image), element("figcaption", {}, "the image")), chart);
    board.replaceChildren(left, box("maps", ...parts.map(({ node }) => node)), element("div", {}, shares.node, table));
    epochSlider.max = steps - 1;

    show = () => {
      const step = limited(model.get("step"), 0, steps - 1);
      const epoch = plan.epochs[step];
      for (const { draw } of parts) draw(step);
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
