// Images with where the network looked laid over them; a slider says how strongly.

// Dark violet over orange to light yellow: brightness alone tells the values, too.
const WARM = [[0, 0, 0], [60, 15, 110], [150, 40, 100], [220, 80, 50], [250, 160, 20], [252, 255, 164]];

function warm(byte) {
  const at = (byte / 255) * (WARM.length - 1);
  const [low, rest] = [Math.min(Math.floor(at), WARM.length - 2), at - Math.min(Math.floor(at), WARM.length - 2)];
  return WARM[low].map((from, k) => from + rest * (WARM[low + 1][k] - from));
}

function heatImage(bytes, offset, rows, columns) {
  const image = new ImageData(columns, rows);
  for (let at = 0; at < rows * columns; at++) {
    image.data.set(warm(bytes[offset + at]), 4 * at);
    image.data[4 * at + 3] = 255;
  }
  return image;
}

async function render({ model, el }) {
  const set = setter(model);
  const cards = box("cards");
  const slider = range("How strongly the map covers the images, in percent", 100, (value) => set({ opacity: value / 100 }));
  const words = element("span");
  const own = ownImage(model);
  const drive = box("drive", element("strong", {}, "where it looked"), slider, words);
  const root = element("div", { class: "see in" }, drive, cards, own.node);
  keepKeys(root);
  let overlays = [];

  function show() {
    const opacity = model.get("opacity");
    slider.show(Math.round(100 * opacity), percent(opacity));
    write(words, percent(opacity));
    for (const canvas of overlays) canvas.style.opacity = opacity;
  }

  async function load() {
    const found = model.get("_cards");
    const heats = model.get("_still") ? null : bytesOf(model.get("_heats"));
    const images = model.get("_still") ? null : bytesOf(model.get("_images"));
    overlays = [];
    const nodes = [];
    let [offset, place] = [0, 0];
    for (const card of found) {
      const { rows, columns } = card;
      const [under, over] = [element("canvas", { role: "img", "aria-label": card.text }), element("canvas", { "aria-hidden": "true" })];
      if (heats) {
        const pixels = new Uint8ClampedArray(4 * rows * columns).fill(255);
        for (let at = 0; at < rows * columns; at++) for (let k = 0; k < 3; k++) pixels[4 * at + k] = images[place++];
        put(under, { rows, columns, pixels });
        put(over, heatImage(heats, offset, rows, columns));
        offset += rows * columns;
      } else {
        const [image, heat] = [await decode(card.image), await decode(card.heat)];
        put(under, image);
        put(over, heatImage(heat.pixels.filter((_, at) => at % 4 === 0), 0, rows, columns));
      }
      overlays.push(over);
      const caption = element("figcaption", {}, element("b", {}, card.title), element("br"), card.words);
      nodes.push(element("figure", { class: "in-card" }, box("stage", under, over), caption));
    }
    cards.replaceChildren(...nodes);
    show();
  }

  const stop = listen(model, { _serial: load, opacity: show, _said: own.show });
  await load();
  own.show();
  el.append(root);
  return stop;
}

export default { render };
