// The moderators' side channel: cards, and who is timed out.
import * as api from "./api.js";
import { byId, clock, countdown, icon, make } from "./dom.js";

const statuses = { applied: "applied", simulated: "simulated", withheld: "withheld", failed: "failed", unknown: "unknown", undone: "undone", intended: "intended" };

const drawn = (card) => make("li", { class: "card mod-card", "data-card": card.id },
  make("div", { class: "mod-card-head" }, make("strong", { class: "wrap-anywhere" }, card.title), clock(card.at)),
  card.author && card.channel ? make("p", { class: "small muted name" }, `${card.author} in #${card.channel}`) : null,
  card.caption ? make("p", { class: "quote small plain-text" }, card.caption) : null,
  card.explanation ? make("p", { class: "small plain-text" }, card.explanation) : null,
  make("p", { class: "row" }, ...card.rules.map((rule) => make("span", { class: "chip rule" }, rule)),
    ...card.scores.slice(0, 3).map(([name, score]) => make("span", { class: "badge" }, `${name} ${score.toFixed(2)}`))),
  make("p", { class: "row" }, ...card.outcomes.map(([action, status]) =>
    make("span", { class: `badge ${statuses[status] ?? ""}` }, `${action} · ${status}`))),
  card.more.length ? make("p", { class: "small" }, `And ${card.more.length} more by the same author`) : null,
  card.standing ? make("p", { class: "small muted" }, card.standing) : null,
  card.url && card.url.startsWith("/") ? make("a", { class: "small", href: card.url }, "Open the case on the desk") : null);

export const moderators = (people, skew) => {
  const panel = byId("mod"), toggle = byId("open-mod"), list = byId("cards"), count = byId("mod-count");
  let unseen = 0;
  const narrow = matchMedia("(max-width: 1099px)");

  const settle = () => {
    byId("cards-empty").hidden = list.childElementCount > 0;
    count.hidden = unseen === 0;
    count.textContent = String(unseen);
  };
  const open = (yes) => {
    panel.classList.toggle("is-open", yes);
    toggle.setAttribute("aria-expanded", String(yes));
    if (yes) { unseen = 0; settle(); byId("close-mod").focus(); }
    else if (panel.contains(document.activeElement)) toggle.focus();
  };
  toggle.addEventListener("click", () => open(!panel.classList.contains("is-open")));
  byId("close-mod").addEventListener("click", () => open(false));
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") open(false); });

  const timeouts = () => {
    const out = [...people().values()].filter((person) => person.timed_out_until && new Date(person.timed_out_until) - Date.now() + skew() > 0);
    byId("timeouts").replaceChildren(...out.map((person) => make("li", { class: "notice warn" }, icon("warn"),
      make("span", { class: "grow" }, `${person.name} is timed out, ${countdown(new Date(person.timed_out_until) - Date.now() + skew())} left.`),
      make("button", { class: "button small", type: "button", onclick: () =>
        api.lift(person.id).catch((error) => window.bifocal.toast(error.message, "bad")) }, icon("undo"), "Lift"))));
  };
  setInterval(timeouts, 1000);

  return {
    load: (cards) => { list.replaceChildren(...cards.map(drawn)); unseen = 0; settle(); timeouts(); },
    upsert: (card) => {
      const old = list.querySelector(`[data-card="${CSS.escape(card.id)}"]`);
      if (card.removed) old?.remove();
      else if (old) old.replaceWith(drawn(card));
      else {
        list.prepend(drawn(card));
        if (narrow.matches && !panel.classList.contains("is-open")) unseen += 1;
      }
      settle();
    },
    timeouts,
  };
};
