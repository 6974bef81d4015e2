
// What else the report knows: a section for each list that is not empty.
const who = { title: "Name", class: "long", value: (each) => each.name, cell: (each) =>
  [each.name, each.access_key_id && [" ", el("code", {}, each.access_key_id)]].flat() };
const what = { title: "Kind", value: (each) => KINDS.indexOf(each.kind), cell: (each) => one(each.kind) };
const dated = (title, name) => ({ title, class: "date", value: (each) => each[name], cell: (each) => day(each[name]) });
const told = (title, name) => ({ title, class: "long", value: (each) => each[name] });
const region = { title: "Region", class: "name", value: (each) => each.region };
// What became of a finding, in the words of the mail.
const OUTCOMES = new Map(Object.entries({
  used: "used again", refused: "attempted again, and refused,", renewed: "set anew, or has a newer credential that is not used yet",
  exempt: "exempt by tag", dormant: "dormant, used rarely and regularly", disabled: "disabled", deleted: "deleted", within_limit: "within the threshold as it is now",
  not_told: "unclear whose it was: several users had that name",
}));
const outcome = (how) => OUTCOMES.get(how) ?? plain(how);
const again = (how, at) => at && `${outcome(how)} on ${at.slice(0, 10)}`;
const became = ({ how, used, refused, then }) => joined([
  joined([again("refused", refused), again("used", used)], " after being ") || outcome(how),
  then && `and ${outcome(then)} since`], ", ");
