"""The ``suite`` command, also by ``python -m suite``."""

import importlib

from chassis.memory import collect_by_the_batch


def main() -> None:
    collect_by_the_batch()
    importlib.import_module("suite.cli").main()  # everything is loaded here


if __name__ == "__main__":
    main()
