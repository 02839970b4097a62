// Small shared behaviour: pictures that unveil on a tap, toasts, and fetch with the CSRF token.
// Other scripts use window.bifocal.
(() => {
  const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

  const toast = (text, kind = "") => {
    const shelf = document.getElementById("toasts");
    const item = document.createElement("p");
    item.className = `toast ${kind}`.trim();
    item.textContent = text;
    shelf.append(item);
    setTimeout(() => item.remove(), 6000);
  };

  // Same-origin fetch that carries the CSRF token; a problem document becomes an Error.
  const send = async (url, options = {}) => {
    const headers = new Headers(options.headers);
    headers.set("X-CSRF-Token", token());
    const reply = await fetch(url, { ...options, headers, credentials: "same-origin" });
    if (reply.ok) return reply;
    let problem = {};
    try { problem = await reply.json(); } catch { /* not a problem document */ }
    const error = new Error(problem.detail || problem.title || `The server answered ${reply.status}.`);
    error.status = reply.status;
    throw error;
  };

  document.addEventListener("click", (event) => {
    const veil = event.target.closest?.(".veil");
    if (!veil) return;
    const open = veil.classList.toggle("is-open");
    veil.setAttribute("aria-pressed", String(open));
  });

  // An element with data-link lights up everything else that carries the same value.
  const light = (event, lit) => {
    const name = event.target.closest?.("[data-link]")?.dataset.link;
    if (!name) return;
    for (const twin of document.querySelectorAll(`[data-link="${CSS.escape(name)}"]`))
      twin.classList.toggle("is-lit", lit);
  };
  for (const [kind, lit] of [["pointerover", true], ["pointerout", false], ["focusin", true], ["focusout", false]])
    document.addEventListener(kind, (event) => light(event, lit));

  document.addEventListener("htmx:config:request", (event) => {
    const headers = event.detail.ctx?.request?.headers;
    if (headers) headers["X-CSRF-Token"] = token();
  });
  document.addEventListener("htmx:error", () => toast("The server cannot be reached. Trying again.", "bad"));

  // Signing out by fetch: a plain form says "Origin: null" under our no-referrer policy, which
  // the server only believes where the browser also sends Sec-Fetch-Site (https or localhost).
  document.addEventListener("submit", async (event) => {
    if (event.target.getAttribute("action") !== "/signout") return;
    event.preventDefault();
    try { await send("/signout", { method: "POST" }); } catch { /* the session was over already */ }
    location.assign("/signin");
  });

  window.bifocal = { toast, send, token };
})();

// Times are sent in UTC and shown in the reader's own zone.
(() => {
  const format = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  const localise = (root) => {
    for (const time of root.querySelectorAll("time[datetime]:not([title])")) {
      const at = new Date(time.dateTime);
      if (Number.isNaN(at.valueOf())) continue;
      time.title = time.dateTime;
      time.textContent = format.format(at);
    }
  };
  localise(document);
  new MutationObserver(() => localise(document)).observe(document.body, { childList: true, subtree: true });
})();
