
// What to do: the findings by principal, the most dangerous first. A line each; evidence, reason and commands when
// it is opened. Below a user stand its credentials, whether it is a finding itself or not.
const RISKS = new Map(Object.entries({
  administrator: "administrator", access_key: "works from anywhere", password: "opens the console", user: "", role: "",
}));
const isCredential = (row) => row.kind === "password" || row.kind === "access_key";
const tellsOwners = (report.owner_tags ?? []).length > 0;
const COLUMNS = [
  { title: "Name", class: "long", value: (finding) => finding.name, cell: name },
  { title: "Risk", value: (finding) => finding.priority,
    cell: why },
  { title: "Status", value: (finding) => `${finding.status} ${finding.is_new ? 0 : 1}`,
    cell: (finding) => (finding.status
      ? [badge(finding.status), " ", finding.is_new ? el("span", { class: "badge new" }, "new") : ""]
      : el("small", {}, "not flagged")) },
  { title: "Idle days", class: "number", first: "descending", value: (finding) => finding.idle_days,
    cell: (finding) => (finding.status ? number.format(finding.idle_days) : null) },
  { title: "Last used", class: "date", value: (finding) => finding.last_used,
    cell: (finding) => (!finding.status ? null : finding.last_used
      ? [day(finding.last_used), el("small", {}, ` ${many(finding.last_used_source)}`)] : el("small", {}, "none on record")) },
  { title: "Last year", value: (finding) => offsets(finding.days).length || null, first: "descending", cell: strip },
  { title: "Last event", class: "long", value: eventOf },
  { title: "From", class: "name", value: ({ evidence }) =>
    joined([evidence?.region ?? evidence?.last_used_region, evidence?.source_ip]), cell: from },
  { title: "First flagged", class: "date", first: "descending", value: (finding) => finding.first_flagged,
    cell: (finding) => (finding.status ? day(finding.first_flagged) : null) },
  ...(tellsOwners ? [{ title: "Owner", class: "long", value: (finding) => finding.owner,
    cell: (finding) => (finding.status ? finding.owner ?? el("small", {}, "none") : null) }] : []),
];
function why({ risk, is_administrator: isAdministrator }) {
  const words = RISKS.get(risk) || (isAdministrator ? "administrator" : "");
  return words ? el("span", { class: words === "administrator" ? words : null }, words) : null;
}
function eventOf({ evidence = {} }) {
  const event = joined([service(evidence.event_source), evidence.event_name]) || evidence.last_used_service || "";
  return joined([event, evidence.error_code && `(${evidence.error_code})`]);
}
function from({ evidence = {} }) {
  const region = evidence.region ?? evidence.last_used_region;
  return [region, region && evidence.source_ip ? el("br", {}) : null, evidence.source_ip];
}
function name(row) {
  if (!row.status) return [el("span", { class: "whose" }, row.name), el("small", {}, " user"), inConsole(row.console)];
  const opens = el("button", { type: "button", class: "plain opens", "aria-expanded": "false", onclick: toggle },
    isCredential(row) ? one(row.kind) : el("span", { class: "whose" }, row.name));
  return isCredential(row) ? [opens, row.access_key_id && [" ", el("code", {}, row.access_key_id)]].flat()
    : [opens, el("small", {}, ` ${one(row.kind).toLowerCase()}`), inConsole(row.console)];
  function toggle() {
    const isOpen = opens.getAttribute("aria-expanded") === "true";
    opens.setAttribute("aria-expanded", String(!isOpen));
    const shown = opens.closest("tr");
    if (isOpen) shown.nextSibling.remove();
    else shown.after(line(el("td", { role: "cell", colspan: COLUMNS.length }, detail(row)), { class: "detail" }));
  }
}

// By principal, in the order of the first of its findings; the user itself goes before its credentials.
function byPrincipal(findings) {
  const those = new Map();
  for (const finding of findings) {
    if (!those.has(finding.arn)) those.set(finding.arn, []);
    those.get(finding.arn).push(finding);
  }
  return [...those.values()].map((group) => {
    const [{ arn, name: whose, console: address }] = group;
    const itself = group.find((each) => !isCredential(each)) ?? { arn, name: whose, console: address };
    return [itself, ...group.filter(isCredential)];
  });
}
function principal(group) {
  const drawnRows = document.createDocumentFragment();
  for (const row of group) {
    drawnRows.append(line(COLUMNS.map(cellOf(row)), { class: isCredential(row) ? "credential" : "principal" }));
  }
  return drawnRows;
}

function detail(finding) {
  const { evidence } = finding;
  const lines = [
    ["Why", finding.reason], ["ARN", finding.arn], ["Unique id", finding.id], ["Access key", finding.access_key_id],
    ["Account", finding.account], ["Owner", finding.owner], ["Created", finding.created], ["Days", finding.days_in_words],
    ["CloudTrail saw it", evidence.last_seen ?? "never"],
    ["IAM says", joined([evidence.last_used ?? "no use", evidence.last_used_service, evidence.last_used_region], ", ")],
    ["Event", joined([evidence.event_source, evidence.event_name, evidence.event_id])],
    ["Refused with", evidence.error_code], ["Region", evidence.region], ["Address", evidence.source_ip],
    ["User agent", evidence.user_agent], ["Seen as", evidence.facet],
    ["Threshold", count(finding.threshold_days, "day", "days")], ["First flagged", finding.first_flagged],
  ];
  return [
    el("dl", {}, lines.filter(([, text]) => text)
      .flatMap(([title, text]) => [el("dt", {}, title), el("dd", {}, text)])),
    ...finding.steps.flatMap(step),
  ];
}
function step({ command, undo, ask_first: askFirst }) {
  const button = el("button", { type: "button", class: "copy", onclick: () => copy(button, visible(command)) }, "Copy");
  const what = / put-(user|role)-policy /.test(command)
    ? "To deny it everything (the finding stays open until it is deleted or exempt):"
    : undo ? `To disable ${/ --[a-z-]+-id (\S+)/.exec(command)?.[1] ?? "it"}:` : "To delete the password for good:";
  const told = askFirst ? `Ask the owner first, since AWS does not record its use. ${what}` : what;
  return [el("p", { class: "soft" }, told, " ", button), el("pre", {}, command),
    el("p", { class: "soft" }, undo ? "To undo that:" : "This cannot be undone: a new password would have to be set."),
    undo ? el("pre", {}, undo) : null];
}

// One block that stops in any other account. What cannot be undone, or needs the owner's word, is left out.
function block(findings) {
  const steps = findings.flatMap((finding) => finding.steps);
  const commands = (those) => [...new Set(those.map(({ command }) => visible(command)))];
  const runs = commands(steps.filter((each) => each.undo && !each.ask_first));
  const others = commands(steps.filter((each) => !each.undo || each.ask_first));
  return [
    "( set -e", `test "$(aws sts get-caller-identity --query Account --output text)" = ${visible(report.account)}`
      + " || { echo 'another account: nothing was done' >&2; exit 1; }",
    ...runs, ")", ...(others.length ? ["# Left out: these cannot be undone, or need the owner's word."] : []),
    ...others.map((command) => `# ${command}`)].join("\n");
}
