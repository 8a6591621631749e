// The camera: a preview, and square pictures of what it sees. Its light goes out as soon as the preview can't be seen.

const ELSE = "or choose files: photos from a phone, for example";
const CAMERA_TROUBLES = {
  NotAllowedError: `The camera is not allowed on this page. Allow it with the sign next to the page's address and try again, ${ELSE}.`,
  NotFoundError: `There is no camera on this computer. Plug one in, ${ELSE}.`,
  NotReadableError: `The camera can't be used: another program may have it. Close that one and try again, ${ELSE}.`,
  NotHere: `Browsers allow the camera only on pages from https:// or http://localhost, and this is none. Open the course there, ${ELSE}.`,
  Noise: `This browser puts noise into what pages read from pictures, to protect you. Allow this page to read them, ${ELSE}.`,
};
Object.assign(CAMERA_TROUBLES, {
  SecurityError: CAMERA_TROUBLES.NotAllowedError,
  OverconstrainedError: CAMERA_TROUBLES.NotFoundError,
  AbortError: CAMERA_TROUBLES.NotReadableError,
});

// `power` turns it on and off. `changed` is called when the camera went on or off, with a sentence where there is a reason. With `resumes` it goes on
// again when the preview is seen again. `end` is to be called when the widget leaves the page.
function cameraFeed({ changed, resumes = false }) {
  const video = element("video", { playsinline: "", "aria-label": "What the camera sees", hidden: "" });
  video.muted = true;
  const node = box("camera", video);
  const canvas = element("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  let [stream, turn, isAway, isEnded] = [null, 0, false, false];

  const power = pushButton("Turn the camera on", () => (stream ? off() : start()));
  const tell = (why) => {
    write(power, stream ? "Turn the camera off" : "Turn the camera on");
    changed(why);
  };
  const release = (one) => one.getTracks().forEach((track) => track.stop());
  function stop(why = "") {
    turn++; // what is on its way isn't wanted any more
    if (!stream) return;
    release(stream);
    stream = video.srcObject = null;
    video.hidden = true;
    tell(why);
  }
  async function start() {
    if (stream) return true;
    const mine = ++turn;
    try {
      if (!navigator.mediaDevices?.getUserMedia) throw { name: "NotHere" };
      if (!isHonest()) throw { name: "Noise" };
      const found = await navigator.mediaDevices.getUserMedia({ audio: false, video: { width: { ideal: 640 }, height: { ideal: 480 } } });
      if (mine !== turn || isEnded) {
        release(found);
        return false;
      }
      stream = found;
      for (const track of stream.getTracks()) track.addEventListener("ended", () => stream === found && stop(CAMERA_TROUBLES.NotFoundError));
      video.srcObject = stream;
      video.hidden = false;
      await video.play();
      if (mine !== turn) return false;
      tell("");
      return true;
    } catch (error) {
      if (mine !== turn) return false;
      if (stream) release(stream);
      stream = video.srcObject = null;
      video.hidden = true;
      tell(CAMERA_TROUBLES[error.name] ?? `The camera can't be used (${error.name}). Try again, ${ELSE}.`);
      return false;
    }
  }
  // The middle of what the camera sees, as a JPEG file; null while it sees nothing.
  function picture(side, quality = 0.92) {
    const [width, height] = [video.videoWidth, video.videoHeight];
    const least = Math.min(width, height);
    if (!stream || !least) return Promise.resolve(null);
    if (canvas.width !== side) canvas.width = canvas.height = side;
    pen.drawImage(video, (width - least) / 2, (height - least) / 2, least, least, 0, 0, side, side);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
  }

  // Out of sight: another tab, or scrolled away.
  let isSeen = true;
  function look() {
    const isOut = document.hidden || !isSeen;
    if (isOut && stream) {
      stop("The camera is off while you can't see its picture.");
      isAway = resumes;
    } else if (!isOut && isAway) {
      isAway = false;
      start();
    }
  }
  const places = new IntersectionObserver((entries) => {
    isSeen = entries.at(-1).isIntersecting;
    look();
  });
  places.observe(node);
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pagehide", end);
  function end() {
    isEnded = true;
    isAway = false;
    stop();
    places.disconnect();
    document.removeEventListener("visibilitychange", look);
    window.removeEventListener("pagehide", end);
  }
  function off() {
    isAway = false;
    stop();
  }
  return { node, power, start, off, picture, end, isOn: () => stream !== null };
}
