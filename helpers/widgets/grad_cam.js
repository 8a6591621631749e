// Images with where the network looked laid over them; a slider says how strongly.

const TITLES = { yours: "Your images", right: "Right", wrong: "Wrong" };

function render({ model, el }) {
  const set = setter(model);
  const groups = element("div");
  const strength = slider("How strongly the map covers the images, in percent", 0, 100, 1, (value) => set({ opacity: value / 100 }));
  const words = element("span");
  const own = userImages(model, el);
  const key = box("key", "little evidence", element("img", { src: model.get("_key"), alt: "" }), "much");
  const drive = box("drive", element("strong", {}, "Where it looked"), strength, words, key);
  const root = element("div", { class: "lts-widget lts-inside" }, drive, groups, own.node);
  let overlays = [];

  function cover() {
    const opacity = model.get("opacity");
    strength.show(Math.round(100 * opacity), percent(opacity));
    write(words, percent(opacity));
    for (const image of overlays) image.style.opacity = opacity;
  }

  function figure({ image, heat, text, title, words }) {
    const over = element("img", { src: heat, alt: "" });
    overlays.push(over);
    const caption = element("figcaption", {}, element("b", {}, title), element("br"), words);
    return element("figure", { class: "lts-card" }, box("stage", element("img", { src: image, alt: text }), over), caption);
  }

  function show() {
    const cards = model.get("_cards");
    const hasTruths = cards.some(({ group }) => group !== "yours");
    overlays = [];
    groups.replaceChildren();
    for (const [name, title] of Object.entries(TITLES)) {
      const figures = cards.filter(({ group }) => group === name).map(figure);
      if (figures.length && hasTruths) groups.append(element("h4", {}, `${title} (${figures.length})`));
      if (figures.length) groups.append(box("cards", ...figures));
    }
    cover();
  }

  show();
  mount(el, root);
  const stop = listen(model, { _cards: show, opacity: cover });
  return () => [own.stop, stop].forEach((end) => end());
}

export default { render };
