// What the widgets share. Python puts this file in front of each of their scripts.

function element(tag, attributes = {}, ...children) {
  const isDrawing = ["svg", "g", "line", "polyline", "circle", "text"].includes(tag);
  const node = isDrawing ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

const write = (node, words) => node.textContent === words || (node.textContent = words); // nothing new, nothing to draw

// JupyterLab has shortcuts for arrows and letters: keys pressed in a widget belong to the widget.
function keepKeys(root) {
  root.addEventListener("keydown", (event) => {
    const forNotebook = event.ctrlKey || event.metaKey || event.altKey || (event.key === "Enter" && event.shiftKey);
    if (!forNotebook) event.stopPropagation();
  });
}

// Saved with every change: Python repeats what it gets, and only what is saved already is safe from an older value
// that comes back. While an answer is awaited, ipywidgets itself keeps the next changes and sends them as one.
function setter(model) {
  return (changes) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  };
}
