// The filter explorer's parts: the nine cells, the ready-made filters, choices, ticks, images with a frame.

const box = (kind, ...children) => element("div", { class: `fx-${kind}` }, ...children);

// Numbers as people write them: at most `digits` places, a true minus sign.
const text = (number, digits = 2) => String(Number(number.toFixed(digits)) || 0).replace("-", "−");
const inBrackets = (number) => (number < 0 ? `(${text(number, 3)})` : text(number, 3));

// What was typed → a number, or NaN. Takes 0,5 and 1/9, too.
function typed(string) {
  const match = /^\s*([+−-]?(?:\d+[.,]?\d*|[.,]\d+))\s*(?:\/\s*(\d+[.,]?\d*))?\s*$/.exec(string);
  if (!match) return NaN;
  const [over, under] = match.slice(1).map((part) => Number((part ?? "1").replace("−", "-").replace(",", ".")));
  return Math.abs(over / under) <= 1000 ? over / under : NaN;
}

let groups = 0; // radio buttons of one group need a name that no other group on the page has
function choice(title, values, change) {
  const name = `fx-${Date.now().toString(36)}-${groups++}`;
  const inputs = values.map((value) => element("input", { type: "radio", name, value }));
  const node = element("fieldset", {}, element("legend", {}, title));
  inputs.forEach((input) => {
    input.addEventListener("change", () => change(input.value));
    node.append(element("label", {}, input, element("span", {}, input.value)));
  });
  return { node, show: (value) => inputs.forEach((input) => (input.checked = input.value === String(value))) };
}

function tick(title, change) {
  const input = element("input", { type: "checkbox" });
  input.addEventListener("change", () => change(input.checked));
  const node = element("label", { class: "fx-tick" }, input, element("span", {}, title));
  return { node, show: (value) => (input.checked = value) };
}

// A canvas with a frame laid over some of its pixels.
function stage(label, keyboard) {
  const canvas = element(
    "canvas",
    keyboard ? { tabindex: 0, role: "application", "aria-label": label } : { role: "img", "aria-label": label },
  );
  const marker = box("marker");
  return {
    node: box("stage", canvas, marker),
    canvas,
    mark(row, column, size, rows, columns) {
      marker.style.left = `${(100 * (column + size / 2)) / columns}%`;
      marker.style.top = `${(100 * (row + size / 2)) / rows}%`;
      marker.style.width = `${(100 * size) / columns}%`;
      marker.style.height = `${(100 * size) / rows}%`;
    },
  };
}

function closeUp(title) {
  const { node, canvas, mark } = stage(title, false);
  canvas.width = canvas.height = CLOSE;
  node.classList.add("fx-close");
  const caption = element("figcaption");
  return { node: element("figure", { "aria-hidden": true }, node, caption), canvas, mark, caption };
}

// A square of numbers, tinted by their sign and strength, or each in a color of its own: [red, green, blue].
function numbers(title, size) {
  const cells = Array.from({ length: size * size }, () => box("number"));
  const grid = box("numbers", ...cells);
  grid.classList.toggle("fx-four", size === 2);
  const caption = element("figcaption", {}, title);
  function show(values, colorOf) {
    const strongest = largest(values);
    cells.forEach((cell, index) => {
      const value = values[index];
      write(cell, text(value));
      if (!colorOf) return tint(cell, value, strongest);
      const [red, green, blue] = colorOf(value);
      cell.style.background = `rgb(${red} ${green} ${blue})`;
      cell.style.color = 0.3 * red + 0.6 * green + 0.1 * blue > 127 ? "#000" : "#fff";
    });
  }
  return { node: element("figure", { "aria-hidden": true }, grid, caption), cells, caption, show };
}

