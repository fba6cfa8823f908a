"""Breaks the code in one place at a time, and names the breaks that no test sees: `make mutate`.

A survivor is a question, not a fault. It wants a test that reads like the news, or code that goes
because nothing needs it, or it changes nothing that anyone could see (an equivalent). By hand only:
the answer is to be read, and a gate on it would be met by tests of the implementation.

Our own, and small. mutmut 3 neither drops statements and conditions nor touches decorated functions
or modules; most that it makes here are other words in reasons, it draws no sample, and it needs ten
more packages. cosmic-ray writes into the tree that it measures and asks every test about each
mutant. Here each mutant is asked of the tests that pass its lines, quickest first, in a copy.
"""

import argparse
import ast
import copy
import importlib
import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import accumulate
from multiprocessing import connection
from pathlib import Path

import hypothesis
import pytest
from coverage import CoverageData

ROOT = Path(__file__).parents[1]
ROOMS = ("app/estimate", "app/record")
# How many seconds of tests a mutant is asked of: what hundreds of quick tests did not see, the few
# that draw examples for a minute seldom do.
PATIENCE = 30
FORK = multiprocessing.get_context("fork")
PYTEST = [
    "-q",
    "-p",
    "no:cacheprovider",
    "-W",
    "ignore:Module already imported so cannot be rewritten",
]
# What the tests import of others is read once, and each mutant forks from there.
OTHERS = "alembic fastapi fastapi_offline httpx2 jinja2 limits openpyxl orjson polars"
OTHERS += " prometheus_client psycopg"
OTHERS += (
    " pydantic_settings pysqlite3 ruamel.yaml sqlalchemy.dialects.postgresql uvicorn xlsxwriter"
)
COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True)
class Mutant:
    """One break: a piece of a file, and what stands there instead."""

    path: str
    node: ast.expr | ast.stmt
    broken: str
    lines: range

    def of(self, text: str) -> str:
        """The file with the break in it; every other line stays where it is."""
        start, end = (
            _place(text, line, column)
            for line, column in (
                (self.node.lineno, self.node.col_offset),
                (self.node.end_lineno or 0, self.node.end_col_offset or 0),
            )
        )
        raw = text.encode()
        gone = raw[start:end].count(b"\n")
        return (raw[:start] + self.broken.encode() + raw[end:]).decode() + "\n" * gone

    def __str__(self) -> str:
        whole = ast.unparse(self.node).splitlines()[0]
        return f"{self.path}:{self.node.lineno}  {whole}  ->  {self.broken.strip('()')}"


def _place(text: str, line: int, column: int) -> int:
    return sum(len(part.encode()) for part in text.splitlines(keepends=True)[: line - 1]) + column


def mutants_of(path: str, text: str) -> list[Mutant]:
    """Every break of a file that we know to make."""
    found: list[Mutant] = []

    def visit(node: ast.AST, statement: ast.stmt | None, function: bool) -> None:
        if isinstance(node, ast.stmt):
            statement = node
        if isinstance(node, ast.expr | ast.stmt) and statement:
            first = statement.lineno
            body = getattr(statement, "body", None)
            last = body[0].lineno - 1 if isinstance(body, list) else statement.end_lineno or first
            lines = range(first, max(first, last) + 1)
            found.extend(
                Mutant(path, node, broken, lines) for broken in dict.fromkeys(_broken(node))
            )
        for name, child in _children(node):
            if isinstance(child, ast.expr) and name in ("test", "ifs"):
                at = range(child.lineno, (child.end_lineno or child.lineno) + 1)
                found.extend(Mutant(path, child, broken, at) for broken in ("True", "False"))
            visit(child, statement, function or isinstance(node, ast.FunctionDef))

    visit(ast.parse(text), None, False)
    return found


def _children(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What is under a node, but for types, decorators and words."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "bases") or (
            isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom | ast.Assert)
        ):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield name, child


