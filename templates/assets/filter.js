// The codes of a protocol that hold every word of what is typed, in code, title or summary; marks on letters do not
// count. Enter opens the first. Without this script the field stays hidden.
(() => {
  const form = document.querySelector("form.filter");
  if (!form) return;
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("ß", "ss");
  const [field, count] = form.querySelectorAll("input, output");
  const items = [...document.querySelectorAll(".codes > li")].map((item) => ({ item, text: plain(item.textContent) }));
  const sections = [...document.querySelectorAll("section:has(> .codes)")];
  const show = () => {
    const words = plain(field.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { item, text } of items) {
      item.hidden = !words.every((word) => text.includes(word));
      if (!item.hidden) shown += 1;
    }
    for (const section of sections) section.hidden = !section.querySelector(".codes > :not([hidden])");
    count.value = words.length ? form.dataset.count.replace("#", shown.toLocaleString(document.documentElement.lang)) : "";
  };
  field.addEventListener("input", show);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value.trim()) document.querySelector(".codes > :not([hidden]) a")?.click();
  });
  form.hidden = false;
  // A browser that goes back brings the text with it.
  show();
})();
