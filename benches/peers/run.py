#!/usr/bin/env python3
"""Asks the same three questions of Schoolbench and of what people would use instead, and prints one table.

See README.md beside this file. Nothing but Python is needed to start it; the rest is installed under --work.
"""

import argparse
import json
import math
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import venv
from itertools import zip_longest
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
GRADES = ROOT / "data/reference/grades.csv"

QUESTIONS = {
    "tiles": "Tiles: maths by year, an authority and all England",
    "trends": "Trends: every subject by year, an authority",
    "scatter": "Scatter: every school of England, last year",
}
# How many leading columns of an answer's rows are keys; then come the count and the figures.
KEYS = {"tiles": 1, "trends": 2, "scatter": 1}
# Schools of the made-up England at each size; None for all of them.
SIZES = {"1m": 390, "10m": 3900, "54m": None}
SCRIPTS = {
    "DuckDB": "duckdb_star.py",
    "Polars": "polars_lazy.py",
    "DataFusion": "datafusion_sql.py",
}
OURS = "Schoolbench"
# The same where the group is on screen before the filter, as in the window: what its filters need is there.
CHOSEN = "Schoolbench, group chosen"
PEERS = [OURS, *SCRIPTS, "Mosaic", CHOSEN]
# What the figures are compared with first.
REFERENCE = "DuckDB"
CLOSE = 1e-9

# Each a change that an adviser could make; no two are the same, so that nobody has the answer already.
FILTERS = [
    {"fsm6": True},
    {"disadvantaged": True},
    {"eal": True},
    {"sen": "K"},
    {"sex": "F"},
    {"ethnicity": "ASIA"},
    {"fsm6": False},
    {"sen": "N"},
    {"sex": "M"},
    {"eal": False},
    {"disadvantaged": False},
    {"ethnicity": "WHIT"},
    {"fsm6": True, "sex": "F"},
    {"disadvantaged": True, "sex": "M"},
    {"eal": True, "fsm6": True},
    {"sen": "K", "sex": "F"},
    {"ethnicity": "BLAC"},
    {"fsm6": True, "sex": "M"},
    {"disadvantaged": True, "eal": True},
    {"sen": "K", "fsm6": True},
    {"ethnicity": "MIXD"},
    {"eal": True, "sex": "F"},
    {"sen": "E"},
    {"sen": "N", "fsm6": True},
]


def main():
    given = arguments()
    given.work.mkdir(parents=True, exist_ok=True)
    given.out.mkdir(parents=True, exist_ok=True)
    tools = Tools(given)
    stream = json.loads(tools.python("stream.py"))
    rows, faults = [], []
    for size in given.sizes:
        data = tools.data(size)
        described = json.loads(tools.python("describe.py", data))
        plan = given.work / f"plan-{size}.json"
        plan.write_text(json.dumps(steps(described["authorities"])))
        for question in QUESTIONS:
            answers = {}
            for peer in given.peers:
                tell(f"{size}, {question}: {peer}")
                command = tools.command(peer, size, data)
                row, answers[peer] = measured(given, command, plan, question)
                rows.append({"peer": peer, "size": size, "results": described["results"], "question": question, **row})
                told = {name: row[name] for name in ["cold", "warm", "why"]}
                tell(f"  {json.dumps(told)}")
            faults += disagreements(size, question, answers, rows)
    result = {"machine": tools.machine(), "stream_gb_per_s": stream, "rows": rows, "disagreements": faults}
    path = given.out / "results.json"
    path.write_text(json.dumps(result, indent=1) + "\n")
    table = table_of(result)
    (given.out / "table.md").write_text(table)
    print(table)
    if OURS in given.peers:
        run([tools.bench(), "--chart", path, given.out / "growth.svg"])
    if faults:
        sys.exit("the figures do not agree:\n" + "\n".join(faults))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    folder = Path(tempfile.gettempdir()) / "schoolbench-peers"
    parser.add_argument("--work", type=Path, default=folder, help="packages, Parquet files and workspaces are kept here")
    parser.add_argument("--out", type=Path, help="results.json, table.md and growth.svg go here (WORK/out)")
    parser.add_argument("--sizes", type=words_of(SIZES), default=list(SIZES), help=",".join(SIZES))
    parser.add_argument("--peers", type=words_of(PEERS), default=PEERS, help=",".join(PEERS))
    parser.add_argument("--data", action="append", default=[], metavar="SIZE=DIR", help="Parquet files that are there already")
    parser.add_argument("--workspace", action="append", default=[], metavar="SIZE=FILE", help="the same, loaded already")
    parser.add_argument("--schoolbench", type=Path, help="the program, built already")
    parser.add_argument("--bench", type=Path, help="the bench `peer`, built already")
    parser.add_argument("--chromium", default=None, help="the browser")
    parser.add_argument("--limit", type=float, default=90, help="seconds for a peer, a size and a question")
    parser.add_argument("--seconds", type=float, default=6, help="of them for warm answers beyond the first five")
    given = parser.parse_args()
    given.out = given.out or given.work / "out"
    given.data, given.workspace = (dict(pair.split("=", 1) for pair in pairs) for pairs in [given.data, given.workspace])
    return given


