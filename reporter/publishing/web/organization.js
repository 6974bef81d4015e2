
// All accounts of an organization: what to do first, what was not read, and where there is most to do. Each account
// leads to its own page.
const RISKS = new Map(Object.entries({
  administrator: ["administrator", "administrators"], access_key: ["access key", "access keys"],
  password: ["password", "passwords"], user: ["user", "users"], role: ["role", "roles"],
}));
const RISKY = [...RISKS.keys()];
const MOST_NAMES = 20;
const byAccount = new Map(report.accounts.map((account) => [account.id, account]));
const titled = (account) => account.name || account.alias || account.id;
const named = (account) => (titled(account) === account.id ? account.id : `${titled(account)} (${account.id})`);
const rank = (account) => RISKY.map((risk) => String(account.risks[risk] ?? 0).padStart(6, "0")).join("");
const whose = (account) => [el("span", { class: "whose" }, titled(account)),
  titled(account) === account.id ? null : [" ", el("code", {}, account.id)], inConsole(account.page, "report")].flat();
const FIRST = [
  { title: "Whose", class: "long", value: (finding) => finding.name,
    cell: (finding) => [el("span", { class: "whose" }, finding.name), inConsole(finding.console)] },
  { title: "What", class: "long", value: (finding) => one(finding.kind), cell: (finding) =>
    [one(finding.kind), finding.access_key_id && [" ", el("code", {}, finding.access_key_id)]].flat() },
  { title: "Account", class: "long", value: (finding) => titled(byAccount.get(finding.account)),
    cell: (finding) => whose(byAccount.get(finding.account)) },
  { title: "Risk", value: (finding) => report.first.indexOf(finding), cell: (finding) =>
    (finding.risk === "administrator" ? el("span", { class: "administrator" }, "administrator") : null) },
  { title: "Status", value: (finding) => `${finding.status} ${finding.is_new ? 0 : 1}`, cell: (finding) =>
    [badge(finding.status), " ", finding.is_new ? el("span", { class: "badge new" }, "new") : ""] },
  { title: "Idle days", class: "number", first: "descending", value: (finding) => finding.idle_days,
    cell: (finding) => number.format(finding.idle_days) },
  ...(report.first.some((finding) => finding.owner)
    ? [{ title: "Owner", class: "long", value: (finding) => finding.owner }] : []),
];
const ACCOUNTS = [
  { title: "Account", class: "long", value: titled, cell: whose },
  { title: "Units", class: "long", value: (account) => account.path },
  { title: "Most dangerous", first: "descending", value: rank, cell: (account) => {
    const risk = RISKY.find((each) => account.risks[each]);
    return risk ? el("span", { class: risk }, count(account.risks[risk], ...RISKS.get(risk))) : null;
  } },
  ...[["New", "new"], ["Open", "open"], ["Resolved", "resolved"], ["Not checked", "gaps"]].map(([title, name]) => (
    { title, class: "number", first: "descending", value: (account) => account[name],
      cell: (account) => (account[name] ? number.format(account[name]) : "") })),
  { title: "Events", value: (account) => (account.warnings.length ? "not arriving" : ""),
    cell: (account) => (account.warnings.length ? el("span", { class: "loud" }, "not arriving") : "") },
];
const account = { title: "Account", class: "long", value: titled, cell: whose };
const units = { title: "Units", class: "long", value: (each) => each.path };
const SECTIONS = [
  ["unread", "Accounts not read", "What was flagged there stays flagged.",
    [account, units, { title: "Why", class: "long", value: (each) => each.reason }]],
  ["joined", "Joined since the last report", "", [account, units]],
  ["left_out", "Left out: closed or suspended", "",
    [account, units, { title: "State", value: (each) => plain(each.state.toLowerCase()) }]],
  ["left", "Left since the last report", "Their findings don't count as resolved.",
    [{ title: "Account", class: "long", value: (name) => name }]],
];

