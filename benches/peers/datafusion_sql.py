"""The same SQL in DataFusion."""

import datafusion
import pyarrow

import common


def connect(given):
    ctx = datafusion.SessionContext()
    for name in ["results", "pupils", "schools"]:
        ctx.register_parquet(name, common.parquet(given.data, name))
    ctx.register_view("register", ctx.sql(common.REGISTER))
    columns = zip(*common.grades(given.grades), strict=True)
    batch = pyarrow.record_batch(list(map(list, columns)), names=["qualification", "grade", "points"])
    ctx.register_record_batches("grades", [[batch]])

    def ask(step):
        table = ctx.sql(common.sql(given.question, step)).to_arrow_table()
        return list(zip(*(column.to_pylist() for column in table.columns), strict=True))

    return ask


common.run(connect)
