// The decode page: finds the codes in a text by the forms that decode.js of the language holds, and says what they mean.
// Without this script the form stays hidden. Nothing is sent: the text is in the page, and in a link only behind the #.
(() => {
  const form = document.querySelector("form.decode");
  const data = window.codepairsDecode;
  if (!form || !data) return;
  const text = form.querySelector("textarea");
  const status = form.querySelector("[role=status]");
  const shown = document.querySelector(".decoded");
  const [codeList, pairList] = [shown.querySelector(".findings"), shown.querySelector(".confusable")];
  const marked = shown.querySelector(".marked");
  const lang = document.documentElement.lang;
  const longest = 30000;
  // Longer words are no codes, and longer texts are read to this place.
  const longestWord = 64;
  const most = 1000000;
  // Objects as tables: without what every object inherits, whose names may stand in a text as well.
  const table = (entries) => Object.assign(Object.create(null), entries);
  const tables = (entries) => table(Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, table(value)])));

  const protocols = data.protocols.map((each) => ({
    ...each,
    codes: table(each.codes),
    holders: tables(each.holders),
    families: tables(each.families),
    forms: each.forms.map(([pattern, flags, kind]) => ({ pattern: new RegExp(pattern, flags), kind })),
    spelt: {
      code: spellings(Object.keys(each.codes)),
      ...Object.fromEntries(Object.entries(each.holders).map(([fact, values]) => [fact, spellings(Object.keys(values))])),
    },
  }));

  function spellings(names) {
    return new Map(names.map((name) => [name.toLowerCase(), name]));
  }

  // What a form finds, in order; an earlier form takes what a later one would. See codepairs/decoding.py.
  function matching(protocol, source) {
    const taken = new Uint8Array(source.length);
    const found = [];
    for (const { pattern, kind } of protocol.forms) {
      for (const match of source.matchAll(pattern)) {
        const parts = Object.entries(match.groups ?? {}).filter(([, value]) => value !== undefined);
        parts.sort(([a], [b]) => (b === "code") - (a === "code"));
        const spans = kind === 2 ? [match.indices[0]] : parts.map(([name]) => match.indices.groups[name]);
        const start = Math.min(...spans.map((span) => span[0]));
        const end = Math.max(...spans.map((span) => span[1]));
        if (!(start < end) || taken.subarray(start, end).includes(1)) continue;
        const spelt = parts.map(([name, value]) => [name, value, protocol.spelt[name].get(value.toLowerCase())]);
        if (kind === 1 && spelt[0][2] === undefined) continue;
        taken.fill(1, start, end);
        if (kind !== 2) found.push({ protocol, start, end, parts: spelt.map(([name, value, own]) => [name, own ?? value]) });
      }
    }
    return found;
  }

  function findings(source) {
    const taken = new Uint8Array(source.length);
    const found = new Map();
    for (const protocol of protocols) {
      for (const finding of matching(protocol, source)) {
        const { start, end, parts } = finding;
        if (!taken.subarray(start, end).includes(1)) {
          taken.fill(1, start, end);
          found.set(`${start} ${end}`, { ...finding, also: [] });
        } else if (protocol.codes[parts[0][1]]) {
          // A number by itself can be a code of several protocols.
          found.get(`${start} ${end}`)?.also.push(protocol);
        }
      }
    }
    return [...found.values()].sort((a, b) => a.start - b.start);
  }

  // The same code in several places is one entry, with all its places.
  function grouped(found) {
    const groups = new Map();
    for (const finding of found) {
      const name = finding.parts.map(([, value]) => value).join(" ");
      const key = `${finding.protocol.folder} ${name}`;
      const { protocol, parts } = finding;
      finding.group = groups.get(key) ?? { name, places: [], also: new Set(), protocol, parts: Object.fromEntries(parts) };
      finding.group.places.push(finding);
      for (const other of finding.also) finding.group.also.add(other);
      groups.set(key, finding.group);
    }
    return [...groups.values()];
  }

  function element(name, content, attributes = {}) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (content !== undefined) made.append(...[content].flat());
    return made;
  }

  // A text is a string, or a list of the text and its language where it is not translated.
  function saying(name, said, values = {}) {
    const [words, own] = Array.isArray(said) ? said : [said];
    return element(name, filled(words, values), own ? { lang: own, dir: "auto" } : {});
  }

  function filled(sentence, values) {
    return sentence.replace(/\{([a-z]+)\}/g, (whole, name) => (Object.hasOwn(values, name) ? values[name] : whole));
  }

  function number(code) {
    return element("bdi", code, { translate: "no" });
  }

  function codeLink(protocol, code) {
    const [title, slug] = protocol.codes[code];
    return element("a", [number(code), " ", saying("span", title)], { href: protocol.folder + slug + data.ending });
  }

  function sentences(protocol, code) {
    const [, , , places] = protocol.codes[code];
    return saidInOne(places.map((place) => saying("span", protocol.sentences[place], { code })));
  }

  function saidInOne(spans) {
    return element("p", spans.flatMap((span) => [span, " "]), { class: "quiet" });
  }

  // What can be said of a code or a value without a page: the class it belongs to.
  function classOf(protocol, place, code) {
    if (place === undefined || place < 0) return [];
    return [saidInOne(protocol.classes[place].slice(2).map((said) => saying("span", said, { code })))];
  }

  function links(protocol, codes, found) {
    const near = [...codes].sort((a, b) => found.has(b) - found.has(a));
    return element("ul", near.map((code) => element("li", codeLink(protocol, code))));
  }

  function explained({ protocol, parts, name, places, also }, found) {
    const { code, ...values } = parts;
    const [fact, value] = Object.entries(values)[0] ?? [];
    const holders = fact ? (protocol.holders[fact][value] ?? []) : [];
    const item = element("li");
    const head = element("p", [`${protocol.name} `, number(name)], { class: "finding" });
    item.append(head);
    if (code !== undefined && protocol.codes[code]) {
      const [title, slug, tone] = protocol.codes[code];
      const shownAs = [`${protocol.name} `, number(name), " ", saying("span", title)];
      head.replaceChildren(element("a", shownAs, { href: protocol.folder + slug + data.ending }));
      if (tone) item.className = `tone-${tone}`;
      item.append(sentences(protocol, code));
      if (fact && !holders.includes(code)) item.append(...elsewhere(protocol, value, holders, found));
    } else if (holders.length) {
      if (code !== undefined) item.append(saidInOne([filled(shown.dataset.unlisted, { code, protocol: protocol.name })]));
      const known = code === undefined ? "stands" : "apart";
      item.append(saidInOne([filled(shown.dataset[known], { code: value, value })]), links(protocol, holders, found));
      if (!holders.some((each) => found.has(each))) item.append(sentences(protocol, holders[0]));
    } else {
      const known = code === undefined ? "nowhere" : "unlisted";
      const place = code === undefined ? protocol.families[fact][value.split(".")[0]] : classAt(protocol, code);
      item.append(saidInOne([filled(shown.dataset[known], { code: code ?? value, protocol: protocol.name })]));
      item.append(...classOf(protocol, place, code ?? value));
    }
    for (const other of also) {
      item.append(saidInOne([filled(shown.dataset.also, { code, protocol: other.name })]), links(other, [code], found));
    }
    if (places.length > 1) item.append(saidInOne([filled(shown.dataset.places, { count: places.length.toLocaleString(lang) })]));
    return item;
  }

  // What is said of a value that a code does not carry in the list: which codes do, if any.
  function elsewhere(protocol, value, holders, found) {
    if (!holders.length) return [saidInOne([filled(shown.dataset.unlisted, { code: value, protocol: protocol.name })])];
    return [saidInOne([filled(shown.dataset.apart, { value })]), links(protocol, holders, found)];
  }

  function classAt(protocol, code) {
    return protocol.classes.findIndex(([pattern]) => pattern && code.length <= longestWord && new RegExp(pattern, "iu").test(code));
  }

  // The comparisons of codes that both stand in the text.
  function comparisons(groups) {
    return protocols.flatMap((protocol) => {
      const present = new Set(groups.filter((each) => each.protocol === protocol).map((each) => each.parts.code));
      return Object.entries(protocol.pairs)
        .filter(([a]) => present.has(a))
        .flatMap(([a, others]) => others.filter((b) => present.has(b)).map((b) => comparison(protocol, a, b)));
    });
  }

  function comparison(protocol, a, b) {
    const href = `${protocol.folder}${protocol.codes[a][1]}-vs-${protocol.codes[b][1]}${data.ending}`;
    const parts = shown.dataset.pair.split(/\{([ab])\}/);
    const content = parts.map((part, place) => (place % 2 ? number(part === "a" ? a : b) : part));
    return element("li", element("a", content, { href }));
  }

  // The text again, with its codes marked; the first place of each leads to the page of the code.
  function withMarks(source, found) {
    const parts = [];
    let at = 0;
    for (const { start, end, group } of found) {
      const words = source.slice(start, end);
      const entry = group.protocol.codes[group.parts.code];
      const first = entry && group.places[0].start === start;
      const inside = first ? element("a", words, { href: group.protocol.folder + entry[1] + data.ending }) : words;
      parts.push(source.slice(at, start), element("mark", inside));
      at = end;
    }
    return [...parts, source.slice(at)];
  }

  function show() {
    const source = text.value.slice(0, most);
    const found = findings(source);
    const groups = grouped(found);
    const codes = new Set(groups.map((each) => each.parts.code));
    const pairs = comparisons(groups);
    codeList.replaceChildren(...groups.map((each) => explained(each, codes)));
    pairList.replaceChildren(...pairs);
    pairList.parentElement.hidden = !pairs.length;
    const fragment = document.createDocumentFragment();
    for (const part of withMarks(source, found)) fragment.append(part);
    marked.replaceChildren(fragment);
    shown.hidden = !groups.length;
    const count = groups.length.toLocaleString(lang);
    status.textContent = groups.length ? filled(form.dataset.count, { count }) : source.trim() ? form.dataset.none : "";
  }

  function fill(source) {
    text.value = source;
    show();
  }

  function fromAddress() {
    const prefix = "#text=";
    if (!location.hash.startsWith(prefix)) return;
    try {
      fill(decodeURIComponent(location.hash.slice(prefix.length)));
    } catch {
      // Not percent-encoded as it should be: there is nothing to show.
    }
  }

  async function link() {
    if (text.value.length > longest) {
      status.textContent = form.dataset.long;
      return;
    }
    history.replaceState(null, "", `#text=${encodeURIComponent(text.value)}`);
    try {
      await navigator.clipboard.writeText(location.href);
      status.textContent = form.dataset.copied;
    } catch {
      status.textContent = form.dataset.linked;
    }
  }

  let waiting;
  text.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 150);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    history.replaceState(null, "", location.pathname + location.search);
    setTimeout(show);
    text.focus();
  });
  form.addEventListener("click", ({ target }) => {
    if (target.dataset.do === "example") fill(target.dataset.example);
    if (target.dataset.do === "link") link();
  });
  addEventListener("hashchange", fromAddress);
  form.hidden = false;
  fromAddress();
})();
