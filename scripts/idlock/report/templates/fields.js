// Elements, and the fields by which a table is filtered.

// An element with attributes, and children that are elements or text (never markup).
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

const MOST_CHOICES = 40; // with more texts, they are searched instead of listed

// A field for a column. `changed` is told what rows to keep: a test, or null for all.
function fieldOf(label, column, changed) {
  if (column.kind === "number") return rangeField(label, column, changed);
  if (column.kind === "text" && column.distinct.length > MOST_CHOICES) {
    return searchField(label, column, changed);
  }
  const names = column.kind === "flag" ? ["no", "yes"] : column.distinct;
  return choiceField(label, names, column, changed);
}

function choiceField(label, names, column, changed) {
  const select = selectOf(names.map((name, place) => [place, name === "" ? "nothing" : name]), "all");
  select.addEventListener("change", () => {
    const wanted = names[select.value];
    changed(select.value === "" ? null : (row) => column.shown(row) === wanted);
  });
  return labelled(label, select);
}

function searchField(label, column, changed) {
  const input = make("input", { type: "search", placeholder: "part of it" });
  input.addEventListener("input", () => {
    const part = input.value.trim().toLowerCase();
    changed(part === "" ? null : (row) => column.shown(row).toLowerCase().includes(part));
  });
  return labelled(label, input);
}

function rangeField(label, column, changed) {
  const ends = ["from", "to"].map((end) =>
    make("input", { type: "number", step: "any", placeholder: end, "aria-label": `${label}, ${end}` }),
  );
  const update = () => {
    const [low, high] = ends.map((end) => end.value);
    if (low === "" && high === "") return changed(null);
    return changed((row) => {
      const value = column.key(row);
      return (low === "" ? !Number.isNaN(value) : value >= low) && (high === "" || value <= high);
    });
  };
  for (const end of ends) end.addEventListener("input", update);
  return make("div", { class: "field", role: "group", "aria-label": label },
    make("span", {}, label), make("span", { class: "range" }, ...ends));
}

// A list to choose from, of [value, text]; `none` stands for no choice.
function selectOf(choices, none = null) {
  const options = choices.map(([value, text]) => make("option", { value }, text));
  if (none !== null) options.unshift(make("option", { value: "" }, none));
  return make("select", {}, ...options);
}

function labelled(label, control) {
  return make("label", { class: "field" }, make("span", {}, label), control);
}
