// Hint, Solution and Next below the check of an exercise. All texts are here already: no press waits for the kernel.

const EXERCISE = "Exercise: ";

const headingOf = (title) =>
  [...document.querySelectorAll(":is(h1, h2, h3, h4)")].find((node) => node.textContent.startsWith(EXERCISE + title));

// JupyterLab takes cells off the page that can't be seen: scroll on from here, then from the top, until the heading is there.
async function findHeading(title, here) {
  const scroller = here.closest(".jp-WindowedPanel-outer");
  if (headingOf(title) || !scroller) return headingOf(title);
  const start = scroller.scrollTop;
  for (const from of [start, 0]) {
    scroller.scrollTop = from;
    for (let before = -1; scroller.scrollTop !== before && !headingOf(title); ) {
      before = scroller.scrollTop;
      scroller.scrollTop += 0.8 * scroller.clientHeight;
      await new Promise((done) => setTimeout(done, 60));
    }
    if (headingOf(title)) return headingOf(title);
  }
  scroller.scrollTop = start;
}

async function goTo(title, here, say) {
  const heading = await findHeading(title, here);
  if (!heading) return say(`The next exercise is “${title}”.`);
  heading.scrollIntoView({ block: "start" });
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

function render({ model, el }) {
  const set = setter(model);
  const [hints, source, following] = ["hints", "source", "following"].map((name) => model.get(name));
  const list = element("ol");
  const said = box("answer", list);
  const hint = pushButton("", () => set({ shown: Math.min(model.get("shown") + 1, hints.length) }));
  const solution = pushButton("Solution", () => {
    if (solution.textContent === "Solution") return write(solution, "Show the solution?"); // asks once
    where.before(element("pre", {}, element("code", {}, source)));
    solution.disabled = true;
    write(solution, "Solution");
  });
  solution.addEventListener("blur", () => write(solution, "Solution"));
  const next = pushButton("Next exercise", () => goTo(following, el, (text) => write(where, text)));
  const where = element("p");
  said.append(where);
  said.setAttribute("role", "status");

  function show() {
    const shown = model.get("shown");
    for (const text of hints.slice(list.children.length, shown)) list.append(element("li", {}, ...marked(text)));
    list.hidden = !shown;
    write(hint, shown < hints.length ? `Hint ${shown + 1} of ${hints.length}` : "No more hints");
    hint.disabled = shown >= hints.length;
  }

  const row = box("buttons", ...(hints.length ? [hint] : []), solution, ...(following ? [next] : []));
  const root = element("div", { class: "lts-widget lts-exercise" }, row, said);
  show();
  mount(el, root);
  return listen(model, { shown: show });
}

export default { render };
