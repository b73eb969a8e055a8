"""`truepoint package`: where the compiler lies, a dbt package."""

from typing import Annotated

import typer


def package(
    as_yaml: Annotated[bool, typer.Option("--yaml", help="Print the line of packages.yml that names it.")] = False,
) -> None:
    """Print the folder of the compiler, the dbt package that a project's packages.yml names."""
    from truepoint.bundled import dbt_package, package_line

    typer.echo(f"  - {package_line()}" if as_yaml else dbt_package())
