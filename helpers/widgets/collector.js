// The collector: a column for each class, the camera above. A picture is shown as kept only when Python has written it.

const PAGE = 40; // thumbnails that are asked for at once
const RATE = 125; // ms between two pictures
const UNANSWERED = 4; // pictures on their way at most
const MOST_REASONS = 3; // why files weren't kept
const SERIES = 8; // pictures that are on one side of the split together

function render({ model, el }) {
  const side = model.get("_side");
  const ending = new AbortController();
  const said = element("p", { role: "status" });
  const say = (words) => write(said, words);
  const columns = new Map(); // by the name of the class
  const selected = new Map(); // thumbnail → [class, name]
  let pending = 0; // requests without an answer: what they change is shown by them

  async function request(message, buffers) {
    pending++;
    const answer = await askPython(model, message, said, ending.signal, buffers);
    pending--;
    setTimeout(sync); // after what the answer changes
    return answer;
  }

  const feed = cameraFeed({
    changed(why) {
      if (why || feed.isOn()) say(why);
    },
  });

  function makeColumn(name) {
    const column = { name, total: -1, isHeld: false };
    const title = element("input", { class: "lts-name", "aria-label": "Name of the class" });
    const counted = element("div", { class: "lts-quiet" });
    const take = element("button", { type: "button" }, "Hold to take pictures");
    const more = pushButton("more", () => load(false), { class: "lts-more" });
    const thumbs = element("div", { class: "lts-thumbs", role: "group" }, more);
    const files = uploadControl({ multiple: true, adds: true, take: (chosen, tools) => send(column, chosen, tools) });
    column.node = element("section", { class: "lts-class" }, title, counted, take, files.node, thumbs);
    files.accept(column.node);
    let turn = 0;

    async function load(isFresh) {
      const mine = isFresh ? ++turn : turn;
      const from = isFresh ? 0 : thumbs.childElementCount - 1;
      if (isFresh) more.hidden = true;
      const answer = await request({ do: "thumbs", class: column.name, from, count: PAGE });
      if (!answer || mine !== turn) return;
      if (isFresh) column.clear();
      for (const [file, image] of answer.thumbs) more.before(thumb(column, file, `data:image/jpeg;base64,${image}`));
      column.total = answer.total;
      more.hidden = thumbs.childElementCount - 1 >= answer.total;
    }
    Object.assign(column, {
      clear() {
        for (const node of thumbs.querySelectorAll(".lts-thumb")) selected.delete(node);
        thumbs.replaceChildren(more);
        showSelected();
      },
      reload: () => load(true),
      add(file, blob) {
        const node = thumb(column, file, URL.createObjectURL(blob));
        node.firstChild.addEventListener("load", () => URL.revokeObjectURL(node.firstChild.src));
        thumbs.prepend(node);
        column.total++;
      },
      show({ train, test }) {
        if (document.activeElement !== title) title.value = column.name;
        column.node.setAttribute("aria-label", column.name);
        write(counted, `${train + test} image${train + test === 1 ? "" : "s"}: ${train} to learn from, ${test} to test`);
      },
      say: files.say,
      end() {
        column.isHeld = false;
        files.stop();
        observer.disconnect();
      },
    });
    const observer = new IntersectionObserver((entries) => entries.at(-1).isIntersecting && !more.hidden && load(false), { root: thumbs });
    observer.observe(more);
    title.addEventListener("change", async () => {
      const answer = await request({ do: "rename", class: column.name, name: title.value });
      if (!answer) return void (title.value = column.name);
      columns.delete(column.name);
      columns.set((column.name = answer.name), column);
      title.value = column.name;
      say("");
    });
    title.addEventListener("keydown", (event) => event.key === "Enter" && title.blur());

    const release = () => (column.isHeld = false);
    take.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      take.setPointerCapture(event.pointerId); // the button may move away from under the pointer when the camera starts
      hold(column);
    });
    for (const end of ["pointerup", "pointercancel", "blur"]) take.addEventListener(end, release);
    take.addEventListener("keydown", (event) => {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      if (!event.repeat) hold(column);
    });
    take.addEventListener("keyup", release);
    take.addEventListener("contextmenu", (event) => event.preventDefault()); // a long touch
    return column;
  }

  function thumb(column, file, source) {
    const select = () => {
      if (!selected.delete(node)) selected.set(node, [column, file]);
      node.setAttribute("aria-pressed", selected.has(node));
      showSelected();
    };
    const image = element("img", { src: source, alt: `an image of ${column.name}` });
    const node = pushButton(image, select, { class: "lts-thumb", "aria-pressed": "false" });
    node.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const [, right] = arrowMove(event) ?? [0, 0];
      const next = right > 0 ? node.nextElementSibling : node.previousElementSibling;
      if (right) next?.focus();
      else if (event.key === "Delete" || event.key === "Backspace") act("delete", "", node, [column, file]);
      else if (/^[1-9]$/.test(event.key) && columnsInOrder()[event.key - 1]) act("move", columnsInOrder()[event.key - 1].name, node, [column, file]);
      else return;
      event.preventDefault();
    });
    return node;
  }

  // Takes pictures as long as the button is held: at least one.
  async function hold(column) {
    column.isHeld = true;
    if (!feed.isOn()) {
      say("The camera is starting …");
      if (!(await feed.start())) return;
      if (!column.isHeld) return say("The camera is on. Hold the button to take pictures.");
    }
    const series = newUpload();
    let [sent, waiting] = [0, 0];
    do {
      const blob = waiting < UNANSWERED && (await feed.picture(side));
      if (blob) {
        waiting++;
        keep(column, blob, `${series}-${Math.floor(sent++ / SERIES)}`).then((isKept) => {
          waiting--;
          if (!isKept) column.isHeld = false;
        });
      }
      await new Promise((resolve) => setTimeout(resolve, RATE));
    } while (column.isHeld && feed.isOn() && !ending.signal.aborted);
    column.isHeld = false;
  }
  async function keep(column, blob, series) {
    const answer = await request({ do: "keep", class: column.name, series }, [await blob.arrayBuffer()]);
    if (answer) column.add(answer.kept, blob);
    return answer !== null;
  }
  // One choice after the other, whichever class it is for: Python puts together one at a time.
  let sending = Promise.resolve();
  function send(column, files, tools) {
    tools.say("These images wait until the others are sent …");
    const sent = sending.then(() => sendAll(column, files, tools));
    sending = sent.catch(() => {}); // `sent` says it
    return sent;
  }
  async function sendAll(column, files, { say, progress, signal }) {
    const [upload, count] = [newUpload(), files.length];
    const problems = [];
    signal.throwIfAborted();
    pending++;
    try {
      for (const [index, { name, file, problem }] of files.entries()) {
        say(`Keeping ${name} (${index + 1} of ${count}) …`);
        const blob = file && (await shrunk(file));
        progress((index + 0.5) / count);
        const options = { upload, number: index + 1, count, problem, signal, about: { class: column.name }, late: () => say(LATE) };
        lastProblem = "";
        try {
          await sendFile(model, blob, name, options);
        } catch (error) {
          if (signal.aborted || !lastProblem) throw error;
        }
        if (lastProblem) problems.push(lastProblem);
        lastProblem = "";
      }
      const reasons = [...new Set(problems)];
      const more = reasons.length > MOST_REASONS ? ` And ${reasons.length - MOST_REASONS} more that can't be used.` : "";
      const why = reasons.slice(0, MOST_REASONS).join(" ");
      say(problems.length ? `${count - problems.length} of ${count} kept. ${why}${more}` : `${count} kept.`);
    } finally {
      pending--;
      sync();
    }
  }
  let lastProblem = ""; // what Python says of the file just sent
  const deafen = hearSaid(model, (problem) => (lastProblem = problem));

  async function act(what, target, node, which) {
    const chosen = selected.size ? [...selected] : node ? [[node, which]] : [];
    if (!chosen.length) return;
    const beside = node?.nextElementSibling ?? node?.previousElementSibling;
    const images = chosen.map(([, [column, file]]) => [column.name, file]);
    const answer = await request({ do: what, images, class: target });
    if (!answer) return;
    for (const [one, [column]] of chosen) {
      if (what === "move" && column.name === target) continue;
      if (one.isConnected) column.total--;
      selected.delete(one);
      one.remove();
    }
    if (node && document.activeElement === document.body) beside?.focus();
    say(what === "delete" ? `${answer.count} deleted. Undo brings them back.` : `${answer.count} moved to ${target}.`);
    showSelected();
  }

  const remove = pushButton("Delete", () => act("delete", ""));
  const goal = element("select", { "aria-label": "Move the selected images to a class" });
  const back = async () => {
    const answer = await request({ do: "undo" });
    if (answer) say(answer.count ? "Undone." : "Nothing to bring back: those images aren't there any more.");
  };
  const undo = pushButton("Undo", back);
  const newName = element("input", { class: "lts-name", placeholder: "another class", "aria-label": "Name of a new class" });
  const add = pushButton("Add", async () => {
    const answer = await request({ do: "add", name: newName.value });
    if (!answer) return;
    newName.value = "";
    say(`${answer.name} is a class now.`);
  });
  const wipe = pushButton("", async () => {
    if (wipe.textContent.startsWith("Delete")) return void write(wipe, "Really? Press again: nothing can bring them back");
    calm();
    const answer = await request({ do: "wipe" });
    if (answer) say(answer.text);
  });
  goal.addEventListener("change", () => {
    act("move", goal.value);
    goal.selectedIndex = 0;
  });
  newName.addEventListener("keydown", (event) => event.key === "Enter" && add.click());
  const calm = () => write(wipe, "Delete all my images");
  calm();
  wipe.addEventListener("blur", calm);

  function showSelected() {
    remove.disabled = goal.disabled = !selected.size;
    write(remove, selected.size ? `Delete ${selected.size}` : "Delete");
  }
  const columnsInOrder = () => model.get("_classes").map(({ name }) => columns.get(name)).filter(Boolean);

  // Columns as Python has them; those whose number of images isn't the one that is shown are asked for again.
  function sync() {
    if (pending || ending.signal.aborted) return;
    const classes = model.get("_classes");
    for (const [name, column] of columns) {
      if (classes.some((one) => one.name === name)) continue;
      column.clear();
      column.end();
      column.node.remove();
      columns.delete(name);
    }
    for (const one of classes) {
      if (!columns.has(one.name)) columns.set(one.name, makeColumn(one.name));
      const column = columns.get(one.name);
      column.show(one);
      if (column.total !== one.train + one.test) {
        column.total = one.train + one.test;
        column.reload();
      }
    }
    const nodes = columnsInOrder().map(({ node }) => node);
    if (nodes.some((node, at) => board.children[at] !== node)) board.replaceChildren(...nodes);
    const names = classes.map(({ name }) => element("option", { value: name }, name));
    goal.replaceChildren(element("option", { value: "" }, "Move to …"), ...names);
    undo.disabled = !model.get("_undo");
    undo.title = model.get("_undo");
  }

  const board = box("classes");
  const tools = box("foot", remove, goal, undo, newName, add, wipe);
  const help =
    "Click images to select them. By keyboard: arrows move, Space selects, Delete deletes, 1 to 9 move to a class, Ctrl+Z undoes.";
  const main = element("div", {}, box("columns", feed.node, element("div", {}, feed.power, said)), board, tools);
  const sleep = sleeper(model, el, () => [main]);
  const root = element("div", { class: "lts-widget lts-collector", role: "group", "aria-label": "Collect images" }, sleep.node, main);
  root.append(element("p", { class: "lts-quiet" }, help));
  root.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || event.target.matches("input")) return;
    event.preventDefault();
    event.stopPropagation();
    back();
  });
  mount(el, root);
  showSelected();
  sync();
  const stop = listen(model, { "_classes _undo": () => sync() });
  return () => {
    ending.abort();
    feed.end();
    for (const column of columns.values()) column.end();
    [stop, deafen, sleep.stop].forEach((end) => end());
  };
}

export default { render };
