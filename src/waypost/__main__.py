"""Run the command line: `waypost` and `python -m waypost`."""


def main() -> None:
    """Start the command line; the import waits until it is asked for, so that `--help` is quick."""
    from waypost.cli import run

    run()


if __name__ == "__main__":
    main()
