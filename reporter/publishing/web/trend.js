
// What the pages of an account and of an organization begin with: numbers, how they went, and lines that open.
const tile = (title, total) => el("div", {}, el("dt", {}, title),
  el("dd", { class: title === "new" && total ? "new" : null }, number.format(total)));

// A bar for each of the last reports: what was open, and what was new on top of it.
const BAR = 14, TALL = 48;
function trend() {
  const points = report.trend ?? [];
  byId("trend").hidden = points.length < 2;
  if (points.length < 2) return;
  const most = Math.max(1, ...points.map((point) => point.open + point.new));
  const tall = (total) => total / most * TALL;
  byId("bars").replaceChildren(...points.map((point, index) => drawn("g", {},
    drawn("title", {}, `${point.at.slice(0, 10)}: ${point.new} new, ${point.open} open, ${point.resolved} resolved`),
    bar("open", index, TALL - tall(point.open), tall(point.open)),
    bar("new", index, TALL - tall(point.open + point.new), tall(point.new)))));
  const [first, last] = [points[0], points.at(-1)];
  const words = `${count(first.open + first.new, "finding", "findings")} on ${first.at.slice(0, 10)}, `
    + `${number.format(last.open + last.new)} on ${last.at.slice(0, 10)}`;
  const width = points.length * BAR;
  fill(byId("bars"), { viewBox: `0 0 ${width} ${TALL}`, preserveAspectRatio: "none", width, height: TALL, "aria-label": words }, []);
  put("span", words);
}
const bar = (name, index, y, height) => drawn("rect", { class: name, x: index * BAR, y, width: BAR - 2, height });

function banner(title, lines, isLoud) {
  if (lines.length === 0) return;
  byId("alerts").append(el("details", { class: `alert ${isLoud ? "loud" : ""}`, ...(isLoud ? { open: "" } : {}) },
    el("summary", {}, title), el("ul", {}, lines)));
}