def words_of(known):
    def words(text):
        chosen = text.split(",")
        for word in chosen:
            if word not in known:
                raise argparse.ArgumentTypeError(f"{word} is none of {', '.join(known)}")
        return chosen

    return words


def steps(authorities):
    """Who is asked about, one after the other."""
    return [{"la": authorities[7 * nth % len(authorities)], "filter": list(of.items())} for nth, of in enumerate(FILTERS)]


class Tools:
    """What is installed, built and made, each once."""

    def __init__(self, given):
        self.given = given
        self.built = {}
        self.venv = given.work / "venv"
        self.mosaic = given.work / "mosaic"
        self.chromium = given.chromium or next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
        wanted = HERE / "requirements.txt"
        if stale(self.venv / "installed.txt", wanted):
            venv.create(self.venv, with_pip=True, clear=True)
            run([self.venv / "bin/python", "-m", "pip", "install", "--quiet", "-r", wanted])
            shutil.copy(wanted, self.venv / "installed.txt")
        if "Mosaic" in given.peers:
            if not self.chromium:
                sys.exit("no chromium on the path; name one by --chromium, or leave Mosaic out of --peers")
            shutil.copytree(HERE / "mosaic", self.mosaic, dirs_exist_ok=True)
            wanted = HERE / "mosaic/package-lock.json"
            if stale(self.mosaic / "installed.json", wanted):
                run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=self.mosaic)
                shutil.copy(wanted, self.mosaic / "installed.json")

    def python(self, script, *words):
        return run([self.venv / "bin/python", HERE / script, *words])

    def build(self, *words):
        """The program that cargo built, under the folder of CARGO_TARGET_DIR if that is set."""
        if words not in self.built:
            lines = run(["cargo", *words, "--locked", "--message-format=json-render-diagnostics"], cwd=ROOT).splitlines()
            made = [json.loads(line).get("executable") for line in lines if line.startswith("{")]
            self.built[words] = next(path for path in reversed(made) if path)
        return self.built[words]

    def schoolbench(self):
        return self.given.schoolbench or self.build("build", "--release", "--bin", "schoolbench")

    def bench(self):
        return self.given.bench or self.build("bench", "--no-run", "--bench", "peer")

    def data(self, size):
        """The folder of the Parquet files."""
        if size in self.given.data:
            return Path(self.given.data[size]).resolve()
        folder = self.given.work / f"data-{size}"
        if not (folder / "results.parquet").exists():
            tell(f"{size}: making the Parquet files")
            making = folder.with_suffix(".making")
            schools = ["--schools", SIZES[size]] if SIZES[size] else []
            run([self.schoolbench(), "synth", "--size", "national", *schools, "--seed", 1, "--out", making])
            making.rename(folder)
        return folder

    def workspace(self, size, data):
        """The workspace into which the same Parquet files are loaded."""
        if size in self.given.workspace:
            return self.given.workspace[size]
        path = self.given.work / f"{size}.schoolbench"
        if not path.exists():
            tell(f"{size}: loading the workspace")
            run([self.schoolbench(), "import", "--workspace", path, data])
        return path

    def command(self, peer, size, data):
        if peer in (OURS, CHOSEN):
            return [self.bench(), "--workspace", self.workspace(size, data), *(["--chosen"] if peer == CHOSEN else [])]
        files = ["--data", data, "--grades", GRADES]
        if peer == "Mosaic":
            return ["node", self.mosaic / "drive.mjs", *files, "--chromium", self.chromium]
        return [self.venv / "bin/python", HERE / SCRIPTS[peer], *files]

    def machine(self):
        pins = (HERE / "requirements.txt").read_text().split()
        pins += [f"{name}=={version}" for name, version in json.loads((HERE / "mosaic/package.json").read_text())["dependencies"].items()]
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        told = {"cores": len(os.sched_getaffinity(0)), "memory_gib": round(memory / 2**30), "python": platform.python_version()}
        if "Mosaic" in self.given.peers:
            told["chromium"] = run([self.chromium, "--version"]).strip()
        return told | {"packages": pins}


