"""What every peer shares: the plan that it is given, the clock, and the lines that it prints.

A peer is a process of its own. It opens the files, answers the plan's first step (cold: from opening the files to the answer),
then the steps after it, each with another authority and other pupils (warm), until the steps or the seconds are used up. It
prints one JSON line per event; answers are printed after the clock has stopped.
"""

import argparse
import csv
import json
import os
import time

# The last year with results, of which the schools' chart is.
YEAR = 2024
# The subject of the tiles and of the schools' chart.
SUBJECT = "maths"
# Fewer answers than this say nothing of the 95th percentile, so they come even when the seconds are used up.
FEWEST_WARM = 5


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--plan", required=True, help="steps, as JSON")
    parser.add_argument("--data", required=True, help="folder of the Parquet files")
    parser.add_argument("--grades", required=True, help="points of every grade, as CSV")
    parser.add_argument("--question", required=True, choices=["tiles", "trends", "scatter"])
    parser.add_argument("--warm", type=int, default=0, help="warm answers at most")
    parser.add_argument("--seconds", type=float, default=60, help="no further warm answer after so many seconds")
    return parser.parse_args()


def grades(path):
    """Qualification, grade and points (None where the grade is no result)."""
    with open(path, encoding="utf-8") as lines:
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        return [(row["qualification"], row["grade"], float(row["points"]) if row["points"] else None) for row in rows]


def parquet(data, name):
    return os.path.join(data, f"{name}.parquet")


def condition(step, table="p"):
    """The step's pupils, in SQL."""
    parts = []
    for column, value in step["filter"]:
        word = ("TRUE" if value else "FALSE") if isinstance(value, bool) else f"'{value}'"
        parts.append(f"{table}.{column} = {word}")
    return " AND ".join(parts)


def sql(question, step):
    """The query that an analyst would write: a star join of the results with pupils, schools and points.

    A school that became an academy has two rows, and its results are the successor's. A pupil has one result in maths.
    """
    star = """FROM results AS r
        JOIN pupils AS p ON p.pupil = r.pupil AND p.key_stage = r.key_stage
        JOIN register AS s ON s.urn = r.urn
        JOIN grades AS g ON g.qualification = r.qualification AND g.grade = r.grade"""
    here = f"s.la_code = {step['la']}"
    if question == "tiles":
        of_la = f"CASE WHEN {here} THEN g.points END"
        return f"""SELECT r.year, COUNT({of_la}), AVG({of_la}), AVG(g.points) {star}
            WHERE r.key_stage = 4 AND r.subject = '{SUBJECT}' AND {condition(step)} GROUP BY r.year"""
    if question == "trends":
        return f"""SELECT r.subject, r.year, COUNT(g.points), AVG(g.points) {star}
            WHERE r.key_stage = 4 AND {here} AND {condition(step)} GROUP BY r.subject, r.year"""
    return f"""SELECT s.school, COUNT(*), AVG(g.points), AVG(p.prior_score)
        FROM pupils AS p
        JOIN register AS s ON s.urn = p.urn
        LEFT JOIN (SELECT pupil, qualification, grade FROM results
            WHERE key_stage = 4 AND year = {YEAR} AND subject = '{SUBJECT}') AS r ON r.pupil = p.pupil
        LEFT JOIN grades AS g ON g.qualification = r.qualification AND g.grade = r.grade
        WHERE p.key_stage = 4 AND p.year = {YEAR} AND {condition(step)} GROUP BY s.school"""


# Every school under the number that it has now.
REGISTER = """SELECT s.urn, COALESCE(n.urn, s.urn) AS school, COALESCE(n.la_code, s.la_code) AS la_code
    FROM schools AS s LEFT JOIN schools AS n ON n.predecessor_urn = s.urn"""


def say(**event):
    print(json.dumps(event), flush=True)


def peak():
    """The most memory that this process had, in bytes."""
    with open("/proc/self/status", encoding="ascii") as lines:
        return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def run(connect):
    """`connect(arguments)` opens the files and gives a function from a step to rows of key, count and figures."""
    given = arguments()
    with open(given.plan, encoding="utf-8") as file:
        steps = json.load(file)
    since = time.perf_counter()
    ask = connect(given)
    rows = ask(steps[0])
    say(event="cold", ms=1e3 * (time.perf_counter() - since), peak=peak())
    say(event="answer", step=0, rows=rows)
    began = time.perf_counter()
    for nth, step in enumerate(steps[1 : given.warm + 1], 1):
        if nth > FEWEST_WARM and time.perf_counter() - began > given.seconds:
            break
        since = time.perf_counter()
        rows = ask(step)
        say(event="warm", ms=1e3 * (time.perf_counter() - since), peak=peak())
        say(event="answer", step=nth, rows=rows)
