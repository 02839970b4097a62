// Keeps the page true: the room as it is, then every change, across lost connections.
import * as api from "./api.js";

const AGAIN = 3000;

export const follow = ({ onRoom, onMessage, onCard, onTimeout, onNote, onState }) => {
  let source;
  const later = () => { onState("lost"); setTimeout(start, AGAIN); };

  const listen = (seq) => {
    source = api.eventsFrom(seq);
    const on = (kind, act) => source.addEventListener(kind, (event) => act(JSON.parse(event.data)));
    on("message", onMessage);
    on("card", onCard);
    on("timeout", onTimeout);
    on("note", onNote);
    on("reset", () => { source.close(); start(); });
    source.onopen = () => onState("live");
    // The browser tries again by itself, from the last change it was told, unless refused.
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) later();
      else onState("lost");
    };
  };

  const start = async () => {
    try {
      const room = await api.room();
      onRoom(room, await api.messages());
      listen(room.seq);
    } catch {
      later();
    }
  };
  start();
};
