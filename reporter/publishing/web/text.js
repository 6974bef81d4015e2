
"use strict";
// What everything on the page is made of: words, and elements that hold nothing but text.
const report = JSON.parse(document.getElementById("report").textContent);
const byId = (id) => document.getElementById(id);
addEventListener("error", (event) => { if (event.error) byId("broken").hidden = false; });
const KINDS = ["user", "password", "access_key", "role"];
const STATUSES = ["stale", "never_used", "dormant", "snoozed", "unknown", "exempt", "active"];
const WORDS = new Map(Object.entries({
  user: "Users", password: "Passwords", access_key: "Access keys", role: "Roles",
  service_linked_role: "service-linked roles", identity_center_role: "Identity Center roles",
  disabled_key: "disabled access keys", undated_credential: "credentials without a recorded last use",
  cloudtrail: "CloudTrail", iam: "IAM",
}));
const ONE = new Map(Object.entries({
  user: "User", password: "Password", access_key: "Access key", role: "Role",
  service_linked_role: "service-linked role", identity_center_role: "Identity Center role",
  disabled_key: "disabled access key", undated_credential: "credential without a recorded last use",
  service_specific_credential: "Service-specific credential", ssh_public_key: "SSH public key",
  signing_certificate: "Signing certificate",
}));
const plain = (name) => String(name).replaceAll("_", " ");
const many = (name) => WORDS.get(name) ?? plain(name);
const one = (name) => ONE.get(name) ?? plain(name);

// Names come from whoever made them. What has no shape of its own, or turns text around, is shown by its number.
const visible = (text) => String(text).replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu,
  (sign) => `\u2039U+${sign.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}\u203a`);

// The only ways by which anything gets into the page: as text, or as the value of an attribute named here.
const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const drawn = (tag, attributes, ...children) =>
  fill(document.createElementNS(byId("bars").namespaceURI, tag), attributes, children);
function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) node.setAttribute(name, visible(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== "")
    .map((child) => (child instanceof Node ? child : visible(child))));
  return node;
}
function put(id, ...children) {
  byId(id).replaceChildren();
  return fill(byId(id), {}, children);
}
// The report has no links but those to the AWS console.
const inConsole = (address, words = "console") => (address
  ? el("a", { class: "console", href: address, target: "_blank", rel: "noopener noreferrer" }, words) : null);

const number = new Intl.NumberFormat("en");
const count = (total, word, words) => `${number.format(total)} ${total === 1 ? word : words}`;
const minute = (time) => `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`;
const day = (time) =>
  (time ? el("time", { datetime: time, title: time }, time.slice(0, 10)) : el("small", {}, "\u2013"));
const badge = (status) => el("span", { class: `badge ${status}` }, plain(status));
const service = (source) => (source ?? "").replace(/\.amazonaws\.com(\.cn)?$/, "");
const joined = (parts, between = " ") => parts.filter(Boolean).join(between);

async function copy(button, text) {
  const label = button.dataset.label ??= button.textContent;
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {  // Some browsers keep the clipboard from a page opened as a file, and copy a selection all the same.
    const area = document.body.appendChild(el("textarea", {}));
    area.value = text;
    area.select();
    done = document.execCommand("copy");
    area.remove();
  }
  button.textContent = done ? "Copied" : "Not allowed: select and copy by hand";
  setTimeout(() => { button.textContent = label; }, 2000);
}
