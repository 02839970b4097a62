// The playground's API. A refusal becomes an Error whose message can be shown.
const API = "/api/v1/playground";
const json = async (reply) => (await reply).json();
const send = (path, options) => window.bifocal.send(API + path, options);
const named = (ref) => `/messages/${encodeURIComponent(ref)}`;

export const room = () => json(send("/room"));
export const messages = () => json(send("/messages?limit=300"));
export const examples = () => json(send("/examples"));
export const post = (form) => json(send("/messages", { method: "POST", body: form }));
export const postExample = (name) => json(send(`/examples/${encodeURIComponent(name)}`, { method: "POST" }));
export const remove = (ref) => send(named(ref), { method: "DELETE" });
export const lift = (author) => send(`/timeouts/${encodeURIComponent(author)}`, { method: "DELETE" });
export const edit = (ref, text) =>
  json(send(named(ref), { method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ text }) }));
export const eventsFrom = (seq) => new EventSource(`${API}/events?after=${seq}`);
