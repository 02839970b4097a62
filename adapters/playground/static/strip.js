// One line that says what Bifocal is doing right now, and what it has done.
import { byId } from "./dom.js";

const LINGER = 5000;

export const strip = () => {
  const line = byId("strip"), tally = byId("tally"), bar = line.closest(".strip");
  let state = "connecting", waiting = 0, news = "", timer;

  const show = () => {
    const mood = state === "live" ? (waiting ? "looking" : "watching") : state;
    bar.dataset.state = mood;
    const word = mood === "looking" ? `Looking at ${waiting === 1 ? "a post" : `${waiting} posts`}…`
      : mood === "watching" ? news || "Watching the room."
        : mood === "lost" ? "Connection lost. Trying again…" : "Connecting…";
    if (line.textContent !== word) line.textContent = word;
  };

  return {
    state: (next) => { state = next; show(); },
    count: (messages) => {
      waiting = messages.filter((m) => !m.judged && m.state === "visible").length;
      const judged = messages.filter((m) => m.judged).length;
      const removed = messages.filter((m) => m.removal?.by === "moderation").length;
      const noted = messages.filter((m) => m.annotations.length).length;
      tally.textContent = judged ? `${judged} seen · ${removed} removed · ${noted} noted` : "";
      show();
    },
    tell: (word) => {
      news = word;
      clearTimeout(timer);
      timer = setTimeout(() => { news = ""; show(); }, LINGER);
      show();
    },
  };
};
