// The desk: keys for moderators, and a live list that never moves what someone is working on.
(() => {
  const cases = () => [...document.querySelectorAll("article.case")];
  const single = () => document.getElementById("case");
  const current = () => document.activeElement?.closest?.("article.case");
  const target = () => single() ?? current();
  const typing = (element) => element?.matches?.("input, textarea, select");

  const step = (by) => {
    const all = cases();
    if (!all.length) return;
    const at = all.indexOf(current());
    const next = all[Math.min(Math.max(at < 0 ? 0 : at + by, 0), all.length - 1)];
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "start" });
  };
  // Whoever presses a key before htmx came to a form would be led away by the form itself.
  const press = (selector) => {
    const there = target();
    if (there) window.htmx?.process(there);
    there?.querySelector(selector)?.click();
  };
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    v: () => press(".veil"),
    u: () => press("[data-uphold]"),
    o: () => press("[data-overturn]"),
    n: () => target()?.querySelector(".decide-note")?.focus(),
    "?": () => document.getElementById("keys").showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && typing(event.target)) { current()?.focus(); return; }
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "Enter" && event.target.matches?.("article.case")) {
      location.assign(event.target.dataset.case);
      return;
    }
    const act = keys[event.key];
    if (act) { event.preventDefault(); act(); }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-keys]")) keys["?"]();
  });

  // A choice is taken at once; without scripts there is a button.
  document.querySelectorAll("[data-choose]").forEach((select) => {
    select.form.querySelector("button").hidden = true;
    select.addEventListener("change", () => select.form.requestSubmit());
  });

  // While a note is being written or a picture is open, the list stays as it is.
  const busy = () => {
    const list = document.getElementById("cases");
    return typing(document.activeElement) && list.contains(document.activeElement)
      || list.querySelector(".veil.is-open, .htmx-request") !== null;
  };
  document.addEventListener("htmx:before:request", (event) => {
    if (event.detail.ctx.sourceElement.id === "cases" && (document.hidden || busy())) event.preventDefault();
  });
  document.addEventListener("htmx:response:error", (event) => {
    const { status } = event.detail.ctx.response;
    if (status === 401) { location.assign("/signin"); return; }
    let problem = {};
    try { problem = JSON.parse(event.detail.ctx.text); } catch { /* not a problem document */ }
    bifocal.toast(problem.detail || `The server answered ${status}.`, "bad");
  });
  // A decision by key should leave the moderator where they were.
  document.addEventListener("htmx:after:swap", (event) => {
    const id = event.detail.ctx.sourceElement?.closest?.("article.case")?.id ?? event.detail.ctx.target?.id;
    if (id?.startsWith("case-") && document.activeElement === document.body)
      document.getElementById(id)?.focus({ preventScroll: true });
  });
})();
