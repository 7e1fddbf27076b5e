// What the search finds: codes are looked up in a list, words in Pagefind's index. search.js loads this script when the box
// is first used.
(() => {
  const box = document.querySelector("search");
  const lang = document.documentElement.lang;
  const home = new URL(`../${lang}/`, document.currentScript.src);
  const input = box.querySelector("input");
  const most = 12;
  const few = 5;
  let panel, loaded, timer, asked;

  const load = async () => {
    const data = await (await fetch(new URL("search/codes.json", home))).json();
    box.insertAdjacentHTML("beforeend", data.panel);
    panel = box.querySelector(".found");
    const pagefind = await import(new URL("search/pagefind.js", home));
    await pagefind.options({ ranking: { pageLength: 0.1 } });
    await pagefind.init();
    return { data, pagefind };
  };

  const once = () => (loaded ||= load().catch(() => {
    loaded = null;
    if (panel) say(panel.dataset.failed);
    else box.hidden = true;
  }));

  const say = (text) => {
    panel.hidden = false;
    panel.querySelector("[role=status]").textContent = text;
  };

  const fold = (text) => text.toLowerCase();

  // As it is typed where the keys for ä, ö, ü and ß are missing.
  const typed = (word) => fold(word).replace(/[äöüß]/g, (letter) => ({ ä: "ae", ö: "oe", ü: "ue", ß: "ss" })[letter]);

  const entryOf = ({ id, name }, ending) => ([code, slug, title]) => ({ name: `${name} ${code}`, title, href: `${id}/${slug}${ending}` });

  // What the list says of a query: comparisons of two codes, codes, codes with a literal; and the words that are left.
  const direct = (query, data) => {
    const words = fold(query).split(/[\s,;:()<>"'„“”]+/).map((word) => word.replace(/[.!?]+$/, "")).filter(Boolean);
    const parts = words.flatMap((word) => (/^[\d.]+-[\d.]+$/.test(word) ? word.split("-") : word.split("-vs-")));
    const named = data.protocols.filter(({ id, name }) => parts.includes(id) || parts.includes(fold(name)));
    const used = new Set(named.flatMap(({ id, name }) => [id, fold(name)]));
    const pairs = [], codes = [], literals = [], begun = [];
    for (const protocol of named.length ? named : data.protocols) {
      const entry = entryOf(protocol, data.ending);
      const ranks = new Set();
      for (const part of parts) {
        const rank = protocol.codes.findIndex(([code, slug]) => fold(code) === part || fold(slug) === part);
        if (rank >= 0) ranks.add(rank);
        const literal = rank < 0 && Object.keys(protocol.literals).find((each) => fold(each) === part);
        if (literal) literals.push(...protocol.literals[literal].map((each) => entry(protocol.codes[each])));
        if (rank >= 0 || literal) used.add(part);
        else if (parts.length === 1 && /^\d/.test(part)) {
          begun.push(...protocol.codes.filter(([code]) => fold(code).startsWith(part)).map(entry));
        }
      }
      const found = [...ranks].map((rank) => protocol.codes[rank]);
      if (found.length > 1) {
        const two = [...ranks].slice(0, 2).sort((a, b) => a - b).map((rank) => protocol.codes[rank]);
        const [a, b] = two;
        const name = panel.dataset.pair.replace("{a}", a[0]).replace("{b}", b[0]);
        pairs.push({ name: `${protocol.name} ${name}`, title: `${a[2]} / ${b[2]}`, href: `${protocol.id}/${a[1]}-vs-${b[1]}${data.ending}` });
      }
      codes.push(...found.map(entry));
    }
    const rest = words.filter((word) => !used.has(word) && !word.split("-").every((part) => used.has(part)));
    return { groups: [pairs, codes, literals, begun], rest: rest.filter((word) => word !== "vs").join(" ") };
  };

  const paged = async (pagefind, query) => (query ? (await pagefind.search(query)).results : []);

  // How many letters have to be changed, added or dropped to make one word of another.
  const distance = (a, b) => [...a].reduce((row, x, i) => [...b].reduce(
    (next, y, j) => [...next, Math.min(next[j] + 1, row[j + 1] + 1, row[j] + (x !== y))], [i + 1],
  ), [...Array(b.length + 1).keys()])[b.length];

  // The words as authors spell them; one that none expects gives way to the nearest of those, if that is near enough.
  const mended = async (pagefind, query, { protocols }) => {
    const expected = protocols.flatMap(({ codes }) => codes.map(([, , title, phrases]) => [fold(title), ...phrases]));
    const words = new Set(expected.flat().join(" ").split(/[^\p{L}]+/u));
    const known = new Map([...words].map((word) => [typed(word), word]));
    const mend = async (word) => {
      const own = typed(word);
      if (words.has(word) || /[\d-]/.test(word)) return word;
      if (known.has(own)) return known.get(own);
      if (word.length < 5 || [...known.keys()].some((each) => each.startsWith(own))) return word;
      const alike = [...known].filter(([each]) => each[0] === own[0]);
      const [far, near] = alike.map(([each, spelt]) => [distance(own, each), spelt]).sort(([a], [b]) => a - b)[0] ?? [];
      return far === 1 || (far === 2 && word.length > 6 && !(await paged(pagefind, word)).length) ? near : word;
    };
    return (await Promise.all(fold(query).split(/\s+/).map(mend))).join(" ");
  };

  // Results for all words, then those that hold some of them.
  const worded = async (pagefind, query) => {
    const results = await paged(pagefind, query);
    const words = query.split(/\s+/).filter((word) => word.length > 2);
    if (results.length >= few || words.length < 2) return results;
    const sums = new Map(results.map((result) => [result.id, { result, score: words.length * 2 }]));
    for (const found of await Promise.all(words.map((word) => paged(pagefind, word)))) {
      for (const result of found) {
        const sum = sums.get(result.id) || { result, score: 0 };
        sum.score += 1 + result.score / found[0].score;
        sums.set(result.id, sum);
      }
    }
    const ordered = [...sums.values()].sort((a, b) => b.score - a.score).slice(0, Math.max(results.length, most));
    return ordered.map(({ result, score }) => ({ score, data: result.data }));
  };

  // How well the words fit one of the phrases that an author expects to be typed for a code: a factor by its link.
  const fitting = (query, { protocols, ending }) => {
    const words = query.split(/\s+/);
    const fit = (phrase) => {
      if (phrase === query) return 10;
      if (` ${query} `.includes(` ${phrase} `)) return 4;
      return words.every((word) => ` ${phrase}`.includes(` ${word}`)) ? 1.5 : 1;
    };
    const factors = new Map(protocols.flatMap(({ id, codes }) =>
      codes.map(([, slug, , phrases]) => [`${id}/${slug}${ending}`, Math.max(1, ...phrases.map(fit))])));
    return (href) => factors.get(href) || 1;
  };

  // The codes for which an author expects just this to be typed, where the index has them too far behind to be read.
  const expected = (query, { protocols, ending }, texts) => {
    const read = new Set(texts.map(({ meta }) => meta.href));
    const found = protocols.flatMap((protocol) => protocol.codes
      .filter(([, , , phrases]) => phrases.includes(query))
      .map(entryOf(protocol, ending)));
    return found.filter(({ href }) => !read.has(href));
  };

  const item = ({ name, title, href, text }) => {
    const li = document.createElement("li");
    const a = li.appendChild(document.createElement("a"));
    a.href = new URL(href, home);
    a.append(Object.assign(document.createElement("b"), { textContent: name, translate: false }), title);
    if (text) li.appendChild(document.createElement("p")).textContent = text;
    return li;
  };

  const show = async () => {
    const query = (asked = input.value.trim().slice(0, 200));
    if (!query) return close();
    const ready = await once();
    if (!ready || asked !== query) return;
    const { groups, rest } = direct(query, ready.data);
    const words = await mended(ready.pagefind, rest || query, ready.data);
    const found = await worded(ready.pagefind, words);
    const read = await Promise.all(found.slice(0, most * 2).map(async (result) => ({ ...(await result.data()), rank: result.score })));
    // Where a code and a comparison fit alike, the code comes first: it is the shorter way to an answer.
    const fits = fitting(words, ready.data);
    const weight = ({ href }) => (href.includes("-vs-") ? 0.5 : fits(href));
    const texts = read.map((each) => ({ ...each, rank: each.rank * weight(each.meta) })).sort((a, b) => b.rank - a.rank);
    if (asked !== query) return;
    // Where several protocols have a number, the words beside it tell which is meant; of comparisons the index has those
    // that people ask for.
    const places = new Map(texts.map(({ meta }, place) => [meta.href, place]));
    const place = ({ href }) => places.get(href) ?? places.size;
    const entries = groups.flatMap((group) => (rest || group === groups[0] ? group.sort((a, b) => place(a) - place(b)) : group));
    const known = new Map();
    for (const entry of [...entries, ...expected(words, ready.data, texts)]) known.set(entry.href, entry);
    for (const { meta } of texts) known.set(meta.href, meta);
    const listed = [...known.values()];
    const total = listed.length + found.length - texts.length;
    panel.querySelector("ol").replaceChildren(...listed.slice(0, most).map(item));
    say(total ? panel.dataset.found.replace("{count}", total.toLocaleString(lang)) : panel.dataset.nothing);
  };

  const close = () => {
    asked = "";
    if (panel) panel.hidden = true;
  };

  const enter = () => {
    clearTimeout(timer);
    show().then(() => panel && !panel.hidden && box.querySelector("ol a")?.click());
  };

  const move = (step) => {
    const places = [input, ...box.querySelectorAll("ol a")];
    const at = places.indexOf(document.activeElement);
    if (at >= 0) places[Math.max(0, Math.min(places.length - 1, at + step))].focus();
  };

  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape" && panel && !panel.hidden) {
      // Browsers would empty the box as well; a second Escape does.
      event.preventDefault();
      close();
      input.focus();
    } else if (event.key === "Enter" && event.target === input) {
      enter();
    }
  });
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, 120);
  });
  document.addEventListener("click", (event) => {
    if (!box.contains(event.target)) close();
  });

  once();
  if (box.dataset.entered) enter();
  else show();
})();
