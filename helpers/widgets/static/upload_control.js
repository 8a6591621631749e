// The one control by which images come in: chosen, dropped or pasted. `sendFile` takes a file to Python, in pieces.

const PIECE = 512 * 1024; // bytes of a message: Colab loses those of 1 MB, and JupyterLab's connection ends at 10 MB
const SMALL = 1e6; // bytes of a file that is always sent as it is
const SHORTER = 1024; // pixels that the shorter side keeps: networks look at far fewer
const LATE_AFTER = 5000; // ms without an answer, until a reason is given
const MOST = 100; // files of one choice
const LATE = "Python hasn't answered yet. It goes on when the running cell is done; after a restart of the kernel, run this cell again.";

// Sends one message, and resolves to Python's answer to it.
function ask(model, message, buffers, { signal, late }) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(late, LATE_AFTER);
    const finish = (settle, value) => {
      clearTimeout(timer);
      model.off("msg:custom", hear);
      signal?.removeEventListener("abort", abort);
      settle(value);
    };
    const hear = (content) => content?.upload === message.upload && finish(resolve, content);
    const abort = () => finish(reject, signal.reason);
    model.on("msg:custom", hear);
    signal?.addEventListener("abort", abort);
    try {
      model.send(message, undefined, buffers);
    } catch {
      finish(reject, new Error("The kernel isn't there any more. Run this cell again."));
    }
  });
}

// Python's answer to a request; null, and a sentence in `said`, where it can't do it.
async function askPython(model, message, said, signal, buffers = []) {
  try {
    const answer = await ask(model, { ...message, upload: newUpload() }, buffers, { signal, late: () => write(said, LATE) });
    if (answer.stop || said.textContent === LATE) write(said, answer.stop ?? "");
    return answer.stop ? null : answer;
  } catch (error) {
    if (!signal.aborted) write(said, error.message);
    return null;
  }
}

const newUpload = () => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;

// Sends a Blob to a FileReceiver in Python, and returns when that has dealt with it; throws an Error with a sentence for the
// learner. Files of one choice share `upload`; it may replace one that was given up. `problem`, a sentence, goes in place of a file.
// `progress` hears what share of the file is sent, `late` is called while no answer comes; `about` goes with every message.
async function sendFile(model, blob, name, options = {}) {
  const { upload = newUpload(), replaces = "", number = 1, count = 1, signal, progress = () => {}, late = () => {}, about = {} } = options;
  const message = { ...about, upload, replaces, number, count, name, size: blob?.size ?? 0 };
  let { problem } = options;
  for (let at = 0; ; ) {
    let piece = new ArrayBuffer(0);
    try {
      if (!problem) piece = await blob.slice(at, at + PIECE).arrayBuffer();
    } catch {
      problem = `"${name}" can't be read: it was changed, moved or deleted. Choose it again.`;
    }
    signal?.throwIfAborted();
    progress(message.size ? (at + piece.byteLength) / message.size : 1);
    const buffers = piece.byteLength ? [piece] : [];
    const answer = await ask(model, { ...message, at, ...(problem && { problem }) }, buffers, { signal, late });
    if ("stop" in answer) throw new Error(answer.stop);
    if (answer.done >= number) return;
    if (!(answer.next > at)) throw new Error("A part of it was lost. Choose the image again.");
    at = answer.next;
  }
}

// What the first bytes say of a file: "heic", or "jpeg" if the browser reads the same pixels from it as Python does:
// 8 bits, gray or three colors, turned by EXIF alone. Everything else is sent as it is.
function kindOf(head) {
  const letters = (from, to) => String.fromCharCode(...head.subarray(from, to));
  if (letters(4, 8) === "ftyp") return ["heic", "heix", "heim", "heis", "mif1"].includes(letters(8, 12)) ? "heic" : "other";
  if (head[0] !== 0xff || head[1] !== 0xd8) return "other";
  for (let at = 2; at + 9 < head.length && head[at] === 0xff; ) {
    const [marker, length] = [head[at + 1], 256 * head[at + 2] + head[at + 3]];
    if (marker >= 0xc0 && marker <= 0xc2) return head[at + 4] === 8 && [1, 3].includes(head[at + 9]) ? "jpeg" : "other";
    if (letters(at + 4, at + 33).startsWith("http://ns.adobe.com/xap/1.0/")) {
      if (new TextDecoder("latin1").decode(head.subarray(at, at + length)).includes("tiff:Orientation")) return "other";
    }
    at += 2 + length;
  }
  return "other";
}

