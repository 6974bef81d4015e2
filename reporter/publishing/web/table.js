
// A table that sorts by every column and draws its rows in slices. A column has a title, a value to sort by, and
// perhaps a cell to show instead. Rows without a value come last in both directions. On a narrow screen each row
// is a card, whose lines are titled; the roles keep it a table to those who hear it.
const FIRST_ROWS = 50;
const MORE_ROWS = 500;
const collator = new Intl.Collator("en", { numeric: true });
const isMissing = (value) => value === null || value === undefined || value === "";
function sorted(rows, value, direction) {
  const sign = direction === "ascending" ? 1 : -1;
  const differ = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : collator.compare(a, b));
  return rows.map((row) => [value(row), row])
    .sort(([a], [b]) => (isMissing(a) - isMissing(b)) || (isMissing(a) ? 0 : sign * differ(a, b)))
    .map(([, row]) => row);
}
const unfold = [];
const line = (cells, attributes = {}) => el("tr", { role: "row", ...attributes }, cells);
const cellOf = (row) => (column, index) => el("td", { role: "cell", class: column.class,
  "data-title": index ? column.title : null }, (column.cell ?? column.value)(row));
// `arranged` puts the sorted rows into the order in which they are drawn, `draw` makes an element of each.
function table(place, { label, columns, rows, draw, arranged = (those) => those, by = 0, direction = "ascending",
  size = FIRST_ROWS }) {
  let matching = () => true;
  let waiting = [];
  const drawRow = draw ?? ((row) => line(columns.map(cellOf(row))));
  const body = el("tbody", { role: "rowgroup" });
  const more = el("button", { type: "button", class: "more", onclick: () => slice(MORE_ROWS) });
  const heads = columns.map((column, index) => el("th", { role: "columnheader", scope: "col", class: column.class,
    "aria-sort": "none" }, el("button", { type: "button", onclick: () => sort(index) }, column.title)));
  function slice(most) {
    body.append(...waiting.slice(0, most).map(drawRow));
    waiting = waiting.slice(most);
    const next = Math.min(MORE_ROWS, waiting.length);
    more.hidden = next === 0;
    more.textContent = `Show ${number.format(next)} more of ${number.format(waiting.length)}`;
  }
  function show() {
    body.replaceChildren();
    const found = rows.filter(matching);
    waiting = arranged(found);
    slice(size);
    return found;
  }
  function sort(index, to) {
    const now = heads[index].getAttribute("aria-sort");
    const first = columns[index].first ?? "ascending";
    const other = now === "ascending" ? "descending" : "ascending";
    for (const head of heads) head.setAttribute("aria-sort", "none");
    heads[index].setAttribute("aria-sort", to ?? (now === "none" ? first : other));
    rows = sorted(rows, columns[index].value, heads[index].getAttribute("aria-sort"));
    show();
  }
  unfold.push(() => slice(Infinity));
  place.append(el("div", { class: "scroll", role: "region", "aria-label": label, tabindex: 0 },
    el("table", { class: "sorts", role: "table", "aria-label": label },
      el("thead", { role: "rowgroup" }, line(heads)), body)), more);
  sort(by, direction);
  return { show: (test) => { matching = test; return show(); } };
}
addEventListener("beforeprint", () => unfold.forEach((all) => all()));
