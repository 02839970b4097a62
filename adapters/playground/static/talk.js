// The conversation of one channel: keeps its place, its newest message in sight, and its drafts.
import { byId, make } from "./dom.js";
import { draw, editor } from "./message.js";

const DISSOLVE = 700;

export const conversation = (view) => {
  const list = byId("talk"), frame = byId("talk-scroll"), newer = byId("newer");
  const known = new Map();
  const ghosts = new Map();
  let channel = "general", editing = null;

  const atEnd = () => frame.scrollHeight - frame.scrollTop - frame.clientHeight < 80;
  const toEnd = () => { frame.scrollTop = frame.scrollHeight; newer.hidden = true; };
  const element = (ref) => list.querySelector(`[data-ref="${CSS.escape(ref)}"]`);
  // A screen reader hears new messages; what became of them is told by the strip, once.
  const quietly = (act) => {
    const log = byId("talk-log");
    log.setAttribute("aria-live", "off");
    act();
    requestAnimationFrame(() => requestAnimationFrame(() => log.removeAttribute("aria-live")));
  };
  const swap = (old, message) => {
    const held = old?.contains(document.activeElement);
    quietly(() => old?.replaceWith(place(message)));
    if (held) byId("text").focus();
  };
  const settleEmpty = () => { byId("talk-empty").hidden = list.childElementCount > 0; };

  const place = (message) => {
    const fresh = draw(message, view());
    // Pictures that arrive late must not push the newest words out of sight.
    for (const image of fresh.querySelectorAll("img"))
      image.addEventListener("load", () => { if (newer.hidden) toEnd(); }, { once: true });
    return fresh;
  };

  const forget = (ref) => {
    ghosts.delete(ref);
    element(ref)?.remove();
    settleEmpty();
  };

  const upsert = (message) => {
    const before = known.get(message.ref);
    known.set(message.ref, message);
    if (message.channel !== channel) return;
    const old = element(message.ref), stay = atEnd();
    if (!old) {
      // It may be told to everyone before its author's own request is answered.
      for (const one of ghosts.values())
        if (one.author.id === message.author.id && one.text === message.text) { forget(one.ref); break; }
      list.append(place(message));
      if (stay) toEnd();
      else newer.hidden = false;
    } else if (before?.state === "visible" && message.state === "deleted") dissolve(old, message);
    else if (editing !== message.ref || message.state === "deleted") {
      swap(old, message);
      if (stay) toEnd();
    }
    settleEmpty();
  };

  const dissolve = (old, message) => {
    editing = null;
    old.classList.add("is-dissolving");
    setTimeout(() => swap(element(message.ref), known.get(message.ref)), DISSOLVE);
  };

  const redraw = () => {
    editing = null;
    const mine = [...known.values(), ...ghosts.values()].filter((message) => message.channel === channel);
    quietly(() => list.replaceChildren(...mine.map(place)));
    settleEmpty();
    toEnd();
  };

  const edit = (message) => {
    const body = element(message.ref)?.querySelector(".message-body");
    if (!body) return;
    if (editing) finish(editing);
    editing = message.ref;
    const { form, focus } = editor(message, () => finish(message.ref));
    body.querySelector(".message-text")?.remove();
    body.querySelector(".tools")?.remove();
    body.querySelector(".message-head").after(form);
    focus();
  };
  const finish = (ref) => {
    editing = null;
    swap(element(ref), known.get(ref));
    byId("text").focus();
  };

  const ghost = (message) => {
    ghosts.set(message.ref, message);
    list.append(place(message));
    settleEmpty();
    toEnd();
    return () => forget(message.ref);
  };

  newer.addEventListener("click", toEnd);
  frame.addEventListener("scroll", () => { if (atEnd()) newer.hidden = true; });

  return {
    upsert, redraw, edit, ghost, toEnd,
    all: () => [...known.values()],
    load: (messages) => { known.clear(); for (const message of messages) known.set(message.ref, message); redraw(); },
    show: (name) => { channel = name; redraw(); },
    channel: () => channel,
    lastOf: (personId) => [...known.values()].filter((m) => m.author.id === personId && m.channel === channel && m.state === "visible").at(-1),
  };
};

export const channelList = (names, current, unread, onChoose) =>
  names.map((name) => make("li", {}, make("button", {
    type: "button", class: "channel", "aria-current": name === current ? "true" : null, onclick: () => onChoose(name),
  }, make("span", { "aria-hidden": "true" }, "#"), name, unread.get(name) ? make("span", { class: "count" }, String(unread.get(name))) : null)));
