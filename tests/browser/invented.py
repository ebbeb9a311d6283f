"""People and tables that a report finds hard: markup in every name, nothing known by its name."""

MARKUP = "<img src=x onerror=alert(1)>"
NAMES = [MARKUP, "Zoë & 'co' \"quoted\" $x$", *(f"person {number}" for number in range(40))]
FAILURES = [
    (f"failed {n}", "", "prepare", f"</script><b>{MARKUP}", f"advice {n}") for n in range(30)
]


def extra_tables(results):
    """Files of which the report knows nothing: a row a person, a matrix, and neither."""
    quoted = [f'"{name.replace(chr(34), chr(34) * 2)}"' for name in NAMES]
    people = ["identity,rank_1", *(f"{name},0.{n}" for n, name in enumerate(quoted, start=10))]
    matrix = [",".join(["identity", *quoted])]
    for row, name in enumerate(quoted):
        cells = ["0.9" if column == row else "0.05" for column in range(len(quoted))]
        matrix.append(",".join([name, *cells]))
    groups = ["group,share_locked,warning", f"a,0.9,{MARKUP}", "b,0.8,"]
    paths = []
    for name, lines in (("identities", people), ("confusion", matrix), ("groups", groups)):
        paths.append(results / f"{name}.csv")
        paths[-1].write_text("\n".join(lines) + "\n")
    return paths