function head() {
  const { organization, at, accounts, unread, dormant, snoozed, unowned } = report;
  document.title = visible(`IAM last activity: ${organization}, ${at.slice(0, 10)}`);
  put("account", organization);
  put("about", `IAM last activity in ${count(accounts.length + unread.length, "account", "accounts")}, ${minute(at)}.`,
    dormant ? ` ${number.format(dormant)} dormant, not flagged.` : "",
    snoozed ? ` ${number.format(snoozed)} snoozed.` : "",
    unowned ? ` ${count(unowned, "finding has", "findings have")} no owner.` : "");
  put("tiles", tile("new", report.new), tile("still open", report.open), tile("resolved", report.resolved),
    tile("accounts not read", unread.length));
  trend();
}
function todo() {
  const total = report.new + report.open;
  const all = report.csv ? [" ", inConsole(report.csv, "All findings (CSV)")] : [];
  put("scope", total > report.first.length
    ? `The ${number.format(report.first.length)} most dangerous of ${count(total, "finding", "findings")} in all accounts.`
    : total ? "The most dangerous first."
      : `Nothing is stale${report.unread.length || report.accounts.some((each) => each.gaps) ? " among what was read" : ""}.`,
  ...all);
  if (report.first.length) {
    contents("todo", "What to do first", report.first.length);
    table(byId("todo"), { label: "What to do first", columns: FIRST, rows: report.first, by: 3, size: 10 });
  }
}
// One line each, which opens; what is worse than last time is open already.
function alerts() {
  const { accounts, unread, lost, notes } = report;
  const gone = unread.filter((each) => lost.includes(each.id));
  const rest = unread.filter((each) => !lost.includes(each.id));
  const silent = accounts.filter((each) => each.warnings.length);
  const partial = accounts.filter((each) => each.gaps);
  const of = (those) => count(those.length, "account", "accounts");
  banner(`Not read, but read last time: ${of(gone)}`, grouped(gone, (each) => each.reason), true);
  banner(`Events are not arriving as they should: ${of(silent)}`, grouped(silent, (each) => each.warnings.join(" ")), true);
  banner(`Not read: ${of(rest)}`, grouped(rest, (each) => each.reason), false);
  banner(`Not all was checked: ${of(partial)}`, grouped(partial, () => "The report of each account says what"), false);
  banner(count(notes.length, "note", "notes"), notes.map((text) => el("li", {}, text)), false);
}
// A line for each reason, since one has mostly hit many accounts.
function grouped(accounts, reason) {
  const those = new Map();
  for (const each of accounts) those.set(reason(each), [...(those.get(reason(each)) ?? []), named(each)]);
  const lines = [...those].sort(([, a], [, b]) => b.length - a.length).map(([why, names]) => el("li", {}, why, el("br", {}),
    names.slice(0, MOST_NAMES).join(", "),
    names.length > MOST_NAMES ? ` and ${number.format(names.length - MOST_NAMES)} more` : ""));
  const rest = lines.length - MOST_NAMES;
  return [...lines.slice(0, MOST_NAMES), rest > 0 ? el("li", {}, `${count(rest, "more reason", "more reasons")}`) : null]
    .filter(Boolean);
}
function contents(id, title, total) {
  byId("contents").append(el("span", {}, el("a", { href: `#${id}` }, title), ` ${number.format(total)}`));
}
function section(id, title, about, columns) {
  if (report[id].length === 0) return;
  contents(id, title, report[id].length);
  const made = el("section", { id }, el("h2", {}, title), about ? el("p", { class: "soft" }, about) : null);
  document.querySelector("main").append(made);
  table(made, { label: title, columns, rows: report[id] });
}

// The filter is kept in the page's address; the name of a section does not take its place there.
function search() {
  const words = byId("text").value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = lists.show((each) => words.every((word) =>
    `${titled(each)} ${each.alias} ${each.id} ${each.path}`.toLowerCase().includes(word)));
  put("found", `${number.format(found.length)} of ${count(report.accounts.length, "account", "accounts")}`);
}
function searched() {
  search();
  keepInAddress();
}
function keepInAddress() {
  const text = byId("text").value;
  history.replaceState(null, "", `#${text ? new URLSearchParams({ text }) : ""}`);
}
function fromAddress() {
  if (location.hash.includes("=")) {
    byId("text").value = new URLSearchParams(location.hash.slice(1)).get("text") ?? "";
    search();
  } else if (location.hash && byId("text").value) keepInAddress();
}

document.querySelector("main").hidden = false;
head();
todo();
alerts();
contents("accounts", "Accounts", report.accounts.length);
const lists = table(byId("accounts"), { label: "Accounts", columns: ACCOUNTS, rows: report.accounts, by: 2,
  direction: "descending" });
byId("text").addEventListener("input", searched);
byId("clear").addEventListener("click", () => { byId("text").value = ""; searched(); });
addEventListener("hashchange", fromAddress);
search();
fromAddress();
for (const each of SECTIONS) section(...each);
