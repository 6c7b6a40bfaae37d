"""The data dictionary, generated from tables.yaml: python -m configs.dictionary > docs/data-dictionary.md"""

from configs.tables import Column, Table, tables

HEAD = """# Data dictionary

Every table, its grain, its key and its columns, generated from `configs/tables.yaml`. Shares are 0 to 1, changes are
fractions (-0.25 is -25 %), instants are UTC, a week is the date of its Monday in Asia/Shanghai. Columns marked
*volatile* may differ between two runs that are equal in everything else.
"""


def dictionary() -> str:
    """The whole page as Markdown."""
    return HEAD + "\n".join(_section(table) for table in tables().values())


def _section(table: Table) -> str:
    rows = "\n".join(_row(column, table) for column in table.columns)
    return f"""
## {table.name}

{table.grain["en"]}. {table.grain["zh"]}。

| column | type | unit | meaning | 含义 |
|---|---|---|---|---|
{rows}
"""


def _row(column: Column, table: Table) -> str:
    marks = [
        mark
        for mark, holds in (
            ("key", column.name in table.key),
            ("may be null", column.nullable),
            ("volatile", column.volatile),
        )
        if holds
    ]
    meaning = column.en + (f" ({', '.join(marks)})" if marks else "")
    return f"| `{column.name}` | {column.type} | {column.unit or ''} | {meaning} | {column.zh} |"


if __name__ == "__main__":
    print(dictionary(), end="")
