"""The command `medcost schema infer`: propose a schema for a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter
from rich.markup import escape

from domain.errors import ConfigurationError
from entrypoints.cli.options import Sheet
from entrypoints.cli.output import counted, stderr
from entrypoints.cli.overwriting import refuse_same

_NAMED: Final = 10
"""Columns that are named with a reason why they are left out; the schema names all of them."""


def infer(
    file: Path,
    /,
    *,
    cost: str | None = None,
    out: Path | None = None,
    currency: str = "",
    sheet: Sheet = "",
    overwrite: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Propose a schema for a file, with comments on what is unsure. Correct it, then check it with `schema check`.

    For example:

        medcost schema infer claims.csv --out claims.yaml

        medcost schema infer claims.xlsx --cost PremiumPrice --currency EUR

    Parameters
    ----------
    file
        CSV in any dialect, XLSX or Parquet; the first 100,000 rows are looked at.
    cost
        The column that holds the cost of a year; without it, it is looked for by its name.
    out
        The file to write; without it the schema is printed.
    currency
        ISO 4217 code of the money; without it, the signs beside the amounts and the name of the cost say it, or else
        it is USD.
    overwrite
        Replace the file that is there.
    """
    from entrypoints.composition.schema_proposal import proposed

    if out and out.exists() and not overwrite:
        message = f"{out} is there already: name another file, or say --overwrite"
        raise ConfigurationError(message)
    if out:
        refuse_same(file, out)
    proposal, text = proposed(file, cost=cost, currency=currency, sheet=sheet)
    if out is None:
        sys.stdout.write(text)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"{out} cannot be written ({error.strerror}): name another file"
        raise ConfigurationError(message) from error
    console = stderr()
    schema, left_out = proposal.schema, proposal.left_out
    unsure = counted(len(proposal.remarks) + sum(map(len, proposal.on_facts.values())), "remark")
    facts = counted(schema.width, "fact")
    console.print(f"{escape(str(out))}: {facts}, cost {escape(schema.cost.column)}, {unsure}")
    for reason in dict.fromkeys(left_out.values()):
        columns = [column for column, why in left_out.items() if why == reason]
        more = f" and {len(columns) - _NAMED} more" if len(columns) > _NAMED else ""
        console.print(f"left out: {escape(', '.join(columns[:_NAMED]))}{more}, because {escape(reason)}")
    console.print(f"Correct it, then: medcost schema check {escape(str(out))} --data {escape(str(file))}")