def stale(installed, wanted):
    return not installed.exists() or installed.read_bytes() != wanted.read_bytes()


def run(command, **options):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True, check=False, **options)
    if done.returncode:
        sys.exit(f"{command[0]} ended with {done.returncode}")
    return done.stdout


def tell(words):
    print(words, file=sys.stderr, flush=True)


def measured(given, command, plan, question):
    """Times of a peer, and its answers by step. Three processes answer the first step each; the last goes on from there."""
    deadline = time.monotonic() + given.limit
    cold, warm, peaks, answers, why = [], [], [], {}, None
    for nth in range(3):
        left = deadline - time.monotonic()
        # Where an answer takes long, the time left goes to warm ones.
        is_last = nth == 2 or bool(cold) and cold[-1] > 1e3 * given.limit / 10
        times = ["--plan", plan, "--question", question, "--warm", len(FILTERS) - 1 if is_last else 0, "--seconds", given.seconds]
        events, late, said = events_of([*command, *times], left)
        for event in events:
            peaks.append(event.get("peak") or 0)
            if event["event"] == "cold":
                cold.append(event["ms"])
            elif event["event"] == "warm":
                warm.append(event["ms"])
            elif event["event"] == "answer":
                answers[event["step"]] = event["rows"]
            elif event["event"] == "failed":
                why = event["why"]
        if late:
            why = f"more than {given.limit:.0f} s" if not cold else f"stopped after {given.limit:.0f} s"
        elif said:
            why = why or said
        if late or why or is_last:
            break
    return {"cold": times_of(cold), "warm": times_of(warm), "peak": max(peaks, default=0), "why": why}, answers