// A large photograph as a smaller JPEG file; any other file, and what the browser cannot read, as it is.
async function shrunk(file) {
  try {
    const kind = kindOf(new Uint8Array(await file.slice(0, 512 * 1024).arrayBuffer()));
    if (kind === "other" || (kind === "jpeg" && file.size <= SMALL) || !isHonest()) return file;
    const { canvas, scale } = await drawn(file, ({ width, height }) => SHORTER / Math.min(width, height));
    if (scale === 1 && kind !== "heic") return file;
    return (await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.95))) ?? file;
  } catch {
    return file;
  }
}

// An image file on a canvas, with white where it is transparent, made smaller by `scaleOf` its size.
async function drawn(file, scaleOf) {
  const image = await createImageBitmap(file, { imageOrientation: "from-image", colorSpaceConversion: "none" });
  const scale = Math.min(1, scaleOf(image));
  const [width, height] = [image.width, image.height].map((side) => Math.max(3, Math.round(side * scale)));
  const canvas = element("canvas", { width, height });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.imageSmoothingQuality = "high";
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, width, height);
  pen.drawImage(image, 0, 0, width, height);
  image.close();
  return { canvas, pen, scale };
}

// Some browsers give noise in place of what is on a canvas, so that no page can tell them by it.
function isHonest() {
  const pen = element("canvas").getContext("2d", { willReadFrequently: true });
  pen.fillStyle = "rgb(18, 52, 86)";
  pen.fillRect(0, 0, 2, 2);
  return [...pen.getImageData(0, 0, 2, 2).data].every((value, at) => value === [18, 52, 86, 255][at % 4]);
}

// What was dropped or pasted, as [{ name, file }]; a folder as { name, problem }.
function filesIn(transfer) {
  const found = [];
  for (const item of transfer?.items ?? []) {
    if (item.kind !== "file") continue;
    const [entry, file] = [item.webkitGetAsEntry?.(), item.getAsFile()];
    if (entry?.isDirectory) found.push({ name: entry.name, problem: `"${entry.name}" is a folder. Choose the images in it.` });
    else if (file) found.push({ name: file.name, file });
  }
  return found;
}

function whatElse(transfer) {
  const types = [...(transfer?.types ?? [])];
  const isAddress = types.includes("text/uri-list") || /^https?:\/\/\S+$/.test(transfer?.getData("text/plain").trim());
  if (isAddress) return "That is only the address of an image. Save the image on this computer, then choose the file.";
  return types.length ? "That is text, not an image file." : "There is no image in it.";
}

