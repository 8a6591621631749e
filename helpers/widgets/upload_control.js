// The upload control as a widget of its own, and below it what Python shows.

function render({ model, el }) {
  const own = userImages(model, el, model.get("_multiple"));
  const shown = element("div");
  const root = element("div", { class: "lts-widget lts-answers" }, own.node, shown);
  const show = () => (shown.innerHTML = model.get("_html"));
  show();
  mount(el, root);
  const stop = listen(model, { _html: show });
  return () => [own.stop, stop].forEach((end) => end());
}

export default { render };
