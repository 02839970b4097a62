// Applies the chosen theme before the first paint, and lets the button in the top bar change it.
(() => {
  const KEY = "bifocal-theme";
  const root = document.documentElement;
  const chosen = () => { try { return localStorage.getItem(KEY); } catch { return null; } };
  const apply = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
  };
  apply(chosen());
  const isDark = () =>
    (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-theme-switch]")) return;
    const next = isDark() ? "light" : "dark";
    try { localStorage.setItem(KEY, next); } catch { /* private mode: it lasts for this page */ }
    apply(next);
  });
})();
