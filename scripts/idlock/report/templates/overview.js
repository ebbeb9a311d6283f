// The overview: the contact sheet, and tables of people, pictures, failures and whatever else.

const ROW_PICTURE = 48; // px

async function overview(data) {
  const [people, pictures] = [tableOf(data.people), tableOf(data.pictures)];
  await showSheet(document.getElementById("sheet"), people, pictures);
  await showPeople(document.getElementById("people-table"), people);
  await showPictures(document.getElementById("pictures-table"), people, pictures);
  await showWhole("seconds-table", data.seconds);
  await showWhole("failures-table", data.failures);
  for (const table of data.tables) await showWhole(table.name, table);
}

async function showPeople(host, people) {
  const slugs = await people.read("slug");
  const hidden = ["slug", "source"];
  const table = { ...people, columns: people.columns.filter(({ name }) => !hidden.includes(name)) };
  await showTable(host, table, {
    shown: table.columns.map(({ name }) => name).slice(0, 12),
    link: (row) => pageOf(slugs.shown(row)),
  });
}

async function showPictures(host, people, pictures) {
  if (!pictures.rows) return;
  const slugs = await slugsByName(people);
  const columns = await columnsOf(pictures, ["identity", "engine", "expression", "seed"]);
  const at = (row) => {
    const slug = slugs.get(columns.identity.shown(row));
    const [engine, expression] = [columns.engine.shown(row), columns.expression.shown(row)];
    const seed = columns.seed.key(row);
    return {
      page: `${pageOf(slug)}#${partsOf(engine, expression, seed)}`,
      file: `pictures/${partsOf(slug, engine, expression)}/${seed}.jpg`,
      name: `${columns.identity.shown(row)}, ${expression}`,
    };
  };
  await showTable(host, pictures, {
    shown: ["identity", "engine", "expression", "seed", "drift", "locked", "second_drift", "second_locked",
      "expression_read", "expression_hit", "expression_intensity"],
    link: (row) => at(row).page,
    picture: (row) => {
      const { page, file, name } = at(row);
      return make("a", { href: page },
        make("img", { src: file, alt: name, width: ROW_PICTURE, height: ROW_PICTURE, loading: "lazy" }));
    },
  });
}

async function slugsByName(people) {
  const [names, slugs] = await Promise.all([people.read("identity"), people.read("slug")]);
  return new Map(Array.from({ length: people.rows }, (_, row) => [names.shown(row), slugs.shown(row)]));
}

async function showWhole(id, described) {
  const host = document.getElementById(id);
  if (!host || !described.rows) return;
  await showTable(host, tableOf(described), { shown: described.columns.map(({ name }) => name) });
}

overview(JSON.parse(document.getElementById("data").textContent));
