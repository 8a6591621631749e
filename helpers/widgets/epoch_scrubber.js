// Through the epochs: one slider, and everything that Python computed for each of them. No kernel is needed to move it.

const PACE = 600; // milliseconds of an epoch while it plays

function confusion(names) {
  const many = names.length > 4;
  const short = names.map((name, index) => (many ? String(index) : name));
  const cells = names.map((_, truth) => names.map((_, guess) => element("td", truth === guess ? { class: "lts-right" } : {})));
  const head = element("tr", {}, element("th", {}, "is ↓ says →"), ...short.map((name) => element("th", { scope: "col" }, name)));
  const rows = cells.map((row, index) => element("tr", {}, element("th", { scope: "row" }, short[index]), ...row));
  const caption = element("caption", {}, "Validation images");
  const node = element("table", { class: `lts-matrix${many ? " lts-many" : ""}` }, caption, element("thead", {}, head), element("tbody", {}, ...rows));
  function show(counts) {
    counts.forEach((row, truth) => {
      const sum = row.reduce((a, b) => a + b, 0) || 1;
      row.forEach((count, guess) => {
        write(cells[truth][guess], count || !many ? String(count) : "");
        cells[truth][guess].style.setProperty("--share", `${Math.round(100 * (count / sum))}%`);
      });
    });
  }
  return { node, show };
}

// Training and validation accuracy (or loss) so far, with a line where the slider is.
function curve(epochs, plan) {
  const [width, height, left, top, bottom] = [240, 150, 40, 24, 38];
  const svg = element("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  const most = epochs.at(-1) || 1;
  const x = (epoch) => left + ((width - left - 8) * epoch) / most;
  const all = Object.values(plan.curves).flat().filter((value) => value !== null);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const y = (value) => height - bottom - ((height - top - bottom - 4) * (value - low)) / (high - low || 1);
  const draw = (tag, attributes, ...words) => {
    const node = element(tag, attributes, ...words);
    svg.append(node);
    return node;
  };
  draw("line", { x1: left, x2: left, y1: top, y2: height - bottom, class: "lts-axis" });
  draw("line", { x1: left, x2: width - 8, y1: height - bottom, y2: height - bottom, class: "lts-axis" });
  for (const value of all.length ? new Set([low, high]) : []) draw("text", { x: left - 5, y: y(value) + 4, "text-anchor": "end" }, value.toFixed(2));
  for (const epoch of new Set([epochs[0], most])) draw("text", { x: x(epoch), y: height - bottom + 14, "text-anchor": "middle" }, String(epoch));
  draw("text", { x: x(most / 2), y: height - bottom + 14, "text-anchor": "middle" }, "epoch");
  draw("text", { x: 0, y: 12, style: "font-weight: 600" }, plan.metric[0].toUpperCase() + plan.metric.slice(1));
  const dashes = ["", "; stroke-dasharray: 5 3"]; // training, validation: one run has one color
  Object.entries(plan.curves).forEach(([name, values], index) => {
    const style = `fill: none; stroke-width: 2.5; stroke: var(--run-1)${dashes[index]}`;
    const points = values.map((value, at) => (value === null ? null : `${x(epochs[at])},${y(value)}`)).filter(Boolean);
    draw("polyline", { points: points.join(" "), style });
    draw("line", { x1: left + 100 * index, x2: left + 100 * index + 18, y1: height - 6, y2: height - 6, style });
    draw("text", { x: left + 100 * index + 23, y: height - 2 }, name);
  });
  const line = draw("line", { y1: top - 6, y2: height - bottom, style: "stroke: currentColor; stroke-width: 1.5" });
  return { node: svg, show: (epoch) => ["x1", "x2"].forEach((name) => line.setAttribute(name, x(epoch))) };
}

// The pixels between the tiles of a strip: they show what is behind it, in a light theme and in a dark one.
function gaps({ rows, columns, tile: [down, across, gap] }) {
  const isGap = (at) => (Math.floor(at / columns) % down) >= down - gap || ((at % columns) % across) >= across - gap;
  return Uint32Array.from(Array.from({ length: rows * columns }, (_, at) => at).filter(isGap));
}

async function render({ model, el }) {
  const set = setter(model);
  const root = element("div", { class: "lts-widget lts-inside" });
  keepKeys(root);
  const own = userImages(model);
  const sleep = sleeper(model, el, () => [own.node]);
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
    const between = plan.sections.map(gaps);
    const canvases = plan.sections.map(({ title }) => element("canvas", { role: "img", "aria-label": title }));
    const figures = canvases.map((canvas, index) =>
      element("figure", {}, box("stage", canvas), element("figcaption", {}, plan.sections[index].title)),
    );
    const [shares, table, line] = [bars(plan.names, "This image", 2), confusion(plan.names), curve(plan.epochs, plan)];
    const left = box("small", element("figure", {}, box("stage", image), element("figcaption", {}, "the image")), line.node);
    board.replaceChildren(left, box("maps", ...figures), element("div", {}, shares.node, table.node));
    epochSlider.max = plan.epochs.length - 1;

    show = () => {
      const step = limited(model.get("step"), 0, plan.epochs.length - 1);
      const epoch = plan.epochs[step];
      let offset = step * frame;
      plan.sections.forEach(({ rows, columns }, index) => {
        const pixels = still
          ? new ImageData(frames[index].pixels.slice(4 * step * rows * columns, 4 * (step + 1) * rows * columns), columns, rows)
          : colored(frames, offset, rows, columns);
        const whole = new Uint32Array(pixels.data.buffer);
        for (const at of between[index]) whole[at] = 0;
        put(canvases[index], pixels);
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
