
// The filters: every word must be somewhere in a finding's texts. They are kept in the page's address, which can be
// sent to others who have the page.
const FILTERS = ["text", "kind", "status", "owner", "from", "to"];
const texts = new Map(report.findings.map((finding) => [finding, [
  finding.name, finding.arn, finding.id, finding.access_key_id, finding.owner, finding.reason, one(finding.kind),
  RISKS.get(finding.risk), ...Object.values(finding.evidence)].join("\n").toLowerCase()]));
const lists = table(byId("findings"), { label: "Findings", columns: COLUMNS, rows: report.findings,
  draw: principal, arranged: byPrincipal, by: 1 });
let found = report.findings;
function filter(to) {
  for (const id of FILTERS) byId(id).value = to[id] ?? "";
  byId("new").checked = to.new ?? false;
  search();
}
function search() {
  const words = byId("text").value.toLowerCase().split(/\s+/).filter(Boolean);
  const kind = byId("kind").value, status = byId("status").value, owner = byId("owner").value, onlyNew = byId("new").checked;
  const from = byId("from").value === "" ? -Infinity : Number(byId("from").value);
  const to = byId("to").value === "" ? Infinity : Number(byId("to").value);
  found = lists.show((finding) => (!kind || finding.kind === kind) && (!status || finding.status === status)
    && (!owner || ownerValue(finding.owner) === owner)
    && (!onlyNew || finding.is_new) && finding.idle_days >= from && finding.idle_days <= to
    && words.every((word) => texts.get(finding).includes(word)));
  put("found", `${number.format(found.length)} of ${count(report.findings.length, "finding", "findings")}`);
}
// An owner may have any name, also that of a choice.
const ownerValue = (owner) => (owner ? `=${owner}` : "none");
const owners = [...new Set(report.findings.map((finding) => finding.owner))]
  .sort((a, b) => Boolean(a) - Boolean(b) || collator.compare(a, b));
function searched() {
  search();
  keepInAddress();
}
function keepInAddress() {
  history.replaceState(null, "", `#${chosen()}`);
}
function chosen() {
  const words = new URLSearchParams(FILTERS.filter((id) => byId(id).value).map((id) => [id, byId(id).value]));
  if (byId("new").checked) words.set("new", "yes");
  return words.toString();
}
function fromAddress() {
  if (!location.hash.includes("=")) {  // The name of a section, which the filters outlive.
    if (location.hash && chosen()) keepInAddress();
    return;
  }
  const { new: fresh, ...rest } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  filter({ ...rest, new: fresh === "yes" });
}
function choose(to) {
  filter(to);
  searched();
  byId("findings").scrollIntoView();
}
function filters() {
  for (const kind of KINDS) byId("kind").append(el("option", { value: kind }, many(kind)));
  for (const status of ["stale", "never_used"]) byId("status").append(el("option", { value: status }, plain(status)));
  for (const owner of owners) byId("owner").append(el("option", { value: ownerValue(owner) }, owner ?? "no owner"));
  byId("owner").parentElement.hidden = !tellsOwners;
  byId("filters").addEventListener("input", searched);
  byId("clear").addEventListener("click", () => { filter({}); searched(); });
  byId("copy-all").addEventListener("click", () => copy(byId("copy-all"), block(found)));
  byId("download").addEventListener("click", download);
  addEventListener("hashchange", fromAddress);
  const narrow = matchMedia("(max-width: 48rem)");
  const fold = () => { byId("filters").open = !narrow.matches; };
  narrow.addEventListener("change", fold);
  fold();
  const isClean = report.findings.length === 0;
  for (const each of document.querySelectorAll("#filters, #bar, #findings > .scroll")) each.hidden = isClean;
  byId("clean").hidden = !isClean || report.is_empty;
  put("clean", `Nothing is stale${report.gaps.length ? " among what was checked" : ""}.`);
}

// As report.csv has them, those that are shown.
const CELLS = ["account", "kind", "name", "arn", "id", "access_key_id", "owner", "status", "created",
  "last_used", "last_used_source", "idle_days", "threshold_days", "first_flagged", "reason", "event_source", "event_name", "event_id",
  "region", "source_ip", "user_agent", "commands", "finding_id"];
function asCsv(findings) {
  const rows = findings.map((finding) => {
    const flat = { ...finding.evidence, ...finding, commands: finding.commands.join(" && ") };
    return CELLS.map((column) => flat[column] ?? "");
  });
  return [CELLS, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}
function cell(value) {
  // A spreadsheet would take what begins so for a formula.
  const text = typeof value === "string" && /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
function download() {
  const address = URL.createObjectURL(new Blob([asCsv(found)], { type: "text/csv" }));
  el("a", { href: address, download: `iam-findings-${report.account}-${report.at.slice(0, 10)}.csv` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
