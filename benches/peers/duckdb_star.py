"""The star join over Parquet in DuckDB."""

import duckdb

import common


def connect(given):
    con = duckdb.connect()
    for name in ["results", "pupils", "schools"]:
        con.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{common.parquet(given.data, name)}')")
    con.execute(f"CREATE VIEW register AS {common.REGISTER}")
    con.execute("CREATE TABLE grades (qualification VARCHAR, grade VARCHAR, points DOUBLE)")
    con.executemany("INSERT INTO grades VALUES (?, ?, ?)", common.grades(given.grades))
    return lambda step: con.execute(common.sql(given.question, step)).fetchall()


common.run(connect)