// The control. `take` gets [{ name, file or problem }] and { say, progress, signal }; what it throws is said. A newer choice
// aborts `signal`, unless the control `adds`: then nothing that was chosen is dropped. `stop` is to be called when the control leaves
// the page. What is dropped on a node given to `accept` is taken, too.
function uploadControl({ multiple = false, adds = false, take, extra = [] }) {
  const [title, hint] = multiple ? ["Choose images", "or drop or paste them here"] : ["Choose an image", "or drop or paste it here"];
  const input = element("input", { type: "file", accept: "image/*", "aria-label": "Your own image", hidden: "" });
  input.multiple = multiple;
  const button = pushButton(title, () => input.click());
  const said = element("span", { role: "status" });
  const done = element("progress", { hidden: "", max: 1, value: 0, "aria-label": "sent" });
  const node = box("upload", input, button, element("span", { class: "lts-hint" }, hint), ...extra, done, said);
  const say = (words) => write(said, words);
  const progress = (share) => ((done.value = share), (done.hidden = share >= 1));
  let running = new AbortController();

  async function start(files, otherwise) {
    if (!files.length) return say(otherwise);
    if (!adds) {
      running.abort();
      running = new AbortController();
    }
    const { signal } = running;
    const most = multiple ? MOST : 1;
    const over = files.length > most ? ` Only the first ${multiple ? `${most} ` : ""}of ${files.length} files ${multiple ? "were" : "was"} taken.` : "";
    try {
      await take(files.slice(0, most), { say, progress, signal });
      if (over && !signal.aborted) say(`${said.textContent}${over}`);
    } catch (error) {
      if (!signal.aborted && error.message) say(error.message);
    } finally {
      if (!signal.aborted) {
        done.hidden = true;
        if (said.textContent.endsWith("…")) say(""); // nothing was said in its place
      }
    }
  }

  input.addEventListener("change", () => {
    const files = [...input.files].map((file) => ({ name: file.name, file }));
    input.value = ""; // so that the same file can be chosen again
    if (files.length) start(files);
  });
  const over = (event) => {
    event.preventDefault();
    event.stopPropagation();
    node.classList.toggle("lts-over", event.type === "dragover" || event.type === "dragenter");
  };
  function accept(place) {
    for (const type of ["dragenter", "dragover", "dragleave"]) place.addEventListener(type, over);
    place.addEventListener("drop", (event) => {
      over(event);
      start(filesIn(event.dataTransfer), whatElse(event.dataTransfer));
    });
  }
  accept(node);
  // Pasted while the focus is in the control; or while the mouse is over it, if it is an image and nothing else wants it. The mouse
  // takes the focus from another control.
  let isUnderMouse = false;
  const otherInFocus = () => !node.contains(document.activeElement) && document.activeElement?.closest(".lts-upload");
  node.addEventListener("pointerleave", () => (isUnderMouse = false));
  node.addEventListener("pointerenter", () => {
    isUnderMouse = true;
    if (otherInFocus()) document.activeElement.blur();
  });
  const paste = (event) => {
    const files = filesIn(event.clipboardData);
    const isFocused = node.contains(document.activeElement);
    const isElsewhere = event.target.closest?.("input, textarea, select, [contenteditable]:not([contenteditable=false])");
    if (!isFocused && !(isUnderMouse && files.length && !isElsewhere && !otherInFocus())) return;
    event.preventDefault();
    event.stopPropagation();
    start(files, whatElse(event.clipboardData));
  };
  document.addEventListener("paste", paste, true);
  node.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "v") event.stopPropagation(); // not a cell
  });
  const stop = () => {
    running.abort();
    document.removeEventListener("paste", paste, true);
  };
  return { node, say, accept, stop };
}

// Calls `take` with every sentence that Python says of a file; returns what ends that.
function hearSaid(model, take) {
  const hear = (content) => content?.said && take(content.said);
  model.on("msg:custom", hear);
  return () => model.off("msg:custom", hear);
}

// The learner's own images: the files go to Python, which reads every kind of image, and answers by what it says.
// Without its kernel the control sleeps; on a page that never has one there is none.
function userImages(model, el, multiple = false) {
  if (model.get("_still")) return { node: "", stop() {} };
  let last = "";
  const control = uploadControl({
    multiple,
    take: async (files, { say, progress, signal }) => {
      const [replaces, upload, count] = [last, newUpload(), files.length];
      last = upload;
      for (const [index, { name, file, problem }] of files.entries()) {
        const which = count > 1 ? ` (${index + 1} of ${count})` : "";
        say(`Sending ${name}${which} …`);
        const blob = file && (await shrunk(file));
        const share = (part) => {
          progress((index + part) / count);
          say(part < 1 ? `Sending ${name}${which} …` : `The network looks at it${which} …`);
        };
        await sendFile(model, blob, name, { upload, replaces, number: index + 1, count, problem, signal, progress: share, late: () => say(LATE) });
      }
    },
  });
  const deafen = hearSaid(model, control.say);
  const sleep = sleeper(model, el, () => [control.node]);
  return { node: element("div", {}, sleep.node, control.node), stop: () => [control.stop, deafen, sleep.stop].forEach((end) => end()) };
}
