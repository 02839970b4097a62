// Where a visitor writes: words, pictures by paste, drag or choice, and the lock of a timeout.
import * as api from "./api.js";
import { byId, countdown, icon, make, size } from "./dom.js";

const MOST = 10, HEAVIEST = 20 * 1024 * 1024;

export const composer = ({ person, channel, ghost, onEditLast }) => {
  const form = byId("composer"), text = byId("text"), files = byId("files"), previews = byId("previews");
  const box = byId("write-box"), locked = byId("locked"), zone = byId("dropzone");
  let pictures = [], lock = null;

  const fit = () => { text.rows = Math.min(8, Math.max(1, text.value.split("\n").length)); };

  const show = () => {
    previews.hidden = pictures.length === 0;
    previews.replaceChildren(...pictures.map((picture) => make("li", { class: "preview" },
      make("img", { src: picture.url, alt: "" }),
      make("div", { class: "preview-words" },
        make("span", { class: "name small" }, picture.file.name), make("span", { class: "small muted" }, size(picture.file.size)),
        describe(picture)),
      make("button", { class: "button quiet icon-only", type: "button", "aria-label": `Remove ${picture.file.name}`, onclick: () => drop(picture) }, icon("cross")))));
  };
  const describe = (picture) => {
    const input = make("input", { class: "input", maxlength: 1000, placeholder: "Describe it (optional)", "aria-label": `Description of ${picture.file.name}` });
    input.value = picture.alt;
    input.addEventListener("input", () => { picture.alt = input.value; });
    return input;
  };
  const drop = (picture) => {
    URL.revokeObjectURL(picture.url);
    pictures = pictures.filter((other) => other !== picture);
    show();
    text.focus();
  };
  const add = (chosen) => {
    for (const file of chosen) {
      if (pictures.length >= MOST) return window.bifocal.toast(`At most ${MOST} pictures in one post.`, "bad"), show();
      if (file.size > HEAVIEST) window.bifocal.toast(`${file.name} is larger than ${size(HEAVIEST)}.`, "bad");
      else pictures.push({ file, url: URL.createObjectURL(file), alt: "" });
    }
    show();
    text.focus();
  };

  const draft = (who) => ({
    ref: `ghost-${Math.random()}`, sending: true, channel: channel(), author: who, text: text.value,
    images: pictures.map(({ file, url, alt }) => ({ url, name: file.name, alt, size: file.size, shown: true })),
    at: new Date().toISOString(), state: "visible", judged: false, annotations: [], reactions: [], spoiler: false, case: null, removal: null,
  });
  const packed = (who) => {
    const body = new FormData();
    body.set("persona", who.persona);
    body.set("channel", channel());
    body.set("text", text.value);
    for (const { file, alt } of pictures) { body.append("image", file, file.name); body.append("alt", alt); }
    return body;
  };

  const send = async () => {
    const who = person();
    if (lock || (!text.value.trim() && !pictures.length)) return text.focus();
    const kept = { words: text.value, pictures }, body = packed(who), vanish = ghost(draft(who));
    text.value = ""; pictures = []; fit(); show();
    try {
      await api.post(body);
      for (const { url } of kept.pictures) setTimeout(() => URL.revokeObjectURL(url), 5000);
    } catch (error) {
      // Nothing that was written is lost because the server would not have it.
      if (!text.value) text.value = kept.words;
      pictures = [...kept.pictures, ...pictures];
      fit(); show();
      window.bifocal.toast(error.message, "bad");
    } finally {
      vanish();
    }
  };

  const tick = () => {
    const left = lock ? new Date(lock.until) - Date.now() + lock.skew : 0;
    if (left <= 0) lock = null;
    locked.hidden = !lock;
    box.classList.toggle("is-locked", Boolean(lock));
    for (const control of [text, files, byId("send")]) control.disabled = Boolean(lock);
    if (!lock) return;
    byId("locked-word").textContent = `${person().name} is timed out for ${countdown(left)}.`;
    byId("locked-why").textContent = lock.reason ? `Why: ${lock.reason}` : "";
  };
  setInterval(tick, 1000);

  form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
  text.addEventListener("input", fit);
  text.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); send(); }
    if (event.key === "ArrowUp" && !text.value && onEditLast()) event.preventDefault();
  });
  files.addEventListener("change", () => { add([...files.files]); files.value = ""; });
  document.addEventListener("paste", (event) => {
    const pasted = [...event.clipboardData.files].filter((file) => file.type.startsWith("image/"));
    if (pasted.length && !lock) { event.preventDefault(); add(pasted); }
  });
  const carries = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  document.addEventListener("dragover", (event) => { if (carries(event)) { event.preventDefault(); zone.classList.add("is-over"); } });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) zone.classList.remove("is-over"); });
  document.addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    zone.classList.remove("is-over");
    if (!lock) add([...event.dataTransfer.files]);
  });

  return { setLock: (until, reason, skew) => { lock = until ? { until, reason, skew } : null; tick(); } };
};