function cells(change) {
  const names = ["above left", "above", "above right", "left", "middle", "right", "below left", "below", "below right"];
  const inputs = names.map((name, index) => {
    const input = element("input", { type: "text", inputmode: "text", autocomplete: "off", spellcheck: "false" });
    input.setAttribute("aria-label", `Weight ${name}, row ${Math.floor(index / 3) + 1}, column ${(index % 3) + 1}`);
    input.weight = 0;
    return input;
  });
  const shorten = (weight) => text(weight, 3);

  const give = (index, weight) => {
    const limited = Math.max(-1000, Math.min(1000, Math.round(weight * 1e6) / 1e6));
    inputs[index].value = shorten(limited);
    inputs[index].select(); // what is typed next replaces it, and the arrows to the left and right leave the cell
    change(index, limited);
  };
  const go = (index) => {
    inputs[index].focus();
    inputs[index].select();
  };

  inputs.forEach((input, index) => {
    input.addEventListener("input", () => {
      const weight = typed(input.value);
      input.setAttribute("aria-invalid", Number.isNaN(weight));
      if (!Number.isNaN(weight)) change(index, weight);
    });
    input.addEventListener("blur", () => {
      input.value = shorten(input.weight);
      input.setAttribute("aria-invalid", false);
    });
    input.addEventListener("keydown", (event) => {
      const [start, end, length] = [input.selectionStart, input.selectionEnd, input.value.length];
      const whole = start === 0 && end === length;
      const step = event.shiftKey ? 0.1 : 1;
      if (event.key === "ArrowUp") give(index, input.weight + step);
      else if (event.key === "ArrowDown") give(index, input.weight - step);
      else if (event.key === "ArrowLeft" && (whole || end === 0) && index > 0) go(index - 1);
      else if (event.key === "ArrowRight" && (whole || start === length) && index < 8) go(index + 1);
      else if (event.key === "Enter" && !event.shiftKey) input.select();
      else return;
      event.preventDefault();
    });
    // Dragging: up or to the right is more. A press that does not move is a click into the cell.
    input.addEventListener("pointerdown", ({ clientX, clientY }) => {
      input.drag = { x: clientX, y: clientY, weight: input.weight, first: !input.matches(":focus") };
    });
    input.addEventListener("pointermove", (event) => {
      if (!input.drag || !event.buttons) return;
      const distance = input.drag.y - event.clientY + (event.clientX - input.drag.x);
      if (!input.hasPointerCapture(event.pointerId) && Math.abs(distance) > 5) input.setPointerCapture(event.pointerId);
      if (!input.hasPointerCapture(event.pointerId)) return;
      event.preventDefault();
      const steps = Math.trunc(distance / 12);
      const weight = input.drag.weight + steps * (event.shiftKey ? 0.1 : 1);
      if (Math.abs(weight - input.weight) > 1e-9) give(index, weight);
    });
    const drop = () => {
      if (input.drag?.first) input.select();
      input.drag = null;
    };
    for (const end of ["pointerup", "pointercancel"]) input.addEventListener(end, drop);
  });

  return {
    node: element("div", { class: "fx-cells", role: "group", "aria-label": "Nine weights of the filter" }, ...inputs),
    show(kernel) {
      const weights = kernel.flat();
      const largest = Math.max(...weights.map(Math.abs));
      inputs.forEach((input, index) => {
        input.weight = weights[index];
        const ownTyping = input.matches(":focus") && Math.abs(typed(input.value) - weights[index]) < 1e-6;
        if (!ownTyping && input.value !== shorten(weights[index])) input.value = shorten(weights[index]);
        tint(input, weights[index], largest);
      });
    },
  };
}

function presets(filters, choose) {
  const buttons = Object.entries(filters).map(([name, kernel]) => {
    const largest = Math.max(...kernel.flat().map(Math.abs));
    const icon = box(
      "icon",
      ...kernel.flat().map((weight) => {
        const cell = element("i");
        tint(cell, weight, largest);
        return cell;
      }),
    );
    icon.setAttribute("aria-hidden", true);
    const button = element("button", { type: "button" }, icon, element("span", {}, name));
    button.addEventListener("click", () => choose(kernel));
    return { button, kernel };
  });
  return {
    node: element(
      "div",
      { class: "fx-presets", role: "group", "aria-label": "Ready-made filters" },
      ...buttons.map(({ button }) => button),
    ),
    show: (current) =>
      buttons.forEach(({ button, kernel }) => button.setAttribute("aria-pressed", String(kernel) === String(current))),
  };
}

// The learner's own image, from a file; `now` gives the bytes of the one that is shown.
function ownImage(now, change) {
  const file = element("input", { type: "file", accept: "image/*", "aria-label": "Your own image" });
  const upload = element("label", { class: "fx-upload" }, file, element("span", {}, "your own image …"));
  const back = element("button", { type: "button", hidden: "" }, "back to the first image");
  const said = element("span", { role: "status" });
  let first;
  file.addEventListener("change", async () => {
    if (!file.files.length) return;
    try {
      const bytes = await readImage(file.files[0], 512);
      first ??= now();
      change(bytes);
      back.hidden = false;
      said.textContent = "";
    } catch {
      said.textContent = "The browser cannot read this file as an image. Try a PNG or JPEG file.";
    }
    file.value = "";
  });
  back.addEventListener("click", () => {
    change(first);
    back.hidden = true;
    said.textContent = "";
  });
  return { node: box("foot", upload, back, said) };
}
