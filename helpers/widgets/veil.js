// The line of a column of ipywidgets that sleeps, and its controls, which have the class "lts-python".

function render({ model, el }) {
  const sleep = sleeper(model, el, () => el.parentElement?.querySelectorAll(".lts-python") ?? []);
  el.append(element("div", { class: "lts-widget lts-veil" }, sleep.node));
  return sleep.stop;
}

export default { render };