def events_of(command, seconds):
    """The lines that a process printed, whether it was ended for being late, and else why it failed."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        words = [str(word) for word in command]
        process = subprocess.Popen(words, stdout=out, stderr=errors, text=True, start_new_session=True)
        late = False
        try:
            process.wait(timeout=max(seconds, 1))
        except subprocess.TimeoutExpired:
            late = True
        finally:
            end(process)
        out.seek(0)
        events = []
        for line in out:
            try:
                event = json.loads(line)
            except json.JSONDecodeError:
                continue  # Cut off, as the process was ended.
            if isinstance(event, dict):
                events.append(event)
        errors.seek(0)
        last = (errors.read().strip().splitlines() or [""])[-1]
        failed = None if late or process.returncode == 0 else last or f"ended with {process.returncode}"
        return events, late, failed


def end(process):
    """Ends a process that is late, and what it has started; asks first, so that a browser is closed."""
    for sign in [signal.SIGTERM, signal.SIGKILL]:
        if process.poll() is not None:
            return
        os.killpg(process.pid, sign)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            continue


def times_of(times):
    if not times:
        return None
    return {"p50": quantile(times, 0.5), "p95": quantile(times, 0.95), "n": len(times)}


def quantile(times, share):
    """The smallest time that so large a share of the times do not exceed."""
    return sorted(times)[max(math.ceil(share * len(times)) - 1, 0)]


def disagreements(size, question, answers, rows):
    """Where figures of two peers differ. What Schoolbench withholds is counted, and is no disagreement."""
    faults = []
    ours = (OURS, CHOSEN)
    order = sorted(answers, key=lambda peer: (peer != REFERENCE, peer in ours, PEERS.index(peer)))
    for peer in order:
        compared = withheld = 0
        for step, of_peer in answers[peer].items():
            first = next((other for other in order if other != peer and step in answers[other]), None)
            if first is None or order.index(first) > order.index(peer):
                continue
            mine, theirs = by_key(of_peer, question), by_key(answers[first][step], question)
            for key in sorted(mine.keys() | theirs.keys(), key=str):
                where = f"{size}, {question}, step {step}, {key}: {peer} {mine.get(key)}, {first} {theirs.get(key)}"
                if key not in mine or key not in theirs:
                    # Rows without a pupil may be told or not; of withheld ones Schoolbench does not tell which they are.
                    told = mine.get(key) or theirs.get(key)
                    if told[0] or peer not in ours and told[0] is None:
                        faults.append(where)
                    continue
                for a, b in zip_longest(mine[key], theirs[key]):
                    if a is None and b is not None and peer in ours:
                        withheld += 1
                    elif (a is None) != (b is None) or a is not None and abs(a - b) > CLOSE * max(abs(a), abs(b)):
                        faults.append(where)
                        break
                    elif a is not None:
                        compared += 1
        row = next(row for row in rows if (row["size"], row["question"], row["peer"]) == (size, question, peer))
        row |= {"figures_compared": compared, "figures_withheld": withheld}
    return faults


def by_key(rows, question):
    keys = KEYS[question]
    found = {tuple(row[:keys]): row[keys:] for row in rows}
    assert len(found) == len(rows), "a key stands twice"
    return {key: figures for key, figures in found.items() if figures[0] != 0}


def table_of(result):
    machine, stream = result["machine"], result["stream_gb_per_s"]
    lines = [
        "| question | results | program | cold p50 | cold p95 | warm p50 | warm p95 | answers | against ours | group chosen | memory |",
        "|---|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for question, name in QUESTIONS.items():
        for row in sorted((row for row in result["rows"] if row["question"] == question), key=lambda row: row["results"]):
            same = [of for of in result["rows"] if (of["question"], of["size"]) == (question, row["size"])]
            cells = [name, f"{row['results']:,}", row["peer"]]
            for times in [row["cold"], row["warm"]]:
                cells += [took(times["p50"]), took(times["p95"])] if times else [row["why"] or "–"] * 2
            cells.append(" + ".join(str(times["n"]) if times else "0" for times in [row["cold"], row["warm"]]))
            for peer in [OURS, CHOSEN]:
                ours = next((of["warm"] for of in same if of["peer"] == peer), None)
                cells.append(times_as_long(row["warm"]["p50"] / ours["p50"]) if ours and row["warm"] else "–")
            lines.append("| " + " | ".join([*cells, size_of(row["peak"])]) + " |")
    compared = sum(row["figures_compared"] for row in result["rows"])
    withheld = sum(row["figures_withheld"] for row in result["rows"])
    lines += [
        "",
        f"{machine['cores']} cores, {machine['memory_gib']} GiB. Memory is read at {stream['read_all_cores']} GB/s by all cores "
        f"({stream['read_one_core']} by one) and copied at {stream['copy_all_cores']} GB/s. Answers: cold + warm. "
        f"{compared:,} figures agree to {CLOSE:g}, {len(result['disagreements']):,} do not; Schoolbench withheld {withheld:,}.",
        "",
    ]
    return "\n".join(lines)


def times_as_long(ratio):
    return f"{ratio:,.1f}x" if ratio >= 0.1 else f"{ratio:.4f}x"


def took(ms):
    return f"{ms:.1f} ms" if ms < 100 else f"{ms:.0f} ms" if ms < 1000 else f"{ms / 1e3:.2f} s"


def size_of(peak):
    return f"{peak / 2**20:,.0f} MiB" if peak else "–"


main()