def _broken(node: ast.expr | ast.stmt) -> Iterator[str]:
    match node:
        case ast.Compare():
            for place, operator in enumerate(node.ops):
                for other in COMPARISONS[type(operator)]:
                    changed = copy.deepcopy(node)
                    changed.ops[place] = other()
                    yield _unparsed(changed)
        case ast.BinOp(left, operator, right) if type(operator) in ARITHMETIC:
            yield _unparsed(ast.BinOp(left, ARITHMETIC[type(operator)](), right))
        case ast.BoolOp(operator, values):
            yield _unparsed(
                ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), values)
            )
            for place in range(len(values)):
                kept = values[:place] + values[place + 1 :]
                yield _unparsed(kept[0] if len(kept) == 1 else ast.BoolOp(operator, kept))
        case ast.UnaryOp(ast.Not() | ast.USub(), operand):
            yield _unparsed(operand)
        case ast.Constant(bool(value)):
            yield str(not value)
        case ast.Constant(int(value)):
            yield str(value + 1)
            if value > 1:
                yield str(value - 1)
        case ast.Name(name, ast.Load()) if name in CALLS:
            yield CALLS[name]
        case ast.Expr(ast.Call() | ast.Yield() | ast.YieldFrom()) | ast.Raise() | ast.AugAssign():
            yield "pass"
        case ast.Assign(targets) if not any(
            isinstance(one, ast.Name | ast.Tuple) for one in targets
        ):
            yield "pass"
        case ast.Return() | ast.Continue() | ast.Break() | ast.Delete():
            yield "pass"
        case ast.IfExp(_, body, otherwise):
            yield _unparsed(body)
            yield _unparsed(otherwise)


def _unparsed(node: ast.expr | ast.stmt) -> str:
    return f"({ast.unparse(node)})" if isinstance(node, ast.expr) else ast.unparse(node)


@dataclass
class Tests:
    """Which tests pass a line, and how long each takes."""

    seconds: dict[str, float]
    passing: dict[str, dict[int, list[str]]] = field(default_factory=dict)

    def of(self, mutant: Mutant) -> list[str]:
        """The tests that could see a mutant, quickest first, as far as patience reaches."""
        lines = self.passing.get(mutant.path, {})
        told = {context for line in mutant.lines for context in lines.get(line, ())}
        if "" in told:  # passed when the module is read: whoever uses the module may see it
            told = {context for all_of_them in lines.values() for context in all_of_them}
        files = {name.split("::")[0] for name, _, when in map(_parted, told) if when == "setup"}
        names = {name for name, _, when in map(_parted, told) if when == "run"}
        # What a fixture of a whole file or class does is counted for its first test alone.
        names |= {name for name in self.seconds if name.split("::")[0] in files}
        quickest = sorted(names & self.seconds.keys(), key=lambda name: self.seconds[name])
        so_far = accumulate(self.seconds[name] for name in quickest)
        return [name for name, sum_of in zip(quickest, so_far, strict=True) if sum_of < PATIENCE]


def _parted(context: str) -> tuple[str, str, str]:
    return context.rpartition("|")


class Seconds:
    """A plugin of pytest that notes which tests pass, and how long each takes."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """At the end, of all processes."""
        seconds: dict[str, float] = defaultdict(float)
        for reports in terminalreporter.stats.values():
            for report in reports:
                if isinstance(report, pytest.TestReport):
                    seconds[report.nodeid] += report.duration
        for outcome in ("failed", "error", "skipped"):
            for report in terminalreporter.stats.get(outcome, ()):
                seconds.pop(report.nodeid, None)
        self.place.write_text(json.dumps(seconds))


def copied(place: Path) -> Path:
    """The tree as it stands, with what is not committed yet, in a place of its own."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True, text=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, place / name)
    return place


def ran(tree: Path, arguments: list[str], plugins: list[object]) -> int:
    """Run tests in a copy of the tree, on SQLite, in a process that is there for it alone."""
    os.setsid()
    os.chdir(tree)
    out = (tree / "out").open("w")
    os.dup2(out.fileno(), 1)
    os.dup2(out.fileno(), 2)
    os.environ |= {"PYTHONPATH": str(tree), "MUSTER_TEST_POSTGRESQL": "postgresql://nobody@/none"}
    sys.path.insert(0, str(tree))
    for name in [name for name in sys.modules if name.split(".")[0] in ("app", "tests")]:
        del sys.modules[name]
    status = pytest.main([*PYTEST, *arguments], plugins)
    sys.stdout.flush()
    os._exit(status)


def measured(tree: Path, rooms: list[str], jobs: int) -> Tests:
    """Run the tests of the rooms once, unbroken, and note who passes where."""
    where = [f"tests/{Path(room).name}" for room in rooms]
    which = ["-k", "not postgresql", "-n", str(jobs), "--dist", "loadscope"]
    cover = ["--cov", "--cov-context=test", "--cov-report=", "--cov-fail-under=0"]
    plugin = Seconds(tree / "seconds")
    running = FORK.Process(target=ran, args=(tree, [*where, *which, *cover], [plugin]))
    running.start()
    running.join()
    say((tree / "out").read_text().strip().splitlines()[-1])
    tests = Tests(json.loads((tree / "seconds").read_text()))
    seen = CoverageData(str(tree / ".coverage"))
    seen.read()
    for name in seen.measured_files():
        tests.passing[str(Path(name).relative_to(tree))] = seen.contexts_by_lineno(name)
    return tests


