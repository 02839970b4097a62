// The room's page: who is looking, at which channel, and what happens meanwhile.
import { composer } from "./composer.js";
import { byId, icon, make } from "./dom.js";
import { drawer } from "./examples.js";
import { follow } from "./live.js";
import { avatar } from "./message.js";
import { moderators } from "./moderators.js";
import { strip } from "./strip.js";
import { channelList, conversation } from "./talk.js";

const desk = byId("room").dataset.desk;
const people = new Map();
const unread = new Map();
const notes = new Map();
let channels = [], me = "nova", skew = 0;

const person = () => people.get(me) ?? { id: me, name: "", persona: "newcomer" };
const look = (image) => {
  byId("lightbox-picture").src = image.url;
  byId("lightbox-picture").alt = image.alt || image.name;
  byId("lightbox").showModal();
};
byId("lightbox").addEventListener("click", () => byId("lightbox").close());

const view = () => ({ personId: me, isModerator: person().persona === "moderator", desk, onEdit: talk.edit, onLook: look });
const talk = conversation(view);
const says = strip();
const log = moderators(() => people, () => skew);
const write = composer({
  person, channel: talk.channel, ghost: talk.ghost,
  onEditLast: () => { const last = talk.lastOf(me); if (last) talk.edit(last); return Boolean(last); },
});

const lock = () => write.setLock(person().timed_out_until, person().timeout_reason, skew);

const choose = (name) => {
  unread.delete(name);
  talk.show(name);
  byId("channels").replaceChildren(...channelList(channels, name, unread, choose));
  byId("text").placeholder = `Write in #${name}`;
};

// Only the person a note is for sees it.
const keep = (note) => !notes.has(note.id) && Boolean(notes.set(note.id, note));
const drawNotes = () => {
  const mine = [...notes.values()].filter((note) => note.author === me);
  byId("notes").hidden = !mine.length;
  byId("notes").replaceChildren(...mine.slice(-1).map((note) => make("div", { class: "annotation" },
    make("span", { class: "annotation-by" }, icon("eye"), "Bifocal, to you alone"), make("p", { class: "plain-text" }, note.text))));
};

const become = (id) => {
  me = id;
  drawNotes();
  try { sessionStorage.setItem("playground-me", id); } catch { /* private mode: until the page goes */ }
  lock();
  talk.redraw();
};

const drawPeople = () => {
  byId("personas").replaceChildren(byId("personas").firstElementChild, ...[...people.values()].map((one) => {
    const input = make("input", { class: "visually-hidden", type: "radio", name: "persona", value: one.id, onchange: () => become(one.id) });
    input.checked = one.id === me;
    return make("label", { class: `persona ${one.persona}` }, input, avatar(one),
      make("span", { class: "persona-words" }, make("strong", {}, one.name), make("span", { class: "small persona-about" }, one.about), make("span", { class: "small persona-kind" }, one.persona)));
  }));
};

const verdict = (before, after) => {
  const who = after.author.name;
  if (after.removal?.by === "moderation" && before?.state !== "deleted") return `Removed a post by ${who}.`;
  if (before?.removal && !after.removal) return `Restored a post by ${who}.`;
  if (after.annotations.length > (before?.annotations.length ?? 0)) return `Left a note beneath ${who}’s post.`;
  if (after.judged && !before?.judged && !after.removal) return `Looked at ${who}’s post and left it standing.`;
  return "";
};

const seen = new Map();
const onMessage = (message) => {
  const before = seen.get(message.ref), word = verdict(before, message);
  seen.set(message.ref, message);
  if (!before && message.channel !== talk.channel()) {
    unread.set(message.channel, (unread.get(message.channel) ?? 0) + 1);
    byId("channels").replaceChildren(...channelList(channels, talk.channel(), unread, choose));
  }
  talk.upsert(message);
  if (word) says.tell(word);
  says.count([...seen.values()]);
};

follow({
  onRoom: (room, messages) => {
    skew = Date.now() - new Date(room.now);
    for (const one of room.personas) people.set(one.id, one);
    try { me = people.has(sessionStorage.getItem("playground-me")) ? sessionStorage.getItem("playground-me") : me; } catch { /* private mode */ }
    channels = room.channels;
    seen.clear();
    for (const message of messages) seen.set(message.ref, message);
    drawPeople();
    talk.load(messages);
    choose(talk.channel());
    log.load(room.cards);
    notes.clear();
    room.notes.forEach(keep);
    drawNotes();
    says.count(messages);
    lock();
  },
  onMessage,
  onCard: log.upsert,
  onNote: (note) => { if (keep(note) && note.author === me) says.tell("Bifocal wrote to you."); drawNotes(); },
  onTimeout: ({ author, until, reason }) => {
    const one = people.get(author);
    if (!one) return;
    Object.assign(one, { timed_out_until: until, timeout_reason: reason });
    log.timeouts();
    lock();
  },
  onState: says.state,
});
drawer({
  onPosted: (message) => { if (message.channel !== talk.channel()) choose(message.channel); },
  onAll: talk.toEnd,
}).catch((error) => window.bifocal.toast(error.message, "bad"));
