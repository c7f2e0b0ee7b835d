"""The same questions in Polars: lazy frames over Parquet, on its streaming engine."""

from functools import reduce

import polars as pl

import common

YEAR, SUBJECT = common.YEAR, common.SUBJECT


def connect(given):
    results, pupils, schools = (
        pl.scan_parquet(common.parquet(given.data, name)) for name in ["results", "pupils", "schools"]
    )
    grades = pl.LazyFrame(common.grades(given.grades), schema=["qualification", "grade", "points"], orient="row")
    successors = schools.filter(pl.col("predecessor_urn").is_not_null()).select(
        urn="predecessor_urn", school="urn", la="la_code"
    )
    register = schools.join(successors, on="urn", how="left").select(
        "urn", pl.coalesce("school", "urn").alias("school"), pl.coalesce("la", "la_code").alias("la_code")
    )
    results, pupils = results.filter(pl.col("key_stage") == 4), pupils.filter(pl.col("key_stage") == 4)
    points = pl.col("points")

    def is_asked(step):
        return reduce(lambda a, b: a & b, (pl.col(column) == value for column, value in step["filter"]))

    def star(step):
        of = pupils.filter(is_asked(step)).select("pupil")
        facts = results.drop("points").join(of, on="pupil").join(register, on="urn")
        return facts.join(grades, on=["qualification", "grade"])

    def tiles(step):
        here = pl.when(pl.col("la_code") == step["la"]).then(points)
        figures = here.count().alias("n"), here.mean().alias("here"), points.mean()
        return star(step).filter(pl.col("subject") == SUBJECT).group_by("year").agg(*figures)

    def trends(step):
        here = star(step).filter(pl.col("la_code") == step["la"])
        return here.group_by("subject", "year").agg(points.count().alias("n"), points.mean())

    def scatter(step):
        of_subject = results.filter((pl.col("year") == YEAR) & (pl.col("subject") == SUBJECT))
        marks = of_subject.select("pupil", "qualification", "grade").join(grades, on=["qualification", "grade"])
        of_year = pupils.filter((pl.col("year") == YEAR) & is_asked(step)).join(register, on="urn")
        both = of_year.join(marks, on="pupil", how="left")
        return both.group_by("school").agg(pl.len().alias("n"), points.mean(), pl.col("prior_score").mean())

    question = {"tiles": tiles, "trends": trends, "scatter": scatter}[given.question]
    return lambda step: question(step).collect(engine="streaming").rows()


common.run(connect)
