// Through the epochs: one slider, and everything that Python computed for each of them. No kernel is needed to move it.

const PACE = 600; // milliseconds of an epoch while it plays

function confusion(names) {
  const many = names.length > 4;
  const short = names.map((name, index) => (many ? String(index) : name));
  const cells = names.map(() => names.map(() => element("td")));
  const head = element("tr", {}, element("th", {}, "is ↓ says →"), ...short.map((name) => element("th", { scope: "col" }, name)));
  const rows = cells.map((row, index) => element("tr", {}, element("th", { scope: "row" }, short[index]), ...row));
  const caption = element("caption", {}, "validation");
  const node = element("table", { class: `lts-matrix${many ? " lts-many" : ""}` }, caption, element("thead", {}, head), element("tbody", {}, ...rows));
  function show(counts) {
    counts.forEach((row, truth) => {
      const sum = row.reduce((a, b) => a + b, 0) || 1;
      row.forEach((count, guess) => {
        write(cells[truth][guess], count || !many ? String(count) : "");
        cells[truth][guess].style.setProperty("--share", `${Math.round(65 * (count / sum))}%`);
      });
    });
  }
  return { node, show };
}

// Training and validation accuracy (or loss) so far, with a line where the slider is.
function curve(epochs, plan) {
  const [width, height] = [240, 96];
  const svg = element("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  const most = epochs.at(-1) || 1;
  const x = (epoch) => 6 + ((width - 12) * epoch) / most;
  const all = Object.values(plan.curves).flat().filter((value) => value !== null);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const y = (value) => height - 18 - ((height - 30) * (value - low)) / (high - low || 1);
  const draw = (tag, attributes, ...words) => {
    const node = element(tag, attributes, ...words);
    svg.append(node);
    return node;
  };
  const looks = ["stroke: var(--blue)", "stroke: var(--orange); stroke-dasharray: 5 3"];
  Object.values(plan.curves).forEach((values, index) => {
    const points = values.map((value, at) => (value === null ? null : `${x(epochs[at])},${y(value)}`)).filter(Boolean);
    draw("polyline", { points: points.join(" "), style: `fill: none; stroke-width: 2.5; ${looks[index]}` });
  });
  draw("text", { x: 6, y: 10 }, `${plan.metric}: — training, - - validation`);
  const line = draw("line", { y1: 14, y2: height - 14, style: "stroke: currentColor; stroke-width: 1.5" });
  return { node: svg, show: (epoch) => ["x1", "x2"].forEach((name) => line.setAttribute(name, x(epoch))) };
}

async function render({ model, el }) {
  const set = setter(model);
  const root = element("div", { class: "lts-widget lts-inside" });
  keepKeys(root);
  const own = userImages(model);
  const sleep = sleeper(el, () => [own.node]);
  let plan, frames, show, playing;

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
  const button = element("button", { type: "button" }, "▶ Play");
  button.addEventListener("click", () => {
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
  root.append(box("drive", button, epochSlider, epochWords), board, said, sleep.node, own.node);

  // Everything for one image: the parts of the page, and `show`, which draws one epoch into them.
  async function load() {
    const next = model.get("_plan");
    const still = model.get("_still");
    const nextFrames = still ? await Promise.all(next.sheets.map(decode)) : bytesOf(model.get("_frames"));
    const nextImage = still ? await decode(model.get("_image")) : unpackImage(model.get("_image"));
    return () => {
      [plan, frames] = [next, nextFrames];
      arrange(nextImage, still);
      show();
    };
  }

  function arrange(pixels, still) {
    const frame = plan.sections.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
    const image = element("canvas", { role: "img", "aria-label": "The image" });
    put(image, pixels);
    const canvases = plan.sections.map(({ title }) => element("canvas", { role: "img", "aria-label": title }));
    const figures = canvases.map((canvas, index) =>
      element("figure", {}, box("stage", canvas), element("figcaption", {}, plan.sections[index].title)),
    );
    const [shares, table, line] = [bars(plan.names, "this image", 2), confusion(plan.names), curve(plan.epochs, plan)];
    const left = box("small", element("figure", {}, box("stage", image), element("figcaption", {}, "the image")), line.node);
    board.replaceChildren(left, box("maps", ...figures), element("div", {}, shares.node, table.node));
    epochSlider.max = plan.epochs.length - 1;

    show = () => {
      const step = limited(model.get("step"), 0, plan.epochs.length - 1);
      const epoch = plan.epochs[step];
      let offset = step * frame;
      plan.sections.forEach(({ rows, columns }, index) => {
        if (still) {
          const pixels = frames[index].pixels.subarray(4 * step * rows * columns, 4 * (step + 1) * rows * columns);
          put(canvases[index], { rows, columns, pixels: new Uint8ClampedArray(pixels) });
        } else put(canvases[index], colored(frames, offset, rows, columns));
        offset += rows * columns;
      });
      const words = epoch === 0 ? "before training" : `after epoch ${epoch}`;
      epochSlider.show(step, words);
      write(epochWords, words);
      shares.show(plan.chances[step]);
      table.show(plan.confusions[step]);
      line.show(epoch);
      const counts = plan.confusions[step];
      const [right, all] = [counts.reduce((sum, row, index) => sum + row[index], 0), counts.flat().reduce((a, b) => a + b, 0)];
      const best = plan.chances[step].indexOf(Math.max(...plan.chances[step]));
      const first = words[0].toUpperCase() + words.slice(1);
      write(said, `${first}: the network takes this image for ${plan.names[best]} (${plan.chances[step][best].toFixed(2)}); ${right} of ${all} validation images are right.`);
    };
  }

  const stop = await listenLoaded(model, load, { step: () => show() });
  el.append(root);
  return () => {
    stopPlaying();
    own.stop();
    sleep.stop();
    stop();
  };
}

export default { render };
