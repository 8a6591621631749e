// The page below a slider, as Python wrote it. Where it has the numbers of an image, they and the pixels point at each other.

// Numbers, each on its own gray, in place of plain text. `show` takes other numbers of the same size.
function numberField(rows, columns) {
  const cells = Array.from({ length: rows * columns }, () => element("i"));
  const node = element("div", { class: "lts-numbers", tabindex: 0, role: "application", style: `--columns: ${columns}` }, ...cells);
  node.setAttribute("aria-label", "The numbers of the pixels. Arrow keys move the place, with Shift by ten.");
  function show(words) {
    const numbers = words.map(Number);
    const white = numbers.some((number) => number > 1) ? 255 : 1;
    cells.forEach((cell, at) => {
      const gray = Math.round((255 * limited(numbers[at], 0, white)) / white);
      write(cell, words[at]);
      cell.style.background = `rgb(${gray} ${gray} ${gray})`;
      cell.style.color = gray > 117 ? "#000" : "#fff";
    });
  }
  return { node, cells, show };
}

function render({ model, el }) {
  const root = element("div", { class: "lts-page" });
  const marker = box("marker");
  const said = element("p", { class: "lts-quiet", role: "status" });
  let [field, size, words, place] = [null, "", [], null];

  function goTo(row, column) {
    const [rows, columns] = size.split(" ").map(Number);
    [row, column] = [limited(row, 0, rows - 1), limited(column, 0, columns - 1)];
    if (place) field.cells[place[0] * columns + place[1]]?.classList.remove("lts-here");
    place = [row, column];
    marker.hidden = false;
    field.cells[row * columns + column].classList.add("lts-here");
    Object.assign(marker.style, { top: `${(100 * (row + 0.5)) / rows}%`, left: `${(100 * (column + 0.5)) / columns}%` });
    Object.assign(marker.style, { height: `${100 / rows}%`, width: `${100 / columns}%` });
    write(said, `Row ${row}, column ${column}: ${words[row * columns + column]}`);
  }
  const point = (event) => {
    const [[rows, columns], [y, x]] = [size.split(" ").map(Number), pointedAt(event)];
    goTo(Math.floor(y * rows), Math.floor(x * columns));
  };

  function link(text) {
    const lines = text.textContent.trimEnd().split("\n").map((line) => line.trim().split(/\s+/));
    words = lines.flat();
    const now = `${lines.length} ${lines[0].length}`;
    if (now !== size) {
      [field, size, place] = [numberField(lines.length, lines[0].length), now, null];
      field.node.addEventListener("pointerover", ({ target }) => {
        const at = field.cells.indexOf(target);
        if (at >= 0) goTo(Math.floor(at / lines[0].length), at % lines[0].length);
      });
      field.node.addEventListener("keydown", (event) => {
        const move = arrowMove(event);
        if (!move) return;
        event.preventDefault();
        goTo((place?.[0] ?? 0) + move[0], (place?.[1] ?? 0) + move[1]);
      });
    }
    field.show(words);
    text.replaceWith(field.node);
    const image = root.querySelector(".lts-stage");
    image.append(marker);
    image.addEventListener("pointermove", point);
    image.addEventListener("pointerdown", point);
    root.append(said);
    if (place) goTo(...place);
    else write(said, "Point at a pixel or at a number.");
    marker.hidden = !place;
  }

  function show() {
    root.innerHTML = model.get("value"); // what Python wrote; names in it are escaped there
    const text = root.querySelector("[data-pixels]");
    if (text) link(text);
  }
  show();
  mount(el, root);
  return listen(model, { value: show });
}

export default { render };
