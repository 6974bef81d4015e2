
// The first screen: whose report this is, the numbers, how they went, and what makes the report less than whole.
function head() {
  const { account, alias, at, thresholds, previous } = report;
  const days = new Set(Object.values(thresholds)).size === 1 ? count(thresholds.user, "day", "days")
    : `so many days: ${KINDS.map((kind) => `${many(kind).toLowerCase()} ${thresholds[kind]}`).join(", ")}`;
  document.title = visible(`IAM last activity: ${alias ? `${alias} (${account})` : account}, ${at.slice(0, 10)}`);
  put("account", alias ? [el("span", {}, alias), " ", el("small", {}, account)] : account);
  put("about", `IAM last activity, ${minute(at)}. `,
    previous ? `Compared with the report of ${minute(previous)}. ` : "The first report: nothing to compare with. ",
    `Stale: no use known to CloudTrail or IAM for ${days}.`);
  root();
  tiles();
  trend();
  alerts();
}
function root() {
  if (!report.root) return;
  const { last_used: used, last_refused: refused, access_keys: keys, is_known: isKnown } = report.root;
  byId("about").after(el("p", { class: keys ? "loud" : "soft" },
    `Root user: ${used ? `last used ${used.slice(0, 10)}` : isKnown ? "no use on record" : "its last use is not known"}, `,
    refused > (used ?? "") ? `last refused ${refused.slice(0, 10)}, ` : "",
    keys === null ? "whether it has access keys is not known."
      : keys ? `${count(keys, "active access key: delete it", "active access keys: delete them")}.` : "no access keys."));
}
function tiles() {
  const fresh = report.findings.filter((finding) => finding.is_new).length;
  put("tiles", tile("new", fresh), tile("still open", report.findings.length - fresh),
    tile("resolved", report.resolved.length), tile("not checked", report.gaps.length));
}

// One line each, which opens; that events do not arrive is open already.
function alerts() {
  if (report.is_empty) {
    byId("alerts").append(el("p", { class: "alert loud" },
      "Nothing could be read of this account, and nothing was judged."));
  }
  if (report.basis) byId("alerts").append(el("p", { class: "alert" }, report.basis));
  banner("Events are not arriving as they should", report.warnings.map((text) => el("li", {}, text)), true);
  const { notes, gaps, missed, lapses } = report;
  const numbers = joined([gaps.length && `${number.format(gaps.length)} not checked`,
    missed.length && count(missed.length, "missed event", "missed events"),
    lapses.length && count(lapses.length, "exemption to look at", "exemptions to look at"),
    notes.length && count(notes.length, "note", "notes")], ", ");
  const more = (id, total, words) => (total > 0
    ? el("li", {}, el("a", { href: `#${id}` }, `${words} ${number.format(total)}`)) : null);
  banner(`To fix in the tracker: ${numbers}`, [
    ...notes.map((text) => el("li", {}, text)),
    ...gaps.slice(0, 10).map((gap) => el("li", {}, `${gap.what}: ${joined([gap.reason, gap.fix && `fix: ${gap.fix}`], "; ")}`)),
    more("gaps", gaps.length - 10, "more not checked:"), more("missed", missed.length, "missed events:"),
    more("lapses", lapses.length, "exemptions to look at:")].filter(Boolean), false);
}
