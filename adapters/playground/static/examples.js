// The drawer of bundled examples: one click posts one, another posts them all.
import * as api from "./api.js";
import { byId, icon, make } from "./dom.js";

const outcomes = { removed: ["severe", "should be removed"], annotated: ["medium", "should get a note"], reviewed: ["open", "should reach a moderator"], stays: ["good", "should stay"] };
const GAP = 350;

const posted = async (example, button) => {
  button.disabled = true;
  try {
    const message = await api.postExample(example.name);
    button.replaceChildren(icon("check"), "Posted");
    setTimeout(() => { button.replaceChildren("Post again"); }, 2500);
    return message;
  } finally {
    button.disabled = false;
  }
};

const drawn = (example, onPosted) => {
  const [kind, word] = outcomes[example.outcome] ?? ["", example.outcome];
  const button = make("button", { class: "button small", type: "button" }, "Post");
  button.addEventListener("click", async () => {
    try { onPosted(await posted(example, button)); } catch (error) { window.bifocal.toast(error.message, "bad"); }
  });
  const item = make("li", { class: "example" },
    example.image ? make("img", { class: "example-picture", src: example.image, alt: example.alt, loading: "lazy" })
      : make("span", { class: "example-picture example-words", "aria-hidden": "true" }, icon("note")),
    make("div", { class: "example-body" },
      make("h3", {}, example.title),
      make("p", { class: "quote small plain-text" }, example.caption),
      make("p", { class: "small muted" }, example.why),
      make("div", { class: "spread" }, make("span", { class: `badge ${kind}` }, word), button)));
  return { item, button, example };
};

export const drawer = async ({ onPosted, onAll }) => {
  const dialog = byId("examples"), all = byId("post-all");
  // Beside the room where there is space for both, over it where there is not.
  const wide = matchMedia("(min-width: 1100px)");
  const open = () => { if (!dialog.open) wide.matches ? dialog.show() : dialog.showModal(); };
  const one = (message) => { if (!wide.matches) dialog.close(); onPosted(message); };
  byId("open-examples").addEventListener("click", open);
  for (const button of document.querySelectorAll("[data-open-examples]")) button.addEventListener("click", open);
  dialog.addEventListener("click", (event) => { if (event.target === dialog || event.target.closest("[data-close]")) dialog.close(); });
  dialog.addEventListener("keydown", (event) => { if (event.key === "Escape") dialog.close(); });

  const cards = (await api.examples()).map((example) => drawn(example, one));
  byId("example-list").replaceChildren(...cards.map((card) => card.item));
  all.addEventListener("click", async () => {
    all.disabled = true;
    dialog.close();
    onAll();
    try {
      for (const { example, button } of cards) {
        await posted(example, button);
        await new Promise((resolve) => { setTimeout(resolve, GAP); });
      }
    } catch (error) {
      window.bifocal.toast(error.message, "bad");
    } finally {
      all.disabled = false;
    }
  });
};
