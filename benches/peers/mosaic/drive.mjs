// Serves the page, opens it in headless Chromium and asks what the plan says: the same lines as the other peers' (common.py).

import { build } from "esbuild";
import { createReadStream, readFileSync, readdirSync, rmSync, mkdtempSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import puppeteer from "puppeteer-core";

const FEWEST_WARM = 5;

const text = { type: "string" };
const { values: given } = parseArgs({
  options: { plan: text, data: text, grades: text, question: text, warm: text, seconds: text, chromium: text },
});
const say = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);
const steps = JSON.parse(readFileSync(given.plan, "utf8"));
const grades = readFileSync(given.grades, "utf8")
  .split("\n")
  .filter((line) => line && !line.startsWith("#"))
  .slice(1)
  .map((line) => line.split(","))
  .map(([kind, grade, , points]) => [kind, grade, points ? Number(points) : null]);

const { outputFiles } = await build({
  entryPoints: [join(import.meta.dirname, "page.js")],
  bundle: true,
  format: "esm",
  write: false,
  logLevel: "error",
});
const duckdb = join(import.meta.dirname, "node_modules/@duckdb/duckdb-wasm/dist");

const server = createServer((request, response) => {
  const path = new URL(request.url, "http://localhost").pathname.slice(1);
  const [folder, name] = path.split("/");
  const type = path.endsWith(".wasm") ? "application/wasm" : path.endsWith(".js") ? "text/javascript" : "text/html";
  response.setHeader("Content-Type", folder === "data" ? "application/octet-stream" : type);
  const file =
    folder === "data" ? join(given.data, name) : folder === "duckdb" ? join(duckdb, name) : join(import.meta.dirname, "index.html");
  if (path === "page.bundle.js") return response.end(outputFiles[0].contents);
  if (path === "favicon.ico") return response.writeHead(404).end();
  createReadStream(file).on("error", () => response.writeHead(404).end()).pipe(response);
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));

const profile = mkdtempSync(join(tmpdir(), "peer-chromium-"));
const browser = await puppeteer.launch({
  executablePath: given.chromium,
  userDataDir: profile,
  protocolTimeout: 0,
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
});

/** The most memory that Chromium's processes had, each its own, added up; in bytes. */
function peak() {
  const parents = new Map();
  const most = new Map();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      parents.set(Number(pid), Number(/^PPid:\s+(\d+)/m.exec(status)[1]));
      most.set(Number(pid), 1024 * Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0));
    } catch {
      // It has ended.
    }
  }
  const top = browser.process().pid;
  const below = (pid) => pid === top || (parents.has(pid) && below(parents.get(pid)));
  return [...most.keys()].filter(below).reduce((sum, pid) => sum + most.get(pid), 0);
}

/** An error in a few words. */
function words(error) {
  const told = String(error?.message ?? error).replace(/\s+/g, " ");
  return /out of memory|memory access out of bounds|allocat|bad_alloc|maximum size/i.test(told) ? `out of memory: ${told}` : told;
}

let crashed;
try {
  const page = await browser.newPage();
  const crash = new Promise((_, reject) => {
    page.on("error", (error) => reject(error));
    page.on("pageerror", (error) => reject(error));
  });
  crash.catch((error) => (crashed = error));
  const files = ["results.parquet", "pupils.parquet", "schools.parquet"];
  const address = `http://127.0.0.1:${server.address().port}/?question=${given.question}`;
  const since = performance.now();
  await page.goto(address);
  const open = page.evaluate((files, grades, step) => globalThis.peer.open(files, grades, step), files, grades, steps[0]);
  const rows = await Promise.race([open, crash]);
  say({ event: "cold", ms: performance.now() - since, peak: peak() });
  say({ event: "answer", step: 0, rows });
  const began = performance.now();
  for (let nth = 1; nth <= Math.min(Number(given.warm), steps.length - 1); nth++) {
    if (nth > FEWEST_WARM && performance.now() - began > 1e3 * Number(given.seconds)) break;
    const asked = page.evaluate((step) => globalThis.peer.ask(step), steps[nth]);
    const { ms, rows } = await Promise.race([asked, crash]);
    say({ event: "warm", ms, peak: peak() });
    say({ event: "answer", step: nth, rows });
  }
} catch (error) {
  say({ event: "failed", why: words(crashed ?? error), peak: peak() });
} finally {
  await browser.close().catch(() => {});
  server.close();
  rmSync(profile, { recursive: true, force: true });
}
