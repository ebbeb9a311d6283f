// One picture at a time, before its source, with every figure there is about it.

async function showViewer(viewer, pictures, table) {
  const names = table.columns.map(({ name }) => name);
  const columns = await columnsByName(table, names);
  const links = [...document.querySelectorAll(".shot[data-row]")];
  const part = (name) => viewer.querySelector(`[data-part="${name}"]`);
  const slider = viewer.querySelector("input[type=range]");

  slider.addEventListener("input", () => {
    slider.parentElement.style.setProperty("--at", `${slider.value}%`);
  });

  function show(row) {
    const of = (name) => columns.get(name)?.shown(row) ?? "";
    for (const link of links) {
      if (Number(link.dataset.row) === row) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    const link = links.find((other) => Number(other.dataset.row) === row);
    part("title").textContent = `${of("expression")}, seed ${of("seed")}`;
    part("after").src = link.querySelector("img").getAttribute("src");
    part("after").alt = link.querySelector("img").alt;
    part("after-name").textContent = of("expression");
    part("verdict").replaceWith(verdict(of("locked"), of("drift")));
    part("gauge").replaceWith(gauge(columns, row));
    part("figures").replaceChildren(...figures(table, columns, row));
    viewer.dataset.row = row;
  }

  function follow() {
    const wanted = decodeURIComponent(location.hash.slice(1));
    const link = links.find((other) => other.dataset.name === wanted);
    show(Number((link ?? links[0]).dataset.row));
    return link;
  }

  const step = (by) => {
    const place = links.findIndex((link) => link.hasAttribute("aria-current"));
    links[(place + by + links.length) % links.length].click();
  };
  part("back").addEventListener("click", () => step(-1));
  part("on").addEventListener("click", () => step(1));
  addEventListener("hashchange", follow);
  if (follow()) viewer.scrollIntoView({ block: "nearest" });
  viewer.dataset.ready = "";
}

async function columnsByName(table, names) {
  const columns = await Promise.all(names.map((name) => table.read(name)));
  return new Map(names.map((name, place) => [name, columns[place]]));
}

function verdict(locked, drift) {
  const said = locked === "yes" ? "locked" : drift === "" ? "no face found" : "drifted";
  return make("span", { class: `pill ${locked === "yes" ? "good" : "bad"}`, "data-part": "verdict" }, said);
}

// The drift as a bar, and the line as a mark on it.
function gauge(columns, row) {
  const [drift, line] = ["drift", "line"].map((name) => columns.get(name)?.key(row) ?? NaN);
  const bar = make("div", { class: "gauge", "data-part": "gauge", hidden: Number.isNaN(drift) });
  if (Number.isNaN(drift)) return bar;
  const most = Math.max(1.25 * line, drift);
  const [filled, mark] = [make("i"), make("s")];
  filled.style.width = `${(100 * drift) / most}%`;
  mark.style.left = `${(100 * line) / most}%`;
  bar.classList.toggle("drifted", drift > line);
  bar.setAttribute("role", "img");
  bar.setAttribute("aria-label", `drift ${columns.get("drift").shown(row)} of line ${columns.get("line").shown(row)}`);
  bar.append(filled, mark);
  return bar;
}

function figures(table, columns, row) {
  return table.columns.flatMap(({ name, label }) => {
    const column = columns.get(name);
    const text = column.shown(row);
    if (text === "") return [];
    const good = column.kind === "flag" ? { class: text === "yes" ? "good" : "bad" } : {};
    return [make("dt", {}, label), make("dd", good, text)];
  });
}
