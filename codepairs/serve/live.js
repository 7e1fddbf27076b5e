// Keeps a page up to date while its sources are edited: reloads it when it has changed, shows what is wrong, counts what
// a check warns of, links to the editor. Put at the end of each page by the server, and in no built site. Tabs out of
// sight let their connection go, as browsers have only six of them for a host, and ask again when they are looked at.
(() => {
  const { src, dataset } = document.currentScript;
  const own = new URL("./", src);
  const host = document.createElement("codepairs-live");
  const root = host.attachShadow({ mode: "open" });
  let source = null;

  const element = (name, text = "", members = {}) => Object.assign(document.createElement(name), { textContent: text }, members);

  const lines = ({ excerpt, line, column }) => {
    const code = element("pre");
    const width = String(excerpt.length ? excerpt[excerpt.length - 1][0] : 0).length;
    for (const [number, text] of excerpt) {
      const shown = element(number === line ? "mark" : "span", `${String(number).padStart(width)}  ${text}\n`);
      code.append(shown);
      if (number === line) code.append(element("b", `${" ".repeat(width + 1 + column)}^\n`));
    }
    return code;
  };

  const item = (problem) => {
    const made = element("li");
    made.append(
      problem.href ? element("a", problem.place, { href: problem.href }) : element("span", problem.place),
      element("p", problem.message),
      ...(problem.excerpt.length ? [lines(problem)] : []),
    );
    return made;
  };

  const overlay = ({ problems, count, version }) => {
    const made = element("section", "", { role: "alert" });
    const list = element("ol");
    list.append(...problems.map(item));
    const hide = element("button", "Hide", { type: "button" });
    hide.addEventListener("click", () => made.remove());
    made.append(
      element("h2", `${count} ${count === 1 ? "error" : "errors"}${version ? ": what you see is the last good state" : ""}`),
      hide,
      list,
      ...(count > problems.length ? [element("p", `${count - problems.length} more are listed in the terminal.`)] : []),
    );
    return made;
  };

  let unfolded = false;
  const warnings = ({ warnings: found, warned }) => {
    const made = element("details", "", { open: unfolded });
    const list = element("ol");
    list.append(...found.map((each) => item({ ...each, excerpt: [] })));
    made.addEventListener("toggle", () => (unfolded = made.open));
    made.append(
      element("summary", `${warned} ${warned === 1 ? "warning" : "warnings"}`),
      list,
      ...(warned > found.length ? [element("p", `${warned - found.length} more are listed by check.`)] : []),
    );
    return made;
  };

  const show = (state) => {
    if (state.version !== dataset.version) {
      location.reload();
      return;
    }
    root.replaceChildren(Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("live.css", own) }));
    if (state.edit) root.append(element("a", "Edit", { href: state.edit.href, title: state.edit.label, className: "edit" }));
    if (state.warned) root.append(warnings(state));
    if (state.problems.length) root.append(overlay(state));
    if (!host.isConnected) document.body.append(host);
  };

  const listen = () => {
    if (document.visibilityState === "hidden") {
      source?.close();
      source = null;
    } else if (!source) {
      source = new EventSource(new URL(`events?${new URLSearchParams({ address: location.pathname })}`, own));
      source.addEventListener("message", ({ data }) => show(JSON.parse(data)));
    }
  };

  document.addEventListener("visibilitychange", listen);
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
  listen();
})();
