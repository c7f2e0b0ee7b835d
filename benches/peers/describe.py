"""What is in a folder of Parquet files: the results at the end of key stage 4, and the authorities that have them."""

import json
import sys

import duckdb

results, schools = (f"read_parquet('{sys.argv[1]}/{name}.parquet')" for name in ["results", "schools"])
[(counted,)] = duckdb.sql(f"SELECT COUNT(*) FROM {results} WHERE key_stage = 4").fetchall()
places = duckdb.sql(f"SELECT DISTINCT la_code FROM {schools} WHERE phase = 'Secondary' ORDER BY la_code").fetchall()
print(json.dumps({"results": counted, "authorities": [code for (code,) in places]}))
