// A quiz question: the reason of a choice is shown at once, right or wrong, and another choice may follow.

function render({ model, el }) {
  const set = setter(model);
  const [number, question, choices] = ["number", "question", "choices"].map((name) => model.get(name));
  const name = groupName();
  const reason = element("p", { role: "status" });
  const rows = choices.map(([text], place) => {
    const radio = element("input", { type: "radio", name });
    radio.addEventListener("change", () => set({ chosen: place }));
    const letter = element("b", {}, `${"ABCDEFGH"[place]} `);
    return { radio, row: element("label", {}, radio, letter, element("span", {}, ...marked(text))) };
  });

  // In a group of radio buttons an arrow key chooses, too. Here it would give answers away, so it only moves: space chooses.
  function move(event) {
    const step = Math.sign((arrowMove({ key: event.key }) ?? [0, 0]).reduce((sum, part) => sum + part));
    const place = rows.findIndex(({ radio }) => radio === event.target);
    if (event.key === "Enter" && !event.shiftKey && place >= 0) rows[place].radio.click();
    else if (step) rows[(place + step + rows.length) % rows.length].radio.focus();
    else return;
    event.preventDefault();
  }

  function show() {
    const chosen = model.get("chosen");
    rows.forEach(({ radio, row }, place) => {
      radio.checked = place === chosen;
      row.className = place !== chosen ? "" : choices[place][1] ? "lts-right" : "lts-wrong";
    });
    if (!choices[chosen]) return reason.replaceChildren();
    const [, isRight, why] = choices[chosen];
    reason.className = rows[chosen].row.className;
    reason.replaceChildren(...marked(`${isRight ? "✓ **Right.**" : "✗ **Not this one.**"} ${why}`));
  }

  const legend = element("legend", {}, element("b", {}, `${number}. `), ...marked(question));
  const group = element("fieldset", {}, legend, ...rows.map(({ row }) => row));
  group.addEventListener("keydown", move);
  const root = element("div", { class: "lts-widget lts-quiz" }, group, reason);
  show();
  mount(el, root);
  return listen(model, { chosen: show });
}

export default { render };
