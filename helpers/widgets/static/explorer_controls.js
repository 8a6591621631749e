// The filter explorer's parts: the nine cells, the ready-made filters, choices, ticks, images with a frame.

const pane = (kind, ...children) => box(`explorer-${kind}`, ...children);

// Numbers as people write them: at most `digits` places, a true minus sign.
const rounded = (number, digits = 2) => String(Number(number.toFixed(digits)) || 0).replace("-", "−");
const inBrackets = (number) => (number < 0 ? `(${rounded(number, 3)})` : rounded(number, 3));

// What was typed → a number, or NaN. Takes 0,5 and 1/9, too.
function typed(string) {
  const match = /^\s*([+−-]?(?:\d+[.,]?\d*|[.,]\d+))\s*(?:\/\s*(\d+[.,]?\d*))?\s*$/.exec(string);
  if (!match) return NaN;
  const [over, under] = match.slice(1).map((part) => Number((part ?? "1").replace("−", "-").replace(",", ".")));
  return Math.abs(over / under) <= 1000 ? over / under : NaN;
}

function choice(title, values, change) {
  const name = groupName();
  const inputs = values.map((value) => element("input", { type: "radio", name, value }));
  const node = element("fieldset", {}, element("legend", {}, title));
  inputs.forEach((input) => {
    input.addEventListener("change", () => change(input.value));
    node.append(element("label", {}, input, element("span", {}, input.value)));
  });
  return { node, show: (value) => inputs.forEach((input) => (input.checked = input.value === String(value))) };
}

// An image that the keyboard steers.
const steered = (label) => stage({ tabindex: 0, role: "application", "aria-label": label });

// Lays the frame over `size` × `size` pixels of an image of `rows` × `columns`.
const markPixels = ({ mark }, row, column, size, rows, columns) => mark(row / rows, column / columns, size / rows, size / columns);

function closeUp(title) {
  const { node, canvas, mark } = stage({ role: "img", "aria-label": title });
  canvas.width = canvas.height = CLOSE;
  node.classList.add("lts-explorer-close");
  const caption = element("figcaption");
  return { node: element("figure", { "aria-hidden": true }, node, caption), canvas, mark, caption };
}

// A square of numbers, tinted by their sign and strength, or each in a color of its own: [red, green, blue].
function numberGrid(title, size) {
  const cells = Array.from({ length: size * size }, () => pane("number"));
  const grid = pane("numbers", ...cells);
  grid.classList.toggle("lts-explorer-four", size === 2);
  const caption = element("figcaption", {}, title);
  function show(values, colorOf) {
    const strongest = largestMagnitude(values);
    cells.forEach((cell, index) => {
      const value = values[index];
      write(cell, rounded(value));
      if (!colorOf) return tint(cell, value, strongest);
      const [red, green, blue] = colorOf(value);
      cell.style.background = `rgb(${red} ${green} ${blue})`;
      cell.style.color = 0.3 * red + 0.6 * green + 0.1 * blue > 127 ? "#000" : "#fff";
    });
  }
  return { node: element("figure", { "aria-hidden": true }, grid, caption), cells, caption, show };
}

// Nine cells. `say` gets a sentence about what is not a weight, and "" as soon as all is well.
const UNFINISHED = /^\s*[+−-]?(?:\d+[.,]?\d*\/|[.,])?\s*$/; // what a number begins with
function cells(change, say) {
  const names = ["above left", "above", "above right", "left", "middle", "right", "below left", "below", "below right"];
  const inputs = names.map((name, index) => {
    const input = element("input", { type: "text", inputmode: "text", autocomplete: "off", spellcheck: "false" });
    input.setAttribute("aria-label", `Weight ${name}, row ${Math.floor(index / 3) + 1}, column ${(index % 3) + 1}`);
    input.weight = 0;
    return input;
  });
  const shorten = (weight) => rounded(weight, 3);

  const give = (index, weight) => {
    const allowed = limited(Math.round(weight * 1e6) / 1e6, -1000, 1000);
    inputs[index].value = shorten(allowed);
    inputs[index].setAttribute("aria-invalid", false);
    say("");
    inputs[index].select(); // what is typed next replaces it, and the arrows to the left and right leave the cell
    change(index, allowed);
  };
  const go = (index) => {
    inputs[index].focus();
    inputs[index].select();
  };

  inputs.forEach((input, index) => {
    const refuse = () => say(`“${input.value}” isn't a weight. Type a number from −1000 to 1000, such as 0.5 or 1/9.`);
    input.addEventListener("input", () => {
      const weight = typed(input.value);
      const isWrong = Number.isNaN(weight);
      input.setAttribute("aria-invalid", isWrong);
      if (!isWrong) change(index, weight);
      if (isWrong && !UNFINISHED.test(input.value)) refuse();
      else say("");
    });
    input.addEventListener("dragstart", (event) => event.preventDefault()); // of the number as a text, once it is selected
    input.addEventListener("blur", () => {
      if (Number.isNaN(typed(input.value))) refuse();
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
    node: element("div", { class: "lts-explorer-cells", role: "group", "aria-label": "Nine weights of the filter" }, ...inputs),
    show(kernel) {
      const weights = kernel.flat();
      const strongest = largestMagnitude(weights);
      inputs.forEach((input, index) => {
        input.weight = weights[index];
        const ownTyping = input.matches(":focus") && Math.abs(typed(input.value) - weights[index]) < 1e-6;
        if (!ownTyping && input.value !== shorten(weights[index])) input.value = shorten(weights[index]);
        tint(input, weights[index], strongest);
      });
    },
  };
}

function presets(filters, choose) {
  const buttons = filters.map(([name, kernel]) => {
    const strongest = largestMagnitude(kernel.flat());
    const icon = pane(
      "icon",
      ...kernel.flat().map((weight) => {
        const cell = element("i");
        tint(cell, weight, strongest);
        return cell;
      }),
    );
    icon.setAttribute("aria-hidden", true);
    const button = pushButton("", () => choose(kernel));
    button.append(icon, element("span", {}, name));
    return { button, kernel };
  });
  return {
    node: element(
      "div",
      { class: "lts-explorer-presets", role: "group", "aria-label": "Ready-made filters" },
      ...buttons.map(({ button }) => button),
    ),
    show: (current) =>
      buttons.forEach(({ button, kernel }) => button.setAttribute("aria-pressed", String(kernel) === String(current))),
  };
}

// The learner's own image, shown in gray: read here, or by Python (a FileReceiver) where the browser cannot.
// `now` gives the bytes of the one that is shown.
function ownGrayImage(model, now, change) {
  let first;
  const goBack = () => {
    change(first);
    back.hidden = true;
    control.say("");
  };
  const back = pushButton("back to the first image", goBack, { hidden: "" });
  const control = uploadControl({
    extra: [back],
    take: async ([{ name, file, problem }], { say, progress, signal }) => {
      const old = now();
      const bytes = file && (await readGrayImage(file, 512).catch(() => null));
      if (bytes) change(bytes);
      else if (model.send) await sendFile(model, file, name, { problem, signal, progress, late: () => say(LATE) });
      else throw new Error(problem ?? "The browser cannot read this file as an image. Try a PNG or JPEG file.");
      if (now() === old) return;
      first ??= old;
      back.hidden = false;
      say("");
    },
  });
  const deafen = hearSaid(model, control.say);
  return { node: control.node, stop: () => [control.stop, deafen].forEach((end) => end()) };
}
