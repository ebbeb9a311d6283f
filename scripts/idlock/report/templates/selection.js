// Which rows of a table are shown: filtered, sorted, a page at a time.

class Selection {
  // `draw` is given the numbers of the rows on the page.
  constructor(table, size, draw) {
    Object.assign(this, { table, size, draw });
    this.filters = new Map(); // what it filters -> test of a row number
    this.order = null; // { column, descending }
    this.page = 0;
    this.rows = [];
    this.pager = pagerOf(this);
  }

  keep(what, test) {
    if (test) this.filters.set(what, test);
    else this.filters.delete(what);
    this.update();
  }

  sort(column, descending) {
    this.order = { column, descending };
    this.update();
  }

  update() {
    const tests = [...this.filters.values()];
    const all = Array.from({ length: this.table.rows }, (_, row) => row);
    this.rows = all.filter((row) => tests.every((test) => test(row)));
    if (this.order) this.rows.sort(comparing(this.order));
    this.turn(0);
  }

  turn(page) {
    this.page = Math.min(Math.max(page, 0), this.pages - 1);
    const first = this.page * this.size;
    this.draw(this.rows.slice(first, first + this.size));
    this.pager.update();
  }

  get pages() {
    return Math.max(1, Math.ceil(this.rows.length / this.size));
  }
}

// What is not known comes last, whichever the direction; equal rows keep their order.
function comparing({ column, descending }) {
  const sign = descending ? -1 : 1;
  return (one, other) => {
    const [a, b] = [column.key(one), column.key(other)];
    if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) - Number.isNaN(b) || one - other;
    return sign * (a - b) || one - other;
  };
}

// Buttons and a field to turn pages, and a line that says how many rows there are.
function pagerOf(selection) {
  const back = make("button", { type: "button" }, "← back");
  const on = make("button", { type: "button" }, "on →");
  const number = make("input", { type: "number", min: 1, "aria-label": "page" });
  const last = make("span");
  const status = make("p", { class: "small faint", role: "status" });
  const turning = make("nav", { class: "pager", "aria-label": "pages" }, back, number, last, on);
  back.addEventListener("click", () => selection.turn(selection.page - 1));
  on.addEventListener("click", () => selection.turn(selection.page + 1));
  number.addEventListener("change", () => selection.turn(Number(number.value) - 1));
  return {
    status,
    turning,
    update() {
      const { rows, page, pages, table } = selection;
      status.textContent = rows.length === table.rows ? `${table.rows} rows` : `${rows.length} of ${table.rows} rows`;
      turning.hidden = pages === 1;
      number.value = page + 1;
      number.max = pages;
      last.textContent = `of ${pages}`;
      back.disabled = page === 0;
      on.disabled = page === pages - 1;
    },
  };
}
