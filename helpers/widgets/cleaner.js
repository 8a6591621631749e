// What looks wrong: a card for each image, with its reason and what to do. What is done leaves the list, and Undo brings it back.

function render({ model, el }) {
  const ending = new AbortController();
  const said = element("p", { role: "status" });
  const say = (words) => write(said, words);
  const undo = pushButton("Undo", async () => {
    if (!(await request({ do: "undo" }))) return;
    const node = done.pop();
    if (node) {
      node.hidden = false;
      node.querySelector("select").selectedIndex = 0;
    }
    say("Undone.");
  });
  const done = []; // cards put away, the last one last

  const request = (message) => askPython(model, message, said, ending.signal);
  function card(item) {
    const image = element("img", { alt: `an image of ${item.class}` });
    const place = { from: item.class, name: item.name };
    request({ do: "image", ...place }).then((answer) => answer && (image.src = `data:image/jpeg;base64,${answer.image}`));
    const putAway = (words, isDone) => {
      const next = node.nextElementSibling ?? node.previousElementSibling;
      if (isDone) done.push(node);
      node.hidden = true;
      say(words);
      next?.querySelector("button")?.focus();
    };
    const act = async (message, words) => {
      const answer = await request({ ...message, ...place });
      if (answer) putAway(answer.count ? words : "That image isn't there any more.", answer.count > 0);
    };
    const goal = element("select", { "aria-label": "Move it to a class" });
    goal.append(element("option", { value: "" }, "Move to …"));
    for (const name of model.get("_names")) if (name !== item.class) goal.append(element("option", { value: name }, name));
    goal.addEventListener("change", () => goal.value && act({ do: "move", class: goal.value }, `Moved to ${goal.value}.`));
    const remove = pushButton("Delete", () => act({ do: "delete" }, "Deleted. Undo brings it back."));
    const keep = pushButton("Keep", () => putAway("", false));
    const caption = element("figcaption", {}, element("b", {}, item.class), element("br"), item.why);
    const node = element("figure", { class: "lts-card" }, image, caption, box("foot", remove, goal, keep));
    return node;
  }

  const cards = box("cards");
  const notes = element("div");
  const main = element("div", {}, cards, notes, box("foot", undo), said);
  const sleep = sleeper(model, el, () => [main]);
  const root = element("div", { class: "lts-widget lts-inside lts-cleaner", role: "group", "aria-label": "What looks wrong" }, sleep.node, main);
  function show() {
    const items = model.get("_items");
    done.length = 0;
    cards.replaceChildren(...items.map(card));
    notes.replaceChildren(...model.get("_notes").map((note) => element("p", {}, note)));
    if (!items.length && !model.get("_notes").length) say("Nothing looks wrong.");
  }
  const look = () => (undo.disabled = !model.get("_undo"));
  show();
  look();
  mount(el, root);
  const stop = listen(model, { _items: show, _undo: look });
  return () => {
    ending.abort();
    [stop, sleep.stop].forEach((end) => end());
  };
}

export default { render };
