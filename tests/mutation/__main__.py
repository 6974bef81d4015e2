"""Mutants of the code, and whether its tests kill them: `make mutate`. mutmut makes them and runs the tests.

Where files are named, only the tests beside them are run: those in the same folder below tests/.
"""

import argparse
import ast
import hashlib
import json
import os
import re
import sys
import time
import tomllib
from collections import Counter, deque
from pathlib import Path

from mutmut import __main__ as mutmut
from mutmut.runners.harness import ListAllTestsResult, collected_test_names
from mutmut.state import state
from mutmut.utils.format_utils import orig_function_and_class_names_from_key

KEPT = Path("mutants")  # mutmut's folder: the mutants, which tests call what, and what became of each mutant
STATS = KEPT / "mutmut-stats.json"
TESTS_SEEN = KEPT / "tests-seen.json"
LIMITS = {"pure": 95, "shell": 85}  # percent, of those that are not equivalent
QUICK = 2.0  # seconds of tests, before others are run
TOO_LONG = (-24, -9)  # exit codes
FATES = {None: "not run", 2: "not run", 0: "survived", 5: "survived", 33: "survived"}  # by pytest's exit code


def main():
    parser = argparse.ArgumentParser(prog="make mutate")
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("--cores", type=int, default=os.cpu_count())
    parser.add_argument("--seconds", type=float, default=8, help="of tests that a mutant has to survive")
    parser.add_argument("--draw", type=int, help="so many mutants of each file")
    parser.add_argument("--sample", type=int, help="so many mutants of all files together")
    parser.add_argument("--seed", default="", help="of --draw and --sample, which are the same each time")
    parser.add_argument("files", nargs="*")
    asked = parser.parse_args()
    until = time.monotonic() + 60 * asked.minutes
    os.environ["CI"] = "1"  # Hypothesis then draws the same examples each time, however slow the machine is.
    if not sys.stdout.isatty():  # A log would be mostly of what turns on a terminal.
        mutmut.print_status = lambda *_, **__: None
    runner = mutmut.get_mutant_runner(asked.cores)
    prepare(runner, asked.cores, asked.files)
    files = {str(path): data_of(path) for path in mutmut.walk_mutatable_files()}
    if unknown := set(asked.files) - files.keys():
        sys.exit(f"not among the files with mutants: {', '.join(sorted(unknown))}")
    chosen = {path: files[path] for path in sorted(asked.files or files) if files[path].exit_code_by_key}
    run(runner, drawn(chosen, asked.draw, asked.sample, asked.seed), until, asked.seconds)
    sys.exit(tell(chosen))


def data_of(path):
    data = mutmut.SourceFileMutationData(path=path)
    data.load()
    return data


def tests_of(mutant):
    return state().tests_by_mangled_function_name.get(mutmut.mangled_name_from_mutant_name(mutant), set())


def drawn(files, of_each, of_all, seed):
    """The mutants that are to be run: all, or so many, by chance but always the same."""

    def by_chance(names):
        return sorted(names, key=lambda name: hashlib.sha256(f"{seed}{name}".encode()).digest())

    of = {name: data for data in files.values() for name in by_chance(data.exit_code_by_key)[:of_each]}
    return {name: of[name] for name in by_chance(of)[:of_all] if of[name].exit_code_by_key[name] is None}


def folder_of_tests(path):
    return next(folder for each in Path(path).parents if (folder := Path("tests") / each).is_dir())


def collect_only(folders, runner):
    """Of the tests in these folders, not below. What mutmut knows of others stays as it is."""
    config, everything = mutmut.config(), runner.list_all_tests
    fingerprint = config.config_fingerprint()
    config.config_fingerprint = lambda: fingerprint  # else it forgets all
    options = [each for each in config.pytest_add_cli_args_test_selection if each.startswith("--")]
    files = (str(path) for folder in folders for path in sorted(folder.glob("test_*.py")))
    chosen = [path for path in files if f"--ignore={path}" not in options]
    config.pytest_add_cli_args_test_selection = [*chosen, *options]

    def list_tests():
        others = {test for test in collected_test_names() if Path(file_of(test)).parent not in folders}
        return ListAllTestsResult(ids=everything().ids | others)

    runner.list_all_tests = list_tests
    if not STATS.exists():  # else it runs all
        mutmut.save_stats()


def prepare(runner, cores, named):
    """Mutate what has changed, and have the tests that are new or have changed show which functions they call."""
    with mutmut.CatchOutput(spinner_title="Making mutants"):
        for gone in (path for path in KEPT.glob("tests/**/*.py") if not path.relative_to(KEPT).exists()):
            gone.unlink()
        mutmut.copy_src_dir()
        mutmut.copy_also_copy_files()
        mutmut.setup_source_paths()
        mutmut.create_mutants(cores)
    seen = json.loads(TESTS_SEEN.read_text()) if TESTS_SEEN.exists() else {}
    found = {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in Path("tests").rglob("*.py")}
    if named:
        folders = {folder_of_tests(path) for path in named}
        found = seen | {path: digest for path, digest in found.items() if Path(path).parent in folders}
        collect_only(folders, runner)
    changed = {path for path, digest in found.items() if seen.get(path) != digest}
    forget_calls(changed)
    mutmut.collect_or_load_stats(runner, apply_config_invalidation=True)
    # What survived has another chance with a test that has changed.
    mutmut._reset_mutant_results(
        lambda mutant, code: (
            FATES.get(code) == "survived" and not changed.isdisjoint(map(file_of, tests_of(mutant)))
        )
    )
    TESTS_SEEN.write_text(json.dumps(found))


