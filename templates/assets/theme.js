// The colours: those of the system until the reader chooses others, which are then remembered. Runs before anything is
// drawn. Whoever goes back to what the system shows follows the system again.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const named = () => (system.matches ? "dark" : "light");
  let chosen;
  const show = (theme) => {
    chosen = theme === "dark" || theme === "light" ? theme : null;
    root.dataset.theme = chosen || "system";
    document.querySelector("meta[name=color-scheme]").content = chosen || "light dark";
    document.querySelector(".theme")?.setAttribute("aria-pressed", (chosen || named()) === "dark");
  };
  const remember = (theme) => {
    try {
      if (theme) localStorage.setItem("theme", theme);
      else localStorage.removeItem("theme");
    } catch {
      // A browser that keeps nothing still shows what was chosen on this page.
    }
  };
  const remembered = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null;
    }
  };
  show(remembered());
  system.addEventListener("change", () => show(chosen));
  addEventListener("storage", (event) => {
    if (event.key === "theme" || event.key === null) show(remembered());
  });
  addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector(".theme");
    if (!button) return;
    button.addEventListener("click", () => {
      const other = (chosen || named()) === "dark" ? "light" : "dark";
      show(other === named() ? null : other);
      remember(chosen);
    });
    button.hidden = false;
    show(chosen);
  });
})();
