"""`python -m dask` for a process that was forked when Dask had read the settings of another environment."""


def main() -> None:
    from dask import config
    from dask.cli import run_cli

    config.refresh()
    run_cli()


if __name__ == "__main__":
    main()