const SECTIONS = [
  ["resolved", "Resolved since the last report", "", [who, what, { title: "Outcome", class: "long", value: became },
    dated("Idle since", "since"), dated("First flagged", "first_flagged")]],
  ["missed", "Missed events", "IAM saw these uses, and no event of them came from CloudTrail.",
    [who, what, dated("Used, says IAM", "used"), region, told("Service", "service"),
      dated("CloudTrail saw it", "seen"), told("Likely cause", "cause"), told("Fix", "fix")]],
  ["dormant", "Dormant, not flagged", "Idle beyond the threshold, but used rarely and regularly, and not overdue.",
    [who, what, { title: "Idle days", class: "number", first: "descending", value: (each) => each.idle_days },
      dated("Last used", "last_used"), { title: "Every", class: "number", value: (each) => each.rhythm_days,
        cell: (each) => count(each.rhythm_days, "day", "days") },
      dated("Next expected", "expected_by"), dated("Stale from", "stale_from"),
      { title: "Last year", value: (each) => offsets(each.days).length || null, cell: strip }]],
  ["quarantine", "Quarantine", "What is disabled or announced, and what has ended since the last report.",
    [who, what, { title: "Step", value: (each) => plain(each.step) }, dated("Since", "since"), dated("Due", "due"),
      dated("Tried since", "tried"), told("Reason", "reason"), { title: "Undo", class: "long",
        value: (each) => each.undo[0], cell: (each) => (["disabled", "acting"].includes(each.step)
          ? el("code", {}, each.undo[0]) : "") }]],
  ["snoozed", "Snoozed", "Findings that somebody asked to leave alone. lastseen unsnooze ends that.",
    [who, what, { title: "Would be", value: (each) => plain(each.would_be) },
      { title: "Idle days", class: "number", first: "descending", value: (each) => each.idle_days },
      dated("Until", "until"), told("Reason", "reason"), told("Asked by", "asked_by"), told("Finding", "finding_id")]],
  ["exempt", "Exempt by tag", "", [who, what, { title: "Would be", value: (each) => plain(each.would_be) },
    { title: "Idle days", class: "number", first: "descending", value: (each) => each.idle_days },
    told("Reason", "reason"), dated("Until", "until")]],
  ["lapses", "Exemptions to look at", "So that the list stays clean.",
    [told("Principal", "arn"), told("Why", "why"), told("Fix", "fix")]],
  ["gaps", "Not checked", "", [told("What", "what"), told("Reason", "reason"), told("Fix", "fix")]],
  ["disabled_keys", "Disabled access keys", "Nobody can act with these; delete what is not needed again.",
    [told("User", "name"), { title: "Access key", value: (each) => each.access_key_id,
      cell: (each) => el("code", {}, each.access_key_id) }]],
  ["undated_credentials", "Last use not recorded", "AWS does not say when these credentials were last used.",
    [told("User", "user"), { title: "Kind", value: (each) => one(each.kind) },
      { title: "Id", class: "long", value: (each) => each.id, cell: (each) => (each.id ? el("code", {}, each.id) : "") },
      told("Service", "service"), { title: "Status", value: (each) => each.status.toLowerCase() },
      dated("Created", "created"), { title: "Age in days", class: "number", first: "descending",
        value: (each) => each.age_days }, dated("Expires", "expires")]],
  ["heard", "Regions", "Where events came from, and when the tracker last tested that they do.",
    [region, dated("First event", "since"), dated("Last event", "until"),
      dated("Tested", "canary_sent"), dated("Test came back", "canary_back"),
      { title: "By", value: roads }, { title: "State", value: (each) => plain(each.state) }]],
];
function roads(region) {
  const names = { events: "EventBridge", logs: "log files" };
  return Object.entries(region.roads || {}).map(([road, how]) => `${names[road]}, ${late(how.delay_seconds)} late`).join("; ");
}
function late(seconds) {
  if (seconds < 60) return `${seconds} s`;
  return seconds < 7200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
}
function sections() {
  if (report.findings.length) contents("findings", "What to do", report.findings.length);
  byOwner();
  for (const [id, title, about, columns] of SECTIONS) {
    const rows = report[id];
    if (rows.length) table(section(id, title, about), { label: title, columns, rows });
    if (rows.length) contents(id, title, rows.length);
  }
  judged();
}
// What has no owner is told first.
function byOwner() {
  if (!tellsOwners || !report.findings.length) return;
  const rows = owners.map((owner) => {
    const those = report.findings.filter((finding) => finding.owner === owner);
    return { owner, total: those.length, fresh: those.filter((finding) => finding.is_new).length };
  });
  const total = (title, name) => ({ title, class: "number", first: "descending", value: (row) => row[name],
    cell: (row) => number.format(row[name]) });
  table(section("owners", "By owner", `An owner is the value of the first of these tags: ${report.owner_tags.join(", ")}.`), {
    label: "By owner", rows, by: 1, direction: "descending",
    arranged: (those) => [...those.filter((row) => !row.owner), ...those.filter((row) => row.owner)],
    columns: [{ title: "Owner", class: "long", value: (row) => row.owner, cell: (row) => el("button", { type: "button",
      class: "plain", onclick: () => choose({ owner: ownerValue(row.owner) }) }, row.owner ?? "no owner") },
    total("Findings", "total"), total("New", "fresh")] });
  contents("owners", "By owner", owners.length);
}
function contents(id, title, total) {
  byId("contents").append(el("span", {}, el("a", { href: `#${id}` }, title), total ? ` ${number.format(total)}` : ""));
}
function section(id, title, about) {
  const made = el("section", { id }, el("h2", {}, title),
    about ? el("p", { class: "soft" }, about) : null);
  document.querySelector("main").append(made);
  return made;
}
function judged() {
  const left = Object.entries(report.counts.left_out).filter(([, total]) => total)
    .map(([what, total]) => `${number.format(total)} ${total === 1 ? one(what) : many(what)}`);
  const jump = (kind, status) => {
    const total = report.counts[kind][status];
    return total && ["stale", "never_used"].includes(status)
      ? el("button", { type: "button", class: `plain ${status}`, onclick: () => choose({ kind, status }) }, number.format(total))
      : el("span", { class: total ? status : "none" }, number.format(total));
  };
  fill(section("judged", "What was judged", ""), {}, [
    el("div", { class: "scroll", role: "region", "aria-label": "Counts by kind", tabindex: 0 },
      el("table", { class: "counts" }, el("thead", {}, el("tr", {}, el("td", {}), STATUSES.map((status) =>
        el("th", { scope: "col", class: "number" }, plain(status))))),
      el("tbody", {}, KINDS.map((kind) => el("tr", {}, el("th", { scope: "row" }, many(kind)),
        STATUSES.map((status) => el("td", { class: "number", role: "cell", "data-title": plain(status) }, jump(kind, status)))))))),
    left.length ? el("p", { class: "soft" }, `Left out: ${left.join(", ")}.`) : null]);
  contents("judged", "What was judged");
}

document.querySelector("main").hidden = false;
head();
filters();
search();
fromAddress();
sections();