class Asked:
    """One mutant in a copy of the tree, and the tests that run there."""

    def __init__(self, tree: Path, mutant: Mutant, names: list[str], seconds: float) -> None:
        self.tree, self.mutant = tree, mutant
        self.at = tree / mutant.path
        self.whole = self.at.read_text()
        self._write(mutant.of(self.whole))
        (tree / "asked").write_text("\n".join(names))
        self.until = time.monotonic() + 60 + 10 * seconds
        # The reckoning needs no ledger, and so none of what the tests share.
        cut = "tests/estimate" if mutant.path.startswith("app/estimate/") else "tests"
        self.running = FORK.Process(
            target=ran, args=(tree, ["-x", f"--confcutdir={cut}", "@asked"], [])
        )
        self.running.start()

    def _write(self, text: str) -> None:
        """Also forgets what was compiled: two breaks of a second can have the same size."""
        self.at.write_text(text)
        for compiled in (self.at.parent / "__pycache__").glob(f"{self.at.stem}.*"):
            compiled.unlink()

    def outcome(self) -> str | None:
        """What the tests say: `killed`, `survived`, or nothing yet."""
        late = time.monotonic() > self.until
        if self.running.exitcode is None and not late:
            return None
        with suppress(ProcessLookupError):  # with all that the tests have started
            os.killpg(self.running.pid or 0, signal.SIGKILL)
        self.running.join()
        self._write(self.whole)
        return "survived" if self.running.exitcode == 0 else "killed"


def outcomes(drawn: list[Mutant], trees: list[Path], tests: Tests) -> Iterator[tuple[Mutant, str]]:
    """What the tests say to each mutant; `unseen` where none passes it."""
    waiting, free, asked = list(reversed(drawn)), list(trees), list[Asked]()
    while waiting or asked:
        while waiting and free:
            mutant = waiting.pop()
            if names := tests.of(mutant):
                seconds = sum(tests.seconds[name] for name in names)
                asked.append(Asked(free.pop(), mutant, names, seconds))
            else:
                yield mutant, "unseen"
        connection.wait([one.running.sentinel for one in asked], timeout=1)
        for one in list(asked):
            if found := one.outcome():
                asked.remove(one)
                free.append(one.tree)
                yield one.mutant, found


def warm() -> None:
    """Before the first fork: what all share. A law that fails is not made smaller and explained."""
    for name in OTHERS.split():
        importlib.import_module(name)
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile("mutate", phases=phases)
    hypothesis.settings.load_profile("mutate")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"


def say(words: str) -> None:
    """One line, at once."""
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def main() -> None:
    """Draw mutants, ask the tests, and say what they did not see."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("of", nargs="*", default=ROOMS, help="files or directories of app/")
    parser.add_argument("--sample", type=int, default=200, help="how many are drawn; 0 for all")
    parser.add_argument("--seed", type=int, default=1, help="of the drawing")
    parser.add_argument("--jobs", type=int, default=2, help="copies that are asked at once")
    asked = parser.parse_args()
    paths = [path for of in asked.of for path in sorted(Path(of).rglob("*.py")) or [Path(of)]]
    made = [mutant for path in paths for mutant in mutants_of(str(path), path.read_text())]
    drawn = made
    if 0 < asked.sample < len(made):
        drawn = random.Random(asked.seed).sample(made, asked.sample)
    rooms = [room for room in ROOMS if any(str(path).startswith(room) for path in paths)]
    say(f"{len(drawn)} of {len(made)} mutants, seed {asked.seed}")
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    with tempfile.TemporaryDirectory() as place:
        trees = [copied(Path(place) / str(number)) for number in range(asked.jobs)]
        tests = measured(trees[0], rooms, asked.jobs)
        warm()
        same = replace(drawn[0], broken=_unparsed(drawn[0].node))
        if [found for _, found in outcomes([same], trees, tests)] == ["killed"]:
            raise SystemExit((trees[-1] / "out").read_text())
        for mutant, found in outcomes(drawn, trees, tests):
            counts[mutant.path][found] += 1
            if found != "killed":
                say(f"{found:8}  {mutant}")
    say(f"\n{'module':44}{'tried':>8}{'killed':>8}{'survived':>10}{'unseen':>8}")
    total = sum(counts.values(), Counter())
    for path, of in [*sorted(counts.items()), ("all", total)]:
        say(f"{path:44}{of.total():8}{of['killed']:8}{of['survived']:10}{of['unseen']:8}")


if __name__ == "__main__":
    main()
