// The drawing pad: draws here, sends the pixels to the kernel, shows what the network reads.
// While the network reads, nothing more is sent: a busy kernel finds one drawing waiting, not a hundred.

const PEN = 25; // pixels of 280; about the thickness of MNIST's strokes once the digit is scaled
const STEP = 10; // of an arrow key; a small one with Shift
const PATIENCE = 1500; // milliseconds until the reader is told that the kernel does not answer

const SILENCE = "The kernel does not answer. It is busy, or it was restarted: then run this cell again.";

// Bytes (one gray each) → canvas; black where there are none.
function fillWith(canvas, bytes) {
  const { width, height } = canvas;
  put(canvas, grayImage(bytes?.byteLength ? bytesOf(bytes) : new Uint8Array(width * height), 0, height, width));
}

// Canvas → bytes (one gray each).
function grayBytes({ pen, width, height }) {
  const { data } = pen.getImageData(0, 0, width, height);
  const bytes = new Uint8Array(width * height);
  for (let at = 0; at < bytes.length; at++) bytes[at] = data[4 * at];
  return new DataView(bytes.buffer);
}

// Sends the drawing, one at a time: while an answer is awaited, only the wish to send again is kept.
function messenger(model, canvas, onSilence) {
  let [waiting, again, clock] = [false, false, null];
  const messages = {
    isEcho: (bytes) => bytes === messages.sent,
    send() {
      again = waiting;
      if (waiting) return;
      waiting = true;
      clock = setTimeout(onSilence, PATIENCE);
      // The model sends only what differs from what it has; the kernel may have another drawing by now: send always.
      for (const bytes of [new DataView(new ArrayBuffer(0)), grayBytes(canvas)]) {
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
    stop: () => clearTimeout(clock),
  };
  return messages;
}

function render({ model, el }) {
  const side = model.get("side");
  const board = element("canvas", { width: side, height: side, tabindex: 0, role: "application", "aria-label": "Drawing pad" });
  const context = (board.pen = board.getContext("2d", { willReadFrequently: true }));
  const pen = box("pen");
  const seen = element("img", { class: "lts-seen", decoding: "sync", alt: "The 28×28 image that the network sees" });
  const chances = bars([..."0123456789"], "Probability of each digit", 3);
  const said = element("p", { role: "status", "data-testid": "reading" });
  const [undo, clear] = [pushButton("Undo", goBack), pushButton("Clear", wipe)];
  const help = "Draw with mouse, finger or pen. By keyboard: arrows move, Space puts the pen down or up, Backspace undoes.";
  board.setAttribute("aria-description", help);
  const left = element("div", {}, box("pad", board, pen), undo, clear);
  const evidence = tick("Which pixels speak for it?", (explains) => setter(model)({ explains }));
  const colors = element("span", { class: "lts-quiet" }, "orange for the answer, blue against it");
  evidence.node.hidden = !model.get("can_explain");
  const middle = box("view", element("strong", {}, "What the network sees"), seen, element("div", {}, evidence.node, colors));
  const columns = box("digit", left, chances.node, middle);
  const root = element("div", { class: "lts-widget lts-drawing", role: "group", "aria-label": "Draw a digit" }, columns, said);
  root.append(element("p", { class: "lts-quiet" }, help));
  const sleep = sleeper(model, el, () => [left, evidence.node]);
  root.prepend(sleep.node);
  mount(el, root);

  const before = []; // drawings to go back to
  const at = { x: side / 2, y: side / 2, isDown: false };
  const messages = messenger(model, board, () => write(said, SILENCE));

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
    pen.classList.toggle("lts-down", at.isDown);
  }
  function remember() {
    before.push(grayBytes(board));
    if (before.length > 50) before.shift();
  }
  function center() {
    [at.x, at.y] = [side / 2, side / 2];
    lift();
  }
  function lift() {
    at.isDown = false;
    movePen(at.x, at.y);
  }
  function goBack() {
    lift();
    if (!before.length) return;
    fillWith(board, before.pop());
    messages.send();
  }
  function wipe() {
    center();
    remember();
    fillWith(board, null);
    messages.send();
  }

  const place = (event) => {
    const area = board.getBoundingClientRect();
    const inset = board.clientLeft; // the border
    return [event.clientX - area.left - inset, event.clientY - area.top - inset];
  };
  board.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    board.setPointerCapture(event.pointerId);
    remember();
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

  board.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const way = arrowMove({ key: event.key });
    if (way) {
      const step = event.shiftKey ? STEP / 4 : STEP;
      const [y, x] = way.map((part, axis) => limited([at.y, at.x][axis] + part * step, 0, side));
      at.isDown ? line(x, y) : movePen(x, y);
    } else if (event.key === " ") {
      at.isDown = !at.isDown;
      if (at.isDown) remember();
      at.isDown ? line(at.x, at.y) : lift();
    } else if (event.key === "Backspace") goBack();
    else return;
    event.preventDefault();
  });

  function show() {
    seen.src = model.get("seen");
    evidence.show(Boolean(model.get("explains")));
    colors.hidden = !model.get("explains");
    chances.show(model.get("probabilities"));
    write(said, model.get("message"));
  }
  function takeDrawing() {
    const bytes = model.get("bitmap");
    if (messages.isEcho(bytes) || !bytes.byteLength) return;
    remember(); // a drawing from Python or from another view
    fillWith(board, bytes);
    center();
    messages.repainted();
  }
  fillWith(board, model.get("bitmap"));
  movePen(at.x, at.y);
  show();
  const stop = listen(model, {
    bitmap: takeDrawing,
    "probabilities seen message": show,
    answered: messages.answered,
  });
  return () => {
    stop();
    sleep.stop();
    messages.stop();
  };
}

export default { render };
