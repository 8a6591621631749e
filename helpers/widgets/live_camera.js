// The live camera: one image goes to Python, its answer comes back, then the next. A slow network gets fewer images.

function render({ model, el }) {
  const ending = new AbortController();
  const chances = bars(model.get("_names"), "Probability of each class", 2);
  const said = element("p", { role: "status" });
  const speed = element("span");
  const caution = element("p", { class: "lts-caution", role: "note" });
  const looked = tick("where it looked", (isWanted) => {
    wantsHeat = isWanted;
    heat.hidden = true;
  });
  const heat = element("img", { class: "lts-heat", alt: "", hidden: "" });
  const say = (words) => write(said, words);
  let [isRunning, wantsHeat] = [false, false];
  let answered = []; // when the answers of the last second came

  const feed = cameraFeed({
    resumes: true,
    changed(why) {
      say(why);
      if (feed.isOn()) run();
      else clear();
    },
  });
  feed.node.append(heat);

  function clear() {
    answered = [];
    chances.show([]);
    write(caution, "");
    write(speed, "");
    heat.hidden = true;
  }
  function show(answer) {
    chances.show(answer.shares);
    write(caution, answer.caution ? `⚠ ${answer.caution}` : "");
    if (answer.heat && wantsHeat) {
      heat.src = answer.heat;
      heat.hidden = false;
    }
    const now = performance.now();
    answered = [...answered.filter((time) => now - time < 1000), now];
    write(speed, `${answered.length} images per second`);
  }
  async function run() {
    if (isRunning) return;
    isRunning = true;
    try {
      while (feed.isOn() && !ending.signal.aborted) {
        const blob = await feed.picture(model.get("_side"), 0.9);
        if (!blob) {
          await new Promise((resolve) => setTimeout(resolve, 50)); // the first picture isn't there yet
          continue;
        }
        const message = { do: "look", upload: newUpload(), heat: wantsHeat };
        const answer = await ask(model, message, [await blob.arrayBuffer()], { signal: ending.signal, late: () => say(LATE) });
        if (answer.stop) throw new Error(answer.stop);
        if (said.textContent === LATE) say("");
        if (feed.isOn()) show(answer);
      }
    } catch (error) {
      if (ending.signal.aborted) return;
      feed.off();
      say(error.message);
    } finally {
      isRunning = false;
    }
  }

  const right = element("div", {}, chances.node, caution, box("foot", feed.power, looked.node, speed), said);
  const main = box("columns", feed.node, right);
  const sleep = sleeper(model, el, () => [main]);
  const root = element("div", { class: "lts-widget lts-live", role: "group", "aria-label": "Live predictions" }, sleep.node, main);
  clear();
  mount(el, root);
  return () => {
    ending.abort();
    feed.end();
    sleep.stop();
  };
}

export default { render };
