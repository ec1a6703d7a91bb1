"""Run the property tests with many random examples: ``make fuzz N=100000``.

N examples in all, shared evenly by the properties, in rounds: each round runs every property, so
that the first finds come early. It stops at the first failure, with the smallest example that
hypothesis found. (A property with fewer possible examples than its share runs those.)
"""

import argparse
import math
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROUND = 1_000  # at most so many examples of each property in one round
PYTEST = [sys.executable, "-m", "pytest", "-m", "hypothesis", str(HERE)]


def count_properties() -> int:
    collected = subprocess.run(
        [*PYTEST, "--collect-only", "-q"], capture_output=True, text=True, check=False
    )
    if collected.returncode:
        sys.exit(collected.stdout + collected.stderr)
    return sum("::" in line for line in collected.stdout.splitlines())


def main() -> None:
    parser = argparse.ArgumentParser(description="Run the property tests with many examples.")
    parser.add_argument("examples", type=int, metavar="N", help="random examples in all")
    parser.add_argument("--jobs", default="2", help="processes at a time")
    args = parser.parse_args()
    properties = count_properties()
    each = math.ceil(args.examples / properties)
    rounds = math.ceil(each / ROUND)
    print(f"{properties} properties, {each:,} examples of each, {rounds} rounds", flush=True)
    for done in range(0, each, ROUND):
        now = min(ROUND, each - done)
        print(f"\n== {done * properties:,} of {each * properties:,} examples done", flush=True)
        env = {**os.environ, "HYPOTHESIS_PROFILE": "fuzz", "FUZZ_EXAMPLES": str(now)}
        run = [*PYTEST, "-v", "-x", "-n", args.jobs]
        if code := subprocess.run(run, env=env, check=False).returncode:
            sys.exit(code)
    print(f"\n== {each * properties:,} examples, no failure")


if __name__ == "__main__":
    main()
