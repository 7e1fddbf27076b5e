// The 404 page: sends a pair in the wrong order, and any other writing of an address that exists, to its page, and offers
// what is near. Only addresses made of names in 404.json are ever led to. Runs before anything is drawn and keeps the place
// empty until it knows what to offer, so that nothing moves. Without scripts the page stays as it is.
(() => {
  const base = new URL("../", document.currentScript.src);
  const root = document.documentElement;
  const parsed = new Promise((done) => addEventListener("DOMContentLoaded", done));
  const show = () => root.removeAttribute("data-looking");

  const find = async () => {
    const data = await fetch(new URL("404.json", base), { signal: AbortSignal.timeout(4000) });
    const { ending, languages, protocols } = await data.json();
    const asked = (() => {
      try {
        return decodeURIComponent(location.pathname);
      } catch {
        return location.pathname;
      }
    })();
    const below = asked.toLowerCase().startsWith(base.pathname.toLowerCase()) ? asked.slice(base.pathname.length) : asked;
    const parts = below.toLowerCase().split("/").filter(Boolean);
    const lang = languages.find((each) => each.toLowerCase() === parts[0]);
    const named = protocols.find(({ id }) => parts.includes(id));
    const name = (parts.at(-1) || "").slice(0, 200).replace(/\.(html?|json)$/, "");
    const words = name.split(/[\s_+,;-]*\b(?:vs|versus|und|and)\b\.?[\s_+,;-]*/).filter(Boolean);

    const rank = ({ codes }, word) => codes.findIndex(([code, slug]) => [code.toLowerCase(), slug.toLowerCase()].includes(word));
    const address = (tag, { id, codes }, ranks) => {
      const slugs = [...new Set(ranks)].sort((a, b) => a - b).map((each) => codes[each][1]);
      return new URL(`${tag}/${id}/${slugs.join("-vs-")}${ending}`, base);
    };

    // The same words in a protocol: one code, or two in any order.
    const exact = (protocol) => {
      const ranks = words.map((word) => rank(protocol, word));
      return ranks.length > 0 && ranks.length < 3 && !ranks.includes(-1) ? ranks : null;
    };
    const found = (named ? [named] : protocols).filter(exact);
    if (lang && named && found.length) {
      const target = address(lang, named, exact(named));
      // The page would be there, were it not missing: no way round in circles.
      if (target.pathname !== location.pathname) return void location.replace(target);
    }

    const edits = (a, b) => {
      let row = [...Array(b.length + 1).keys()];
      for (let i = 1; i <= a.length; i += 1) {
        const next = [i];
        for (let j = 1; j <= b.length; j += 1) next[j] = Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + (a[i - 1] !== b[j - 1]));
        row = next;
      }
      return row[b.length];
    };
    const distance = (a, b) => edits(a, b) + (Number(a) && Number(b) ? Math.min(Math.abs(a - b), 999) / 1000 : 0);

    const offers = (tag) => {
      const links = protocols.filter(exact).map((protocol) => [protocol, exact(protocol)]);
      const known = new Set(links.map(([{ id }, ranks]) => `${id} ${ranks}`));
      const near = words.flatMap((word) => (named ? [named] : protocols).flatMap((protocol) =>
        protocol.codes.map(([code], at) => ({ protocol, at, far: distance(word, code.toLowerCase()), limit: Math.max(1, word.length - 1) }))))
        .filter(({ far, limit, protocol, at }) => far <= limit && !known.has(`${protocol.id} ${at}`))
        .sort((a, b) => a.far - b.far);
      for (const { protocol, at } of near) if (!links.some(([other, ranks]) => other === protocol && String(ranks) === String(at))) links.push([protocol, [at]]);
      return links.slice(0, 6).map(([protocol, ranks]) => {
        const a = Object.assign(document.createElement("a"), { href: address(tag, protocol, ranks), translate: false });
        a.textContent = `${protocol.name} ${[...ranks].sort((x, y) => x - y).map((each) => protocol.codes[each][0]).join(" – ")}`;
        return a;
      });
    };

    await parsed;
    const sections = [...document.querySelectorAll("section[lang]")];
    for (const section of sections) {
      const links = offers(section.lang);
      const list = section.querySelector("[data-offer]");
      for (const link of links) list.querySelector("ul").appendChild(document.createElement("li")).append(link);
      list.hidden = !links.length;
      const search = section.querySelector("[data-search]");
      const text = words.join(" ");
      if (search && text) {
        const a = search.querySelector("a");
        a.textContent = search.dataset.search.replace("{words}", text);
        a.href = `${section.querySelector(".home").href}#q=${encodeURIComponent(text)}`;
        search.hidden = false;
      }
    }
    // The language of the address comes first.
    const own = sections.find((section) => section.lang === lang);
    if (own) sections[0].before(own);
    show();
  };

  root.setAttribute("data-looking", "");
  find().catch(show);
})();
