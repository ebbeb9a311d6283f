// A person's page: pictures to step through, and their figures as a table.

async function person(data) {
  const table = tableOf(data);
  if (!table.rows) return;
  const grid = document.getElementById("pictures");
  await showViewer(document.getElementById("viewer"), grid, table);
  grid.addEventListener("keydown", moveInGrid);
  await showTable(document.getElementById("figures-table"), table, {
    shown: ["expression", "engine", "seed", "drift", "locked", "second_drift", "second_locked",
      "expression_read", "expression_hit", "expression_intensity"],
  });
}

const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

// Arrow keys go from picture to picture.
function moveInGrid(event) {
  const link = event.target.closest(".shot[data-row]");
  if (!link || !MOVES[event.key]) return;
  const [down, across] = MOVES[event.key];
  const cell = link.closest("td");
  const row = cell.parentElement;
  const rows = [...row.parentElement.children];
  const next = rows[rows.indexOf(row) + down]?.children[cell.cellIndex + across]?.querySelector(".shot");
  if (!next) return;
  event.preventDefault();
  next.focus();
}

person(JSON.parse(document.getElementById("data").textContent));
