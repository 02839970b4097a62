// Elements without markup: everything people wrote becomes a text node, never HTML.
export const byId = (id) => document.getElementById(id);

export const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
};

export const icon = (name) =>
  byId("icons").content.querySelector(`[data-name="${name}"] svg`).cloneNode(true);

export const clock = (iso) => {
  const at = new Date(iso);
  const word = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return make("time", { datetime: iso, title: at.toLocaleString() }, word);
};

// 75 seconds are 1:15; 3,700 are 1:01:40.
export const countdown = (milliseconds) => {
  const all = Math.max(0, Math.ceil(milliseconds / 1000));
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
};

export const size = (bytes) =>
  bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
