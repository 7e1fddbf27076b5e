// The picker: two codes, typed or chosen in any order, lead to their comparison. Form and codes come from codes.js beside
// the page; without scripts the place stays empty.
(() => {
  const place = document.currentScript.parentNode;
  const own = document.currentScript.dataset.code || "";
  const source = document.createElement("script");

  const lookup = ({ codes, names }) => {
    const rank = (text) => codes.findIndex(([code, slug]) => [code.toLowerCase(), slug.toLowerCase()].includes(text));
    // The codes in what was typed, by their ranks; -1 stands for what is none. `smtp 550` and `550 vs 554` are understood.
    return (typed) => {
      const text = typed.trim().toLowerCase().replace(/\s+/g, " ");
      if (!text || rank(text) >= 0) return text ? [rank(text)] : [];
      const words = text.split(/-vs-|[\s,;:/&+]+/).filter((word) => word && !names.includes(word));
      return words.filter((word, at) => !(/^[^\d]+$/.test(word) && rank(word) < 0 && at > 0 && at < words.length - 1)).map(rank);
    };
  };

  const build = (data) => {
    const names = data.names.map((name) => name.toLowerCase());
    const ranks = lookup({ codes: data.codes, names });
    place.insertAdjacentHTML("beforeend", data.form);
    const form = place.querySelector("form");
    const inputs = [...form.querySelectorAll("input")];
    const list = document.createElement("datalist");
    list.id = "codes-to-compare";
    list.append(...data.codes.map(([code, , title]) => Object.assign(new Option(title, code), { label: title })));
    form.append(list);
    for (const input of inputs) {
      input.setAttribute("list", list.id);
      input.addEventListener("input", () => inputs.forEach((each) => each.setCustomValidity("")));
    }
    inputs[0].value = own;
    const complain = (input, message) => {
      input.setCustomValidity(message);
      input.reportValidity();
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const typed = inputs.map((input) => ranks(input.value));
      const unknown = typed.findIndex((found) => found.includes(-1));
      if (unknown >= 0) return complain(inputs[unknown], form.dataset.unknown);
      const all = typed.flat();
      if (all.length < 2) return complain(inputs[typed[0].length ? 1 : 0], form.dataset.missing);
      // The codes stand in canonical order, and so do the names in the address; the same code twice leads to its page.
      const chosen = [...new Set(all)].slice(0, 2).sort((a, b) => a - b);
      location.href = chosen.map((each) => data.codes[each][1]).join("-vs-") + data.ending;
    });
  };

  source.src = "codes.js";
  source.onload = () => build(codepairsPicker);
  document.head.append(source);
})();
