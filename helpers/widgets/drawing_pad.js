// The drawing pad: draws here, sends the pixels to the kernel, shows what the network reads.
// While the network reads, nothing more is sent: a busy kernel finds one drawing waiting, not a hundred.

const PEN = 25; // pixels of 280; about the thickness of MNIST's strokes once the digit is scaled
const STEP = 10; // of an arrow key; a small one with Shift
const PATIENCE = 1500; // milliseconds until the reader is told that the kernel does not answer

const SILENCE = "The kernel does not answer. It is busy, or it was restarted: then run this cell again.";

// bytes (one gray each) → canvas
function paint(context, bytes) {
  const { width, height } = context.canvas;
  const image = context.createImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const gray = bytes?.byteLength ? bytes.getUint8(i) : 0;
    image.data.set([gray, gray, gray, 255], 4 * i);
  }
  context.putImageData(image, 0, 0);
}

// canvas → bytes (one gray each)
function pixels(context) {
  const { width, height } = context.canvas;
  const { data } = context.getImageData(0, 0, width, height);
  const grays = new Uint8Array(width * height);
  for (let i = 0; i < grays.length; i++) grays[i] = data[4 * i];
  return new DataView(grays.buffer);
}

// Sends the drawing, one at a time: while an answer is awaited, only the wish to send again is kept.
function messenger(model, context, onSilence) {
  let [waiting, again, clock] = [false, false, null];
  const messages = {
    isEcho: (bytes) => bytes === messages.sent,
    send() {
      again = waiting;
      if (waiting) return;
      waiting = true;
      clock = setTimeout(onSilence, PATIENCE);
      // The model sends only what differs from what it has; the kernel may have another drawing by now: send always.
      for (const bytes of [new DataView(new ArrayBuffer(0)), pixels(context)]) {
        messages.sent = bytes;
        model.set("bitmap", bytes);
      }
      model.set("turn", model.get("turn") + 1);
      model.save_changes();
    },
    // Something else has painted the canvas while an answer is on its way: send what is there now.
    repainted() {
      again ||= waiting;
    },
    answered() {
      clearTimeout(clock);
      waiting = false;
      if (again) messages.send();
    },
  };
  return messages;
}

function table() {
  const rows = Array.from({ length: 10 }, (_, digit) => {
    const [fill, number] = [element("div"), element("td", { class: "see-number" })];
    const bar = element("td", {}, element("div", { class: "see-bar", "aria-hidden": "true" }, fill));
    const row = element("tr", {}, element("th", { scope: "row" }, `${digit}`), bar, number);
    return { row, fill, number };
  });
  const caption = element("caption", {}, "Probability of each digit");
  const node = element("table", { "aria-label": "Probability of each digit" }, caption, element("tbody", {}, ...rows.map(({ row }) => row)));
  const show = (probabilities) => {
    const largest = probabilities.indexOf(Math.max(...probabilities));
    rows.forEach(({ row, fill, number }, digit) => {
      const share = probabilities[digit] ?? 0;
      fill.style.width = `${100 * share}%`;
      number.textContent = probabilities.length ? share.toFixed(3) : "–";
      row.className = digit === largest ? "see-largest" : "";
    });
  };
  return { node, show };
}

function render({ model, el }) {
  const side = model.get("side");
  const board = element("canvas", { width: side, height: side, tabindex: 0, role: "application", "aria-label": "Drawing pad" });
  const context = board.getContext("2d", { willReadFrequently: true });
  const pen = element("div", { class: "see-pen" });
  const seen = element("canvas", { width: 28, height: 28, style: "width: 140px", role: "img" });
  seen.setAttribute("aria-label", "The 28×28 image that the network sees");
  const chances = table();
  const said = element("p", { role: "status", "data-testid": "reading" });
  const undo = element("button", { type: "button" }, "Undo");
  const clear = element("button", { type: "button" }, "Clear");
  const help = "Draw with mouse, finger or pen. By keyboard: arrows move, Space puts the pen down or up, Backspace undoes.";
  board.setAttribute("aria-description", help);
  const left = element("div", {}, element("div", { class: "see-board" }, board, pen), undo, clear);
  const middle = element("div", {}, element("div", { style: "font-weight: 600" }, "What the network sees"), seen);
  const columns = element("div", { class: "see-columns" }, left, middle, chances.node);
  const root = element("div", { class: "see", role: "group", "aria-label": "Draw a digit" }, columns, said);
  root.append(element("p", { class: "see-quiet" }, help));
  el.append(root);

  const before = []; // drawings to go back to
  const at = { x: side / 2, y: side / 2, isDown: false };
  const messages = messenger(model, context, () => (said.textContent = SILENCE));

  function line(x, y) {
    Object.assign(context, { lineWidth: PEN, lineCap: "round", lineJoin: "round", strokeStyle: "#fff" });
    context.beginPath();
    context.moveTo(at.x, at.y);
    context.lineTo(x, y);
    context.stroke();
    movePen(x, y);
    messages.send();
  }
  function movePen(x, y) {
    Object.assign(at, { x, y });
    Object.assign(pen.style, { left: `${x}px`, top: `${y}px` });
    pen.classList.toggle("see-down", at.isDown);
  }
  function takeaway() {
    before.push(pixels(context));
    if (before.length > 50) before.shift();
  }
  function lift() {
    at.isDown = false;
    movePen(at.x, at.y);
  }
  function goBack() {
    lift();
    if (!before.length) return;
    paint(context, before.pop());
    messages.send();
  }
  function wipe() {
    lift();
    takeaway();
    paint(context, null);
    messages.send();
  }

  const place = (event) => {
    const box = board.getBoundingClientRect();
    const inset = board.clientLeft; // the border
    return [event.clientX - box.left - inset, event.clientY - box.top - inset];
  };
  board.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    board.setPointerCapture(event.pointerId);
    takeaway();
    movePen(...place(event));
    at.isDown = true;
    line(at.x, at.y);
  });
  board.addEventListener("pointermove", (event) => {
    if (!board.hasPointerCapture(event.pointerId)) return;
    const steps = event.getCoalescedEvents?.() ?? [];
    for (const step of steps.length ? steps : [event]) line(...place(step));
  });
  for (const end of ["pointerup", "pointercancel"]) board.addEventListener(end, lift);
  undo.addEventListener("click", goBack);
  clear.addEventListener("click", wipe);

  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  board.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in arrows) {
      const step = event.shiftKey ? STEP / 4 : STEP;
      const [x, y] = arrows[event.key].map((way, axis) => [at.x, at.y][axis] + way * step);
      const [insideX, insideY] = [x, y].map((value) => Math.min(side, Math.max(0, value)));
      at.isDown ? line(insideX, insideY) : movePen(insideX, insideY);
    } else if (event.key === " ") {
      at.isDown = !at.isDown;
      if (at.isDown) takeaway();
      at.isDown ? line(at.x, at.y) : lift();
    } else if (event.key === "Backspace") goBack();
    else return;
    event.preventDefault();
  });
  keepKeys(root);

  function show() {
    paint(seen.getContext("2d"), model.get("seen"));
    chances.show(model.get("probabilities"));
    said.textContent = model.get("message");
  }
  model.on("change:bitmap", () => {
    const bytes = model.get("bitmap");
    if (messages.isEcho(bytes) || !bytes.byteLength) return;
    takeaway(); // a drawing from Python or from another view
    paint(context, bytes);
    messages.repainted();
  });
  model.on("change:probabilities change:seen change:message", show);
  model.on("change:answered", messages.answered);
  paint(context, model.get("bitmap"));
  movePen(at.x, at.y);
  show();
}

export default { render };
