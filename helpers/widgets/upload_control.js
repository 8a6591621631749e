// The upload control as a widget of its own, and below it what Python shows.

function render({ model, el }) {
  const own = userImages(model, { multiple: model.get("_multiple") });
  const sleep = sleeper(model, el, () => [own.node]);
  const shown = element("div");
  const root = element("div", { class: "lts-widget lts-answers" }, own.node, sleep.node, shown);
  const show = () => (shown.innerHTML = model.get("_html"));
  keepKeys(root);
  show();
  el.append(root);
  const stop = listen(model, { _html: show });
  return () => [own.stop, stop, sleep.stop].forEach((end) => end());
}

export default { render };
