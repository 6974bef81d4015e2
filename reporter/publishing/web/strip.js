
// The last 53 weeks of a user, role or credential: a bar for each week, the taller the more days it was active. The
// line below them is whole where events of the account came, and dotted where nothing is known.
const WEEKS = 53, WEEK = 2.5, A_DAY = 86_400_000, HIGH = 18, BASE = 3;
const lastDay = Date.parse(report.at.slice(0, 10)), firstDay = lastDay - (WEEKS * 7 - 1) * A_DAY;
// By month, a number with a bit for each day; those that the strip has, counted from its first.
function offsets(months = {}) {
  const found = [];
  for (const [name, bits] of Object.entries(months)) {
    const [year, month] = [2000 + Number(name.slice(1, 3)), Number(name.slice(3)) - 1];
    for (let bit = 0; bit < 31; bit += 1) {
      const offset = (Date.UTC(year, month, bit + 1) - firstDay) / A_DAY;
      if (bits & (1 << bit) && offset >= 0 && offset < WEEKS * 7) found.push(offset);
    }
  }
  return found;
}
const heardDays = offsets(report.heard_days);
const known = heardDays.map((day) => `M${day * WEEK / 7} ${HIGH - BASE / 2}h${WEEK / 7}`).join("");
const unknownDays = WEEKS * 7 - heardDays.length;
function strip({ days, days_in_words: words }) {
  if (!words) return null;
  const weeks = new Map();
  for (const day of offsets(days)) weeks.set(Math.floor(day / 7), (weeks.get(Math.floor(day / 7)) ?? 0) + 1);
  const bars = [...weeks].map(([week, total]) => {
    const tall = 5 + (HIGH - BASE - 6) * total / 7;
    return `M${week * WEEK} ${HIGH - BASE - 1}v${-tall}h${WEEK - 0.5}v${tall}z`;
  });
  const told = joined([words, unknownDays && `of ${count(unknownDays, "day", "days")} of the last ${WEEKS * 7} nothing is known`], "; ");
  return drawn("svg", { class: "strip", role: "img", "aria-label": told, viewBox: `0 0 ${WEEKS * WEEK} ${HIGH}`,
    width: WEEKS * WEEK, height: HIGH }, drawn("title", {}, told),
  drawn("path", { class: "unknown", d: `M0 ${HIGH - BASE / 2}h${WEEKS * WEEK}` }),
  drawn("path", { class: "known", d: known }), drawn("path", { class: "on", d: bars.join("") }));
}
