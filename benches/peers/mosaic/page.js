// Three charts over the Parquet files: Mosaic's vgplot over DuckDB in the browser.
//
// `?question=tiles` shows one of them; all three without. `peer.open(step)` opens the files and draws, `peer.ask(step)` changes
// the authority and the pupils and draws again; both give the rows that were drawn, as key, count and figures.

import * as duckdb from "@duckdb/duckdb-wasm";
import * as vg from "@uwdata/vgplot";
import { clausePoints, Selection } from "@uwdata/mosaic-core";

const YEAR = 2024;
const SUBJECT = "maths";

const everyone = Selection.intersect();
const here = Selection.intersect();
const failures = [];

/** One change of a selection: values of columns, all of which must hold. */
function pick(selection, pairs) {
  const clause = clausePoints(pairs.map(([column]) => vg.column(column)), [pairs.map(([, value]) => value)], { source: selection });
  // Without the clause's kind, so that nothing is aggregated ahead: the next change is of other columns, and Mosaic, which knows
  // a clause by its source, would ask the wrong cells.
  selection.update({ ...clause, meta: undefined });
  return selection.pending("value");
}

/** The pupils, and with them the authority, as a page's menus would set them. */
function choose(step) {
  return Promise.all([pick(everyone, step.filter), pick(here, [...step.filter, ["la_code", step.la]])]);
}

async function open(files, grades) {
  const logger = new duckdb.VoidLogger();
  const db = new duckdb.AsyncDuckDB(logger, new Worker("duckdb/duckdb-browser-eh.worker.js"));
  await db.instantiate(new URL("duckdb/duckdb-eh.wasm", location.href).href);
  for (const name of files) {
    const response = await fetch(`data/${name}`);
    await db.registerFileBuffer(name, new Uint8Array(await response.arrayBuffer()));
  }
  const coordinator = vg.coordinator();
  const connector = vg.wasmConnector({ duckdb: db });
  // The last DuckDB for browsers that has its Parquet reader in the package knows the long word only.
  const spelt = (asked) => ({ ...asked, sql: asked.sql.replace(/^DESC /, "DESCRIBE ") });
  coordinator.databaseConnector({ query: (asked) => connector.query(spelt(asked)) });
  coordinator.logger(null);
  const points = grades.map(([kind, grade, worth]) => `('${kind}', '${grade}', ${worth ?? "NULL"})`);
  await coordinator.exec([
    ...files.map((name) => `CREATE VIEW ${name.split(".")[0]} AS SELECT * FROM read_parquet('${name}')`),
    `CREATE TABLE grades AS SELECT qualification, grade, CAST(points AS DOUBLE) AS points
      FROM (VALUES ${points.join(", ")}) AS g(qualification, grade, points)`,
    // Every school under the number that it has now.
    `CREATE VIEW register AS SELECT s.urn, COALESCE(n.urn, s.urn) AS school, COALESCE(n.la_code, s.la_code) AS la_code
      FROM schools AS s LEFT JOIN schools AS n ON n.predecessor_urn = s.urn`,
    `CREATE VIEW star AS SELECT r.subject, r.year, s.la_code, g.points, p.* EXCLUDE (pupil, urn, year, key_stage)
      FROM results AS r
      JOIN pupils AS p ON p.pupil = r.pupil AND p.key_stage = r.key_stage
      JOIN register AS s ON s.urn = r.urn
      JOIN grades AS g ON g.qualification = r.qualification AND g.grade = r.grade
      WHERE r.key_stage = 4`,
    `CREATE VIEW star_of_subject AS SELECT * FROM star WHERE subject = '${SUBJECT}'`,
    `CREATE VIEW pupils_of_year AS SELECT s.school, s.la_code, g.points, p.*
      FROM pupils AS p
      JOIN register AS s ON s.urn = p.urn
      LEFT JOIN (SELECT pupil, qualification, grade FROM results
        WHERE key_stage = 4 AND year = ${YEAR} AND subject = '${SUBJECT}') AS r ON r.pupil = p.pupil
      LEFT JOIN grades AS g ON g.qualification = r.qualification AND g.grade = r.grade
      WHERE p.key_stage = 4 AND p.year = ${YEAR}`,
  ]);
}

const n = (column) => ({ n: vg.count(column) });

const CHARTS = {
  tiles: () =>
    vg.plot(
      vg.line(vg.from("star_of_subject", { filterBy: here }), {
        x: "year",
        y: vg.avg("points"),
        channels: n("points"),
      }),
      vg.line(vg.from("star_of_subject", { filterBy: everyone }), {
        x: "year",
        y: vg.avg("points"),
        stroke: "grey",
      }),
    ),
  trends: () =>
    vg.plot(
      vg.line(vg.from("star", { filterBy: here }), {
        x: "year",
        y: vg.avg("points"),
        z: "subject",
        stroke: "subject",
        channels: n("points"),
      }),
    ),
  scatter: () =>
    vg.plot(
      vg.dot(vg.from("pupils_of_year", { filterBy: everyone }), {
        x: vg.avg("prior_score"),
        y: vg.avg("points"),
        z: "school",
        r: vg.count(),
      }),
    ),
};

/** What a mark has drawn, by the names of its columns. */
function drawn(mark, ...names) {
  const columns = names.map((name) => Array.from(mark.data.columns[name], (of) => (typeof of === "bigint" ? Number(of) : of)));
  return columns[0].map((_, nth) => columns.map((column) => column[nth]));
}

const ROWS = {
  tiles: ([of_la, of_all]) => {
    const nation = new Map(drawn(of_all, "year", "y"));
    const rows = drawn(of_la, "year", "n", "y");
    return rows.map((row) => [...row, nation.get(row[0])]);
  },
  trends: ([mark]) => drawn(mark, "subject", "year", "n", "y"),
  scatter: ([mark]) => drawn(mark, "school", "r", "y", "x"),
};

const asked = new URLSearchParams(location.search).get("question");
const shown = asked ? [asked] : Object.keys(CHARTS);
const plots = new Map();

/** Waits until the charts are drawn: a mark is pending until its plot is. */
async function settled() {
  for (const { marks } of plots.values()) {
    for (const mark of marks) await mark.pending;
  }
  if (failures.length > 0) throw new Error(failures.join("; "));
}

const rows = () => ROWS[shown[0]](plots.get(shown[0]).marks);

globalThis.peer = {
  async open(files, grades, step) {
    await open(files, grades);
    await choose(step);
    for (const name of shown) {
      const element = CHARTS[name]();
      plots.set(name, element.value);
      for (const mark of element.value.marks) mark.queryError = (error) => failures.push(String(error?.cause ?? error));
      document.getElementById("charts").append(element);
    }
    await settled();
    return rows();
  },
  async ask(step) {
    const since = performance.now();
    await choose(step);
    await settled();
    return { ms: performance.now() - since, rows: rows() };
  },
};
