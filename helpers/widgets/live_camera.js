// The live camera: one image goes to Python, its answer comes back, then the next. A slow network gets fewer images.

function render({ model, el }) {
  const ending = new AbortController();
  const chances = bars(model.get("_names"), "Probability of each class", 2);
  const said = element("p", { role: "status" });
  const speed = element("span");
  const caution = element("p", { class: "lts-caution", role: "note" });
  const power = pushButton("Turn the camera on", () => (feed.isOn() ? feed.off() : feed.start()));
  const looked = element("input", { type: "checkbox" });
  const heat = element("canvas", { class: "lts-heat", "aria-hidden": "true", hidden: "" });
  const colors = colorTable(bytesOf(model.get("_colors")));
  const say = (words) => write(said, words);
  let isRunning = false;
  let answered = []; // when the answers of the last second came

  const feed = cameraFeed({
    resumes: true,
    changed(why) {
      write(power, feed.isOn() ? "Turn the camera off" : "Turn the camera on");
      say(why);
      if (feed.isOn()) run();
      else clear();
    },
  });
  feed.node.append(heat);
  looked.addEventListener("change", () => (heat.hidden = true));

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
    if (answer.heat && looked.checked) {
      const { rows, columns, map } = answer.heat;
      put(heat, colored(bytesOf(map), 0, rows, columns, colors));
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
        const message = { do: "look", upload: newUpload(), heat: looked.checked };
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

  const tick = element("label", { class: "lts-tick" }, looked, " where it looked");
  const right = element("div", {}, chances.node, caution, box("foot", power, tick, speed), said);
  const main = box("columns", feed.node, right);
  const sleep = sleeper(model, el, () => [main]);
  const root = element("div", { class: "lts-widget lts-live", role: "group", "aria-label": "Live predictions" }, sleep.node, main);
  keepKeys(root);
  clear();
  el.append(root);
  return () => {
    ending.abort();
    feed.end();
    sleep.stop();
  };
}

export default { render };
