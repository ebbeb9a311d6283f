// A table of figures: columns to choose, to filter by and to sort by.

const ROWS_A_PAGE = 12;
const LONG = 60; // rows that nobody looks through
const WIDE = "(min-width: 62rem)"; // windows with room for filters from the start

// Options: `shown`, names of the columns at first; `link(row)`, where the first column
// leads; `picture(row)`, a small picture to start a row with.
async function showTable(host, table, { shown, link = null, picture = null }) {
  const head = make("thead");
  const body = make("tbody");
  const fields = make("div", { class: "fields" });
  const columns = new Map();
  const filters = new Map(); // name of a column -> its field
  let names = shown.filter(table.has);

  const selection = new Selection(table, ROWS_A_PAGE, (rows) => {
    body.replaceChildren(...rows.map((row) => rowOf(row, names, columns, link, picture)));
  });

  async function choose(chosen) {
    for (const name of names.filter((old) => !chosen.includes(old))) {
      selection.filters.delete(name);
      filters.delete(name);
    }
    names = chosen;
    for (const name of names) {
      const column = await table.read(name);
      columns.set(name, column);
      const keep = (test) => selection.keep(name, test);
      if (!filters.has(name)) filters.set(name, fieldOf(labelOf(table, name), column, keep));
    }
    head.replaceChildren(headOf(names, table, columns, selection, Boolean(picture)));
    fields.replaceChildren(...names.map((name) => filters.get(name)));
    selection.update();
  }

  const { status, turning } = selection.pager;
  host.replaceChildren(
    panel("Filter", fields, table.rows > LONG && matchMedia(WIDE).matches),
    ...(table.columns.length > names.length ? [panel("Columns", choices(table, names, choose))] : []),
    status,
    make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": host.dataset.name },
      make("table", { class: "rows" }, head, body)),
    turning,
  );
  await choose(names);
  host.dataset.ready = "";
}

function labelOf(table, name) {
  return table.columns.find((column) => column.name === name).label;
}

function panel(title, content, open = false) {
  return make("details", { class: "panel", open }, make("summary", {}, title), content);
}

// Boxes to tick, one for each column that a table has.
function choices(table, shown, choose) {
  const boxes = table.columns.map(({ name, label }) => {
    const box = make("input", { type: "checkbox", value: name, checked: shown.includes(name) });
    return [box, make("label", {}, box, " ", label)];
  });
  const chosen = () => boxes.filter(([box]) => box.checked).map(([box]) => box.value);
  for (const [box] of boxes) box.addEventListener("change", () => choose(chosen()));
  return make("div", { class: "choices" }, ...boxes.map(([, label]) => label));
}

function headOf(names, table, columns, selection, pictured) {
  const cells = names.map((name) => {
    const column = columns.get(name);
    const button = make("button", { type: "button" }, labelOf(table, name));
    const cell = make("th", { scope: "col", class: column.kind, "aria-sort": direction(selection, column) }, button);
    button.addEventListener("click", () => {
      selection.sort(column, direction(selection, column) === "ascending");
      for (const other of cell.parentElement.children) other.removeAttribute("aria-sort");
      cell.setAttribute("aria-sort", direction(selection, column));
    });
    return cell;
  });
  if (pictured) cells.unshift(make("th", { scope: "col" }, make("span", { class: "unseen" }, "picture")));
  return make("tr", {}, ...cells);
}

function direction({ order }, column) {
  if (order?.column !== column) return null;
  return order.descending ? "descending" : "ascending";
}

function rowOf(row, names, columns, link, picture) {
  const cells = names.map((name, place) => {
    const column = columns.get(name);
    const text = column.shown(row);
    const good = column.kind === "flag" ? { yes: " good", no: " bad" }[text] ?? "" : "";
    const leads = place === 0 && link;
    return make("td", { class: column.kind + good }, leads ? make("a", { href: link(row) }, text) : text);
  });
  if (picture) cells.unshift(make("td", { class: "picture" }, picture(row)));
  return make("tr", {}, ...cells);
}
