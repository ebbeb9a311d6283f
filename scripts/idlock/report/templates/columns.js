// Tables as pages carry them: packed columns, inside the page or in files beside it.
// The packing is idlock/report/columns.py.

const arriving = new Map(); // "table/column" -> what waits for its file

// Called by the files of columns.
function arrived(table, name, packed) {
  arriving.get(`${table}/${name}`)(packed);
}

// A table to read columns from; a column is loaded once, when it is first asked for.
function tableOf(described) {
  const known = new Map();
  return {
    rows: described.rows,
    columns: described.columns,
    has: (name) => described.columns.some((column) => column.name === name),
    read(name) {
      if (!known.has(name)) known.set(name, loaded(described, name).then(unpacked));
      return known.get(name);
    },
  };
}

function loaded(described, name) {
  const about = described.columns.find((column) => column.name === name);
  if (about.data !== undefined) return Promise.resolve(about);
  return new Promise((resolve, reject) => {
    arriving.set(`${described.name}/${name}`, resolve);
    const script = document.createElement("script");
    script.src = about.file;
    script.addEventListener("error", () => reject(new Error(`${about.file} cannot be read`)));
    document.head.append(script);
  });
}

// A column: `shown(row)` is text, `key(row)` a number to sort and filter by, NaN where
// nothing is known.
function unpacked(packed) {
  const { buffer } = Uint8Array.from(atob(packed.data), (letter) => letter.charCodeAt(0));
  if (packed.kind === "number") return numbers(new Float32Array(buffer));
  if (packed.kind === "flag") return flags(new Uint8Array(buffer));
  const Places = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array }[packed.bytes];
  return texts(new Places(buffer), packed.distinct);
}

function numbers(values) {
  const known = values.filter((value) => !Number.isNaN(value));
  const largest = known.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const decimals = known.every(Number.isInteger) ? 0 : decimalsFor(largest);
  const shown = (row) => (Number.isNaN(values[row]) ? "" : values[row].toFixed(decimals));
  return { kind: "number", values: known, shown, key: (row) => values[row] };
}

// Four digits of the largest; four decimals at most, where those show it at all.
function decimalsFor(largest) {
  const wanted = 3 - Math.floor(Math.log10(largest));
  return Math.max(0, Math.min(largest < 0.001 ? 12 : 4, wanted));
}

function flags(values) {
  const key = (row) => (values[row] > 1 ? NaN : values[row]);
  return { kind: "flag", shown: (row) => ["no", "yes", ""][values[row]], key };
}

function texts(places, distinct) {
  const key = (row) => (distinct[places[row]] === "" ? NaN : places[row]);
  return { kind: "text", distinct, shown: (row) => distinct[places[row]], key };
}
