// The search box: `/` leads to it, and what finds something is loaded when it is first used. Without scripts, and from disk,
// where no index can be loaded, the box stays hidden.
(() => {
  const box = document.querySelector("search");
  const script = document.createElement("script");
  script.src = new URL("results.js", document.currentScript.src);
  if (!box || !location.protocol.startsWith("http")) return;
  const input = box.querySelector("input");
  script.onerror = () => (box.hidden = true);
  input.addEventListener("focus", () => document.head.append(script), { once: true });
  // Whoever is faster than the network is led on as soon as it is there.
  input.addEventListener("keydown", (event) => (box.dataset.entered = event.key === "Enter" ? "yes" : ""));
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus();
      input.select();
    }
  });

  // What browsers ask for by the OpenSearch description, and what the 404 page hands on.
  const asks = () => {
    const found = /^#q=(.*)$/.exec(location.hash);
    if (!found) return;
    try {
      input.value = decodeURIComponent(found[1].replace(/\+/g, " "));
    } catch {
      input.value = found[1];
    }
    input.focus();
    input.dispatchEvent(new Event("input"));
  };
  addEventListener("hashchange", asks);
  box.hidden = false;
  asks();
})();
