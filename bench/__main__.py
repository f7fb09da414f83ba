"""`python -m bench [name …]`: exits with 1 when a goal is missed, with 2 when there is no such bench."""

from __future__ import annotations

import sys

from bench.harness import discover, run_all, table, write_results


def main(arguments: list[str]) -> int:
    known = discover()
    unknown = [name for name in arguments if name not in known]
    if unknown:
        print(f"There is no bench {', '.join(unknown)}; there are {', '.join(known)}.", file=sys.stderr)
        return 2
    measurements = run_all(arguments or known)
    write_results(measurements)
    print(table(measurements))
    missed = [m.name for m in measurements if not m.ok]
    if missed:
        print(f"\n{len(missed)} of {len(measurements)} missed: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
