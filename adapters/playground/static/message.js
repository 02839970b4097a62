// One message of the conversation, drawn anew whenever it changes.
import * as api from "./api.js";
import { clock, icon, make, size } from "./dom.js";

const seconds = (message) => {
  const waited = (new Date(message.judged_at) - new Date(message.edited_at ?? message.at)) / 1000;
  return waited >= 0 && waited < 3600 ? ` in ${waited < 10 ? waited.toFixed(1) : Math.round(waited)} s` : "";
};

export const avatar = (author, extra = "") =>
  make("span", { class: `avatar ${author.persona} ${extra}`.trim(), "aria-hidden": "true" }, [...author.name][0]);

const picture = (image, onLook) => {
  if (!image.shown)
    return make("a", { class: "file", href: image.url, download: image.name },
      icon("note"), make("span", { class: "name" }, image.name), make("span", { class: "muted small" }, size(image.size)));
  const shown = make("img", { src: image.url, alt: image.alt || image.name, loading: "lazy" });
  shown.addEventListener("error", () => frame.classList.add("is-broken"));
  const frame = make("button", { class: "picture", type: "button", "aria-label": `Enlarge ${image.alt || image.name}`, onclick: () => onLook(image) },
    shown, make("span", { class: "picture-broken small" }, `${image.name} cannot be shown`));
  return frame;
};

const shownAnyway = new Set();
// A cover is lifted for this visitor alone, and stays lifted when the message is drawn anew.
const covered = (message, frame) => {
  if (!message.spoiler || shownAnyway.has(message.ref)) return frame;
  const cover = make("button", { class: "cover small", type: "button" }, "Covered by Bifocal. Show it");
  const whole = make("div", { class: "is-covered" }, frame, cover);
  frame.setAttribute("tabindex", "-1");
  cover.addEventListener("click", () => {
    shownAnyway.add(message.ref);
    frame.removeAttribute("tabindex");
    whole.replaceWith(frame);
    frame.focus();
  });
  return whole;
};

const fate = (message, { isModerator, desk }) => {
  if (message.sending) return make("p", { class: "fate" }, make("span", { class: "spinner" }), "posting…");
  if (!message.judged && message.state === "visible")
    return make("p", { class: "fate looking" }, make("span", { class: "looking-eyes", "aria-hidden": "true" }), "being looked at…");
  if (!message.judged) return null;
  const words = message.state === "deleted" ? null
    : message.annotations.length ? "left standing, with a note" : `looked at${seconds(message)}, left standing`;
  const open = isModerator && message.case
    ? make("a", { class: "case-link", href: desk + encodeURIComponent(message.case) }, "Open the case") : null;
  if (!words && !open) return null;
  return make("p", { class: "fate" }, words ? icon("check") : null, words, open);
};

const note = (annotation) =>
  make("div", { class: "annotation" },
    make("span", { class: "annotation-by" }, icon("eye"), "Bifocal"), make("p", { class: "plain-text" }, annotation.text));

const tombstone = (message) => {
  const { by, reason } = message.removal;
  const word = by === "author" ? "Removed by its author." : "Removed by Bifocal";
  return make("p", { class: "tombstone" }, icon(by === "author" ? "cross" : "warn"),
    make("span", {}, word, by === "author" ? null : make("span", { class: "plain-text" }, reason ? `: ${reason}` : ".")));
};

const tools = (message, { onEdit }) =>
  make("div", { class: "tools" },
    make("button", { class: "button quiet small", type: "button", onclick: () => onEdit(message) }, "Edit"),
    make("button", { class: "button quiet small", type: "button", onclick: () =>
      api.remove(message.ref).catch((error) => window.bifocal.toast(error.message, "bad")) }, "Delete"));

const head = (message) =>
  make("div", { class: "message-head" },
    make("strong", { class: "name" }, message.author.name),
    make("span", { class: `who ${message.author.persona}` }, message.author.persona),
    clock(message.at),
    message.edited_at && message.state === "visible" ? make("span", { class: "small muted" }, "edited") : null);

// `view` tells who is looking: their id, whether they moderate, where the desk is, what to call.
export const draw = (message, view) => {
  const gone = message.state === "deleted";
  const own = message.author.id === view.personId && !gone && !message.sending;
  const body = make("div", { class: "message-body" }, head(message));
  if (gone) body.append(tombstone(message));
  else {
    if (message.text) body.append(make("p", { class: "message-text" }, message.text));
    if (message.images.length)
      body.append(make("div", { class: `pictures of-${Math.min(message.images.length, 4)}` }, ...message.images.map((image) => covered(message, picture(image, view.onLook)))));
    if (message.reactions.length)
      body.append(make("p", { class: "reactions", "aria-label": "Reactions by Bifocal" }, message.reactions.join(" ")));
    body.append(...message.annotations.map(note));
  }
  const end = fate(message, view);
  if (end) body.append(end);
  if (own) body.append(tools(message, view));
  return make("li", { class: `message${gone ? " is-gone" : ""}${own ? " is-own" : ""}`, "data-ref": message.ref, "data-state": message.state, "data-judged": String(message.judged) },
    avatar(message.author, gone ? "is-faded" : ""), body);
};

// Words in place of the message until they are saved or given up.
export const editor = (message, onDone) => {
  const box = make("textarea", { class: "textarea", rows: 2, maxlength: 4000, "aria-label": "Edit the message" });
  box.value = message.text;
  const save = async () => {
    try { await api.edit(message.ref, box.value); onDone(); }
    catch (error) { window.bifocal.toast(error.message, "bad"); }
  };
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") onDone();
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); save(); }
  });
  const form = make("div", { class: "editing" }, box, make("div", { class: "row" },
    make("button", { class: "button small primary", type: "button", onclick: save }, "Save"),
    make("button", { class: "button small quiet", type: "button", onclick: onDone }, "Cancel"),
    make("span", { class: "small muted" }, "It will be looked at again.")));
  return { form, focus: () => { box.focus(); box.selectionStart = box.value.length; } };
};
