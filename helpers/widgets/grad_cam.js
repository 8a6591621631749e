// Images with where the network looked laid over them; a slider says how strongly.

async function render({ model, el }) {
  const set = setter(model);
  const cards = box("cards");
  const strength = slider("How strongly the map covers the images, in percent", 0, 100, 1, (value) => set({ opacity: value / 100 }));
  const words = element("span");
  const own = userImages(model);
  const sleep = sleeper(el, () => [own.node]);
  const drive = box("drive", element("strong", {}, "where it looked"), strength, words);
  const root = element("div", { class: "lts-widget lts-inside" }, drive, cards, sleep.node, own.node);
  keepKeys(root);
  const colors = colorTable(bytesOf(model.get("_colors")));
  let overlays = [];

  function show() {
    const opacity = model.get("opacity");
    strength.show(Math.round(100 * opacity), percent(opacity));
    write(words, percent(opacity));
    for (const canvas of overlays) canvas.style.opacity = opacity;
  }

  // Images and maps of all cards, as { image, heat }: pixels, and one byte for each of them.
  async function pairs(found) {
    if (model.get("_still")) {
      const decoded = found.map(async (card) => ({ image: await decode(card.image), heat: reds(await decode(card.heat)) }));
      return Promise.all(decoded);
    }
    const [images, heats] = [bytesOf(model.get("_images")), bytesOf(model.get("_heats"))];
    let offset = 0;
    return found.map(({ rows, columns }) => {
      const start = offset;
      offset += rows * columns;
      return { image: opaque(images, 3 * start, rows, columns), heat: heats.subarray(start, offset) };
    });
  }

  async function load() {
    const found = model.get("_cards");
    const all = await pairs(found);
    return () => {
      overlays = [];
      const nodes = found.map((card, index) => {
        const under = element("canvas", { role: "img", "aria-label": card.text });
        const over = element("canvas", { "aria-hidden": "true" });
        put(under, all[index].image);
        put(over, colored(all[index].heat, 0, card.rows, card.columns, colors));
        overlays.push(over);
        const caption = element("figcaption", {}, element("b", {}, card.title), element("br"), card.words);
        return element("figure", { class: "lts-card" }, box("stage", under, over), caption);
      });
      cards.replaceChildren(...nodes);
      show();
    };
  }

  const stop = await listenLoaded(model, load, { opacity: show });
  el.append(root);
  return () => [own.stop, stop, sleep.stop].forEach((end) => end());
}

// One byte of each pixel of a gray image.
function reds({ pixels }) {
  const bytes = new Uint8Array(pixels.length / 4);
  for (let at = 0; at < bytes.length; at++) bytes[at] = pixels[4 * at];
  return bytes;
}

export default { render };
