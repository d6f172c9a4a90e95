"""Two computations at once. They run in a process of their own: pytest's workers have threads, and are never copied."""

import subprocess
import sys
import textwrap

import pytest

from mlmon.abreast import abreast


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_both_results_come_back_in_their_order() -> None:
    assert abreast(lambda: "here", lambda: {"there": 1}) == ("here", {"there": 1})


@pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux only")
def test_second_one_runs_in_a_copy_that_is_gone_afterwards() -> None:
    code = """
        import os
        from mlmon import abreast
        abreast._can_copy = lambda: True
        print("unwritten", end="")
        here, there = abreast.abreast(os.getpid, lambda: (os.getpid(), "x" * 1_000_000))
        assert here == os.getpid() != there[0] and len(there[1]) == 1_000_000
        try:
            os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            print(", no child is left")
    """
    assert run(code) == "unwritten, no child is left\n"


@pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux only")
@pytest.mark.parametrize("end", ["SIGKILL", "SIGINT"])
def test_what_the_copy_cannot_do_is_done_here(end: str) -> None:
    code = f"""
        import os, signal
        from mlmon import abreast
        abreast._can_copy = lambda: True
        me = os.getpid()
        def there():
            if os.getpid() != me:
                os.kill(os.getpid(), signal.{end})
            return "done here"
        print(abreast.abreast(lambda: 1, there))
    """
    assert run(code) == "(1, 'done here')\n"


@pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux only")
@pytest.mark.parametrize("failing", ["here", "there"])
def test_error_of_either_is_raised_and_no_copy_is_left(failing: str) -> None:
    code = f"""
        import os
        from mlmon import abreast
        abreast._can_copy = lambda: True
        def fail():
            raise ValueError("no")
        def long():
            return "x" * 1_000_000
        try:
            abreast.abreast(fail if "{failing}" == "here" else long, fail if "{failing}" == "there" else long)
        except ValueError as error:
            print(error)
        try:
            os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            print("no child is left")
    """
    assert run(code) == "no\nno child is left\n"
