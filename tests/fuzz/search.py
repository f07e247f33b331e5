"""Searches for one target in this process, with atheris, until libFuzzer has enough; `make fuzz` is how to."""

import sys

import atheris

atheris.enabled_hooks.add("str")
with atheris.instrument_imports(include=["waypost", "multipart", "html", "_markupbase", "idna", "email"]):
    from tests.fuzz import json_mutator, seeds, targets


def main(name: str, program: str, *options: str) -> None:
    """Search until an option of libFuzzer, or something found, ends the process.

    `program` is what libFuzzer starts when it wants this process again, with options of its own.
    """
    names = sorted(seeds.words(name))

    def as_json(data: bytes, max_size: int, seed: int) -> bytes:
        return json_mutator.changed(data, max_size, seed, atheris.Mutate, names)

    of_json = {"custom_mutator": as_json} if name in targets.OF_JSON else {}
    atheris.Setup([program, *options], targets.TARGETS[name], **of_json)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