def forget_calls(changed_tests):
    """mutmut looks at tests that it does not know, and only at these."""
    if not STATS.exists():
        return
    stats = json.loads(STATS.read_text())
    hashes, tests = stats["function_hashes"], stats["tests_by_mangled_function_name"]
    now = state().current_function_hashes
    # Who calls a new function has changed as well.
    have_new = {name.rpartition(".")[0] for name in now if name not in hashes}
    changed = {name for name in now if hashes.get(name) != now[name] and name.rpartition(".")[0] in have_new}
    again = {test for name in changed for test in tests.get(name, [])}
    again |= {test for test in stats["duration_by_test"] if file_of(test) in changed_tests}
    stats["duration_by_test"] = {k: v for k, v in stats["duration_by_test"].items() if k not in again}
    STATS.write_text(json.dumps(stats))


def file_of(test):
    return test.partition("::")[0]


def run(runner, of, until, most):
    """Until the time is up. What survives the quickest tests has the others to survive.

    What takes too long may have had bad luck on a busy machine: it is killed if it does so with six times the time.
    """
    waiting, running, begun = deque((name, QUICK, 1) for name in of), {}, time.monotonic()
    runner.startup()
    try:
        while running or (waiting and time.monotonic() < until):
            if waiting and runner.has_capacity() and time.monotonic() < until:
                name, seconds, patience = waiting.popleft()
                running[name] = seconds, patience
                submit(runner, name, seconds, patience)
                continue
            result = runner.wait_for_result()
            seconds, patience = running.pop(result.mutant_name)
            if result.exit_code == 0 and seconds < most:
                waiting.appendleft((result.mutant_name, most, patience))
                continue
            if result.exit_code in TOO_LONG and patience == 1:
                waiting.appendleft((result.mutant_name, seconds, 6))
                continue
            mutmut._register_mutant_result(result, of)
            if sys.stdout.isatty():
                print(f"\r{len(waiting)} mutants to run ", end="", flush=True)
    except KeyboardInterrupt:
        runner.stop_all_workers()
    finally:
        runner.shutdown()
    print(f"\n{len(of) - len(waiting)} mutants run in {time.monotonic() - begun:.0f} s")


def submit(runner, name, seconds, patience):
    """Tests of the file's own name come first, and the quickest of them."""
    own, durations = f"/test_{name.split('.x')[0].rpartition('.')[2]}.py", state().duration_by_test
    chosen, total = [], 0.0
    for test in sorted(tests_of(name), key=lambda test: (own not in test, durations[test], test)):
        total += durations[test] + 0.02  # what it takes to set up the test
        if chosen and total > seconds:
            break
        chosen.append(test)
    limit = 2 * patience * (20 + 4 * total)  # Of the processor's time: mutmut allows half of that by the clock.
    runner.submit(name, chosen, int(limit), total)


def tell(files):
    """Survivors, then a table by file and kind. 1 if a file is below its limit."""
    core = re.search(r"(?ms)^CORE = (\(.*?^\))", Path("tests/test_layout.py").read_text())[1]
    pure = {f"{module.replace('.', '/')}.py" for module in ast.literal_eval(core)}
    equivalent = tomllib.loads((Path(__file__).parent / "equivalent.toml").read_text())
    status, kinds = 0, {"pure": Counter(), "shell": Counter()}
    table = [f"{'file':32} kind  mutants  killed equivalent survived not run percent"]
    for path, data in files.items():
        listed = {(each["function"], each["was"], each["becomes"]) for each in equivalent.get(path, [])}
        fates, used = Counter(), set()
        for name, code in data.exit_code_by_key.items():
            fate = FATES.get(code, "killed")
            what = change(name, path) if listed or fate == "survived" else None
            if what in listed:
                used.add(what)
                if fate == "killed":
                    print(f"\n{path}: listed as equivalent, but killed: {what}")
                fate = "equivalent"
            elif fate == "survived":
                print("\n{}: mutmut show {}\n- {}\n+ {}".format(path, name, *what[1:]))
            fates[fate] += 1
        for what in listed - used:
            print(f"\n{path}: listed as equivalent, but there is no such mutant: {what}")
        kind = "pure" if path in pure else "shell"
        kinds[kind] += fates
        status |= is_below(kind, fates)
        table.append(row(path, kind, fates))
    table += [row("all", kind, fates) for kind, fates in kinds.items() if fates]
    print("", *table, sep="\n")
    if any(None in data.exit_code_by_key.values() for data in files.values()):
        print("Not all are run; the same command, without DRAW and SAMPLE, goes on from here.")
    return status


def row(name, kind, fates):
    return (
        f"{name:32} {kind:5} {fates.total():7} {fates['killed']:7} {fates['equivalent']:10} {fates['survived']:8} "
        f"{fates['not run']:7} {percent(fates):7.1f}{f' below {LIMITS[kind]}' if is_below(kind, fates) else ''}"
    )


def is_below(kind, fates):
    return fates["survived"] > 0 and percent(fates) < LIMITS[kind]


def percent(fates):
    """How many are killed, of those that were run and are not equivalent."""
    return 100 * fates["killed"] / (fates["killed"] + fates["survived"] or 1)


def change(name, path):
    """(function, what stood there, what stands there now)"""
    function, kind = orig_function_and_class_names_from_key(name)
    lines = mutmut.get_diff_for_mutant(name, path=path).splitlines()[2:]
    was, becomes = ("\n".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+")
    return f"{kind}.{function}" if kind else function, was, becomes


if __name__ == "__main__":
    main()
