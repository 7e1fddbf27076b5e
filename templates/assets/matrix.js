// The table of all pairs as one stop of the Tab key, in which the arrow keys, Home and End move. The codes of the cell
// that has the focus or the pointer are marked at the edges. Without this script each cell is a stop of its own.
(() => {
  const table = document.querySelector(".matrix table");
  if (!table) return;
  const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
  const heads = [...table.tHead.rows[0].cells];
  const place = (link) => [rows.indexOf(link.closest("tr")), link.closest("td").cellIndex];
  const at = (row, column) => rows[row]?.cells[column]?.querySelector("td a");
  const rtl = getComputedStyle(table).direction === "rtl";
  const moves = {
    ArrowUp: ([row, column]) => at(row - 1, column),
    ArrowDown: ([row, column]) => at(row + 1, column),
    ArrowLeft: ([row, column]) => at(row, column + (rtl ? 1 : -1)),
    ArrowRight: ([row, column]) => at(row, column + (rtl ? -1 : 1)),
    Home: ([row]) => at(row, 1),
    End: ([row]) => at(row, row + 1),
  };
  let stop = at(0, 1);
  for (const link of table.querySelectorAll("td a")) link.tabIndex = -1;
  stop.tabIndex = 0;
  const mark = (link) => {
    for (const head of table.querySelectorAll(".here")) head.classList.remove("here");
    if (!link) return;
    const [row, column] = place(link);
    for (const head of [heads[column], rows[row].cells[0]]) head.classList.add("here");
  };
  table.addEventListener("keydown", (event) => {
    const from = event.target.closest("td a");
    if (!from || event.altKey || event.ctrlKey || event.metaKey) return;
    const to = moves[event.key]?.(place(from));
    if (!to) return;
    event.preventDefault();
    to.focus();
  });
  table.addEventListener("focusin", (event) => {
    const link = event.target.closest("td a");
    if (link) {
      stop.tabIndex = -1;
      link.tabIndex = 0;
      stop = link;
    }
    mark(link);
  });
  table.addEventListener("pointerover", (event) => mark(event.target.closest("td a")));
  for (const hint of document.querySelectorAll("[data-keys]")) hint.hidden = false;
})();
