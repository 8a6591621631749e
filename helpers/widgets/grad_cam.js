// Images with where the network looked laid over them; a slider says how strongly.

async function render({ model, el }) {
  const set = setter(model);
  const cards = box("groups");
  const strength = slider("How strongly the map covers the images, in percent", 0, 100, 1, (value) => set({ opacity: value / 100 }));
  const words = element("span");
  const own = userImages(model);
  const sleep = sleeper(model, el, () => [own.node]);
  const key = box("key", "little evidence", element("i", { "aria-hidden": "true" }), "much");
  const drive = box("drive", element("strong", {}, "Where it looked"), strength, words, key);
  const root = element("div", { class: "lts-widget lts-inside" }, drive, cards, sleep.node, own.node);
  keepKeys(root);
  // The less evidence, the more of the image is left: pixels with none are not covered at all.
  const colors = colorTable(bytesOf(model.get("_colors"))).map((color, level) => ((Math.round(255 * (level / 255) ** 0.6) << 24) | (color & 0xffffff)));
  const shades = [0, 64, 128, 192, 255].map((level) => `rgb(${[0, 8, 16].map((bits) => (colors[level] >> bits) & 255).join(" ")} / ${(level / 255) ** 0.6})`);
  key.children[0].style.background = `linear-gradient(to right, ${shades.join(", ")})`;
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
      const titles = { yours: "Your images", right: "Right", wrong: "Wrong" };
      const groups = Object.fromEntries(Object.keys(titles).map((name) => [name, box("cards")]));
      found.forEach((card, index) => {
        const under = element("canvas", { role: "img", "aria-label": card.text });
        const over = element("canvas", { "aria-hidden": "true" });
        put(under, all[index].image);
        put(over, colored(all[index].heat, 0, card.rows, card.columns, colors));
        overlays.push(over);
        const caption = element("figcaption", {}, element("b", {}, card.title), element("br"), card.words);
        groups[card.group].append(element("figure", { class: "lts-card" }, box("stage", under, over), caption));
      });
      const filled = Object.entries(groups).filter(([, group]) => group.children.length);
      const headed = ([name, group]) => [element("h4", {}, `${titles[name]} (${group.children.length})`), group];
      cards.replaceChildren(...filled.flatMap((pair) => (found.some(({ group }) => group !== "yours") ? headed(pair) : [pair[1]])));
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
