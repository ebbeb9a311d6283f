// The contact sheet: people down, expressions across, one seed of one engine at a time.

const PEOPLE_A_PAGE = 12;
const SHOT = 112; // px

function pageOf(slug) {
  return `identity/${encodeURIComponent(slug)}.html`;
}

function partsOf(...parts) {
  return parts.map((part) => encodeURIComponent(part)).join("/");
}

async function showSheet(host, people, pictures) {
  const shots = await shotsOf(pictures);
  const who = await columnsOf(people, ["identity", "slug", "source", "pictures", "locked_%"]);
  const table = make("table", { class: "sheet" });
  const view = { engine: shots.engines[0] ?? "", seed: shots.seeds[0] ?? "" };
  const selection = new Selection(people, PEOPLE_A_PAGE, (rows) => {
    table.replaceChildren(
      sheetHead(shots.expressions),
      make("tbody", {}, ...rows.map((row) => personRow(row, who, shots, view))),
    );
  });

  const redraw = () => selection.turn(selection.page);
  const tools = [
    await filterBy(people, "identity", "person", selection),
    ...(await Promise.all(people.columns.filter(({ name }) => name.endsWith("(sheet)"))
      .map(({ name, label }) => filterBy(people, name, label, selection)))),
    ...viewFields(shots, view, redraw),
    await orderField(people, selection),
  ];
  const { status, turning } = selection.pager;
  host.replaceChildren(
    make("div", { class: "fields" }, ...tools), status,
    make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Contact sheet" }, table),
    turning,
  );
  selection.update();
  host.dataset.ready = "";
}

async function columnsOf(table, names) {
  const there = names.filter(table.has);
  const columns = await Promise.all(there.map((name) => table.read(name)));
  return Object.fromEntries(there.map((name, place) => [name, columns[place]]));
}

// All pictures of the run, to be found by person, engine, expression and seed.
async function shotsOf(pictures) {
  const names = ["identity", "engine", "expression", "seed", "drift", "locked", "expression_hit", "expression_read"];
  const columns = await columnsOf(pictures, names);
  if (!pictures.rows) return { columns, rows: new Map(), engines: [], expressions: [], seeds: [] };
  const { identity, engine, expression, seed } = columns;
  const rows = new Map();
  for (let row = 0; row < pictures.rows; row += 1) {
    rows.set([identity.shown(row), engine.shown(row), expression.shown(row), seed.key(row)].join("\n"), row);
  }
  const seeds = [...new Set(seed.values)].sort((a, b) => a - b);
  return { columns, rows, engines: engine.distinct, expressions: expression.distinct, seeds };
}

async function filterBy(people, name, label, selection) {
  const column = await people.read(name);
  const field = name === "identity" ? searchField : fieldOf;
  return field(label, column, (test) => selection.keep(name, test));
}

// Which engine and seed are shown, where there are several.
function viewFields(shots, view, redraw) {
  return [["engine", shots.engines], ["seed", shots.seeds]].filter(([, values]) => values.length > 1)
    .map(([what, values]) => {
      const select = selectOf(values.map((value) => [value, String(value)]));
      select.addEventListener("change", () => {
        view[what] = values[select.selectedIndex];
        redraw();
      });
      return labelled(what, select);
    });
}

// By which column people are sorted: every one there is, both ways.
async function orderField(people, selection) {
  const sortable = people.columns.filter(({ name, kind }) => name === "identity" || kind === "number");
  const ways = sortable.flatMap(({ name, label }) => [[name, false, `${label} ↑`], [name, true, `${label} ↓`]]);
  const select = selectOf(ways.map(([, , text], place) => [place, text.replace("identity", "person")]));
  select.addEventListener("change", async () => {
    const [name, descending] = ways[select.value];
    selection.sort(await people.read(name), descending);
  });
  return labelled("sorted by", select);
}

function sheetHead(expressions) {
  const heads = ["source", ...expressions].map((name) => make("th", { scope: "col" }, name));
  return make("thead", {}, make("tr", {}, make("th", { class: "who" }), ...heads));
}

function personRow(row, who, shots, view) {
  const name = who.identity.shown(row);
  const slug = who.slug.shown(row);
  const pictures = who.pictures ? who.pictures.key(row) : NaN;
  const locked = Number.isNaN(pictures) ? "" : `${Math.round((who["locked_%"].key(row) * pictures) / 100)} of ${pictures} locked`;
  const head = make("th", { class: "who", scope: "row" },
    make("a", { href: pageOf(slug) }, name), make("span", { class: "small faint" }, locked));
  const source = who.source?.shown(row);
  const first = source
    ? shot(pageOf(slug), `pictures/${partsOf(slug)}/${partsOf(...source.split("/"))}`, `${name}, source photo`)
    : make("span", { class: "missing" }, "no usable photo");
  const cells = shots.expressions.map((expression) => make("td", {}, expressionShot(name, slug, expression, shots, view)));
  return make("tr", {}, head, make("td", {}, first), ...cells);
}

function expressionShot(name, slug, expression, { columns, rows }, { engine, seed }) {
  const row = rows.get([name, engine, expression, seed].join("\n"));
  if (row === undefined) return make("span", { class: "missing" }, "–");
  const locked = columns.locked.key(row) === 1;
  const hit = columns.expression_hit?.key(row) === 1;
  const read = hit ? make("span", { class: "good" }, "✓")
    : make("span", { class: "bad" }, columns.expression_read?.shown(row) || "–");
  const link = shot(`${pageOf(slug)}#${partsOf(engine, expression, seed)}`,
    `pictures/${partsOf(slug, engine, expression)}/${seed}.jpg`,
    `${name}, ${expression}, ${locked ? "locked" : "not locked"}`);
  link.classList.add(locked ? "locked" : "drifted");
  link.append(make("small", {}, `${columns.drift?.shown(row) || "no face"} `, read));
  return link;
}

function shot(href, src, alt) {
  return make("a", { class: "shot", href },
    make("img", { src, alt, width: SHOT, height: SHOT, loading: "lazy", decoding: "async" }));
}
