"""Several processes that work together, started from a notebook and ended by it. Chapter 14.

`launch` sends a function to processes of their own and brings back what each returned. It knows
nothing of torch: what the processes say to each other is the function's business.

A cell's function cannot be imported by another process, so its source is sent, with all that it
names: other functions of the notebook, modules, and values that can be pickled.

However it ends, no process is left: `launch` kills them when it leaves, and if it cannot, because
the notebook's own process was killed, each of them notices within a second and ends itself. The
folder that they share is made anew for each launch, so what a killed one left harms none after it.
"""

import inspect
import os
import pickle
import re
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

_SENT = "sent: "  # before the name of a function, as the file that it is from
_PATIENCE = 1.0  # seconds that a rank gets to say what it waits for


class RankFailed(RuntimeError):
    """A rank ended before its work was done. The message names the rank and the cause."""


def launch(program: Callable[..., Any], ranks: int, *, timeout: float = 60.0) -> list[Any]:
    """Run ``program(rank, ranks, store)`` in processes of their own, one for each rank.

    Args:
        program: a function. What it names goes with it: functions of the notebook, modules,
            values. `store` is the path of a file that does not exist yet, for
            ``torch.distributed.FileStore``.
        ranks: how many processes; each gets its number, from 0 on.
        timeout: seconds until all must have ended, the start included.

    Returns:
        What each rank returned, in their order.

    Raises:
        RankFailed: a rank raised, or was killed; the first one, since others fail after it.
        TimeoutError: ranks did not end; it says where each of them is.
        OSError: on Windows, which has no loopback interface of that kind; in WSL it works.
    """
    if ranks < 1:
        raise ValueError(f"ranks must be at least 1, not {ranks}")
    with tempfile.TemporaryDirectory(prefix="embedlib-ranks-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "program").write_bytes(pickle.dumps(_packed(program)))
        running: list[subprocess.Popen[bytes]] = []
        try:
            for rank in range(ranks):
                running.append(_start(folder, rank, ranks))
            return _wait(running, folder, timeout)
        finally:
            for process in running:
                process.kill()
            for process in running:
                process.communicate()


def loopback() -> str:
    """The name of the interface through which a machine talks to itself: lo, or lo0 on macOS."""
    names = [name for _, name in socket.if_nameindex() if re.fullmatch(r"lo\d*", name)]
    if os.name == "nt" or not names:
        raise OSError("no loopback interface was found. On Windows, run the book in WSL.")
    return names[0]


# --- the notebook's side -------------------------------------------------------------------------


def _start(folder: Path, rank: int, ranks: int) -> subprocess.Popen[bytes]:
    """A process that reads from us: when we end, its input ends."""
    path = [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, path)),
        "GLOO_SOCKET_IFNAME": loopback(),
        "OMP_NUM_THREADS": "1",
    }
    with (folder / f"said-{rank}").open("wb") as said:
        return subprocess.Popen(
            [sys.executable, "-c", _WORKER, str(folder), str(rank), str(ranks)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=said,
            start_new_session=True,  # an interrupt is for us; then we end it
        )


def _wait(running: list[subprocess.Popen[bytes]], folder: Path, timeout: float) -> list[Any]:
    end = time.monotonic() + timeout
    results = [folder / f"result-{rank}" for rank in range(len(running))]
    while not all(result.exists() for result in results):
        if any(process.poll() is not None for process in running):
            raise RankFailed(_first_that_failed(running, folder))
        if time.monotonic() > end:
            raise TimeoutError(f"no end after {timeout:g} s. {_where(running, folder)}")
        time.sleep(0.02)
    return [pickle.loads(result.read_bytes()) for result in results]


def _first_that_failed(running: list[subprocess.Popen[bytes]], folder: Path) -> str:
    """Others fail because of the first, so it alone is named."""
    failed = []
    for rank, process in enumerate(running):
        if (code := process.poll()) is not None:
            error = folder / f"error-{rank}"
            if error.exists():
                when, what = pickle.loads(error.read_bytes())
            else:  # it could not say anything any more
                last = (folder / f"said-{rank}").read_text("utf-8", "replace").split("\n")
                name = signal.Signals(-code).name if code < 0 else ""
                what = f"killed by {name}" if name else f"ended with exit code {code}"
                what += f": {last[-2]}" if code > 0 and len(last) > 1 else ""
                when = 0.0
            failed.append((when, rank, what))
    _, rank, what = min(failed)
    return f"rank {rank}: {what}"


def _where(running: list[subprocess.Popen[bytes]], folder: Path) -> str:
    """Ask each rank that has not ended where it is; one that was stopped cannot answer."""
    for process in running:
        if process.stdin:
            try:
                process.stdin.write(b"?")
                process.stdin.flush()
            except OSError:
                pass
    time.sleep(_PATIENCE)
    said = []
    for rank in range(len(running)):
        where = folder / f"where-{rank}"
        if not (folder / f"result-{rank}").exists():
            answer = where.read_text("utf-8") if where.exists() else "gives no answer"
            said.append(f"rank {rank}: {answer}")
    return "; ".join(said)


def _packed(program: Callable[..., Any]) -> dict[str, Any]:
    """The source of a function, and of all that it names, to be made again elsewhere."""
    sources: dict[str, str] = {}
    modules: dict[str, str] = {}
    values: dict[str, Any] = {}
    waiting = [program]
    while waiting:
        function = waiting.pop()
        if not isinstance(function, FunctionType) or function.__closure__:
            raise TypeError(f"{function!r} is no function that stands by itself")
        sources[function.__name__] = textwrap.dedent(inspect.getsource(function))
        for name in sorted(_names(function.__code__) & function.__globals__.keys()):
            value = function.__globals__[name]
            if isinstance(value, ModuleType):
                modules[name] = value.__name__
            elif isinstance(value, FunctionType) and value.__module__ == program.__module__:
                if value.__name__ not in sources:
                    waiting.append(value)
            else:
                values[name] = value
    return {
        "name": program.__name__,
        "sources": sources,
        "modules": modules,
        "values": pickle.dumps(values),
        "path": [entry for entry in sys.path if entry],
    }


def _names(code: CodeType) -> set[str]:
    inner = (_names(part) for part in code.co_consts if isinstance(part, CodeType))
    return set(code.co_names).union(*inner)


# --- the side of a rank --------------------------------------------------------------------------

_WORKER = "from embedlib.launch import _work; _work()"


def _work() -> None:
    folder, rank, ranks = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    main = threading.get_ident()
    threading.Thread(target=_listen, args=(folder, rank, main), daemon=True).start()
    try:
        program = _unpacked(pickle.loads((folder / "program").read_bytes()))
        result = program(rank, ranks, str(folder / "store"))
        _write(folder / f"result-{rank}", pickle.dumps(result))
    except BaseException as error:
        what = f"{type(error).__name__}: {_without_addresses(str(error))}".rstrip(": ")
        _write(folder / f"error-{rank}", pickle.dumps((time.time(), what)))
        os._exit(1)
    threading.Event().wait()  # others may still read from us; the notebook ends all together


def _unpacked(packed: dict[str, Any]) -> Callable[..., Any]:
    sys.path[:] = packed["path"]
    made: dict[str, Any] = {"__name__": "__program__"}
    for name, module in packed["modules"].items():
        made[name] = __import__(module, fromlist=["*"])
    made.update(pickle.loads(packed["values"]))
    for name, source in packed["sources"].items():
        exec(compile(source, _SENT + name, "exec"), made)
    program: Callable[..., Any] = made[packed["name"]]
    return program


def _listen(folder: Path, rank: int, main: int) -> None:
    """Say where the work stands when asked; end when the notebook has ended."""
    while os.read(0, 1):
        stack = traceback.extract_stack(sys._current_frames()[main])
        inside = [frame.name for frame in stack if frame.filename.startswith(_SENT)]
        _write(folder / f"where-{rank}", f"in {' > '.join(inside) or 'its start'}".encode())
    os._exit(1)


def _write(path: Path, content: bytes) -> None:
    """All of it at once, so that nobody reads a half."""
    half = path.with_suffix(".half")
    half.write_bytes(content)
    half.replace(path)


def _without_addresses(message: str) -> str:
    """gloo's messages name files, hosts and ports, which differ in every run.

    >>> _without_addresses("[/gloo/tcp/pair.cc:547] Connection closed by peer [127.0.0.1]:31415")
    'Connection closed by peer'
    """
    return re.sub(r"\[[^\]\s]*\](:\d+)?(: )?", "", message).strip()
