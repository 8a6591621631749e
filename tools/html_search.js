// Looks the words of the address (?q=…) up in the page's index: sections with all of them, those with a match in the title first.
const words = (new URLSearchParams(location.search).get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
const sections = JSON.parse(document.getElementById("index").textContent);
const list = document.getElementById("found");

function ranked() {
  const inTitle = (section) => words.filter((word) => section.title.toLowerCase().includes(word)).length;
  return sections
    .filter((section) => words.every((word) => `${section.title} ${section.text}`.toLowerCase().includes(word)))
    .map((section, place) => ({ section, place, rank: inTitle(section) }))
    .sort((a, b) => b.rank - a.rank || a.place - b.place)
    .map(({ section }) => section);
}

function excerpt(text) {
  const at = Math.max(0, Math.min(...words.map((word) => text.toLowerCase().indexOf(word)).filter((place) => place >= 0)));
  const [start, end] = [Math.max(0, (Number.isFinite(at) ? at : 0) - 80), (Number.isFinite(at) ? at : 0) + 160];
  return `${start ? "… " : ""}${text.slice(start, end)}${end < text.length ? " …" : ""}`;
}

if (words.length) {
  const found = ranked();
  document.querySelector("input[type=search]").value = words.join(" ");
  document.getElementById("count").textContent = `${found.length || "No"} section${found.length === 1 ? "" : "s"} with “${words.join(" ")}”.`;
  for (const { link, title, text } of found) {
    const anchor = Object.assign(document.createElement("a"), { href: link, textContent: title });
    const item = document.createElement("li");
    item.append(anchor, document.createElement("br"), excerpt(text));
    list.append(item);
  }
}
