import signal
import sys
from pathlib import Path

from tools_helpers import Script, assert_gone, interrupt

from mlmon.tools.executables import Name, Tool
from mlmon.tools.process import OUTPUT_LIMIT, run


def test_an_outcome_holds_what_the_tool_said(script: Script) -> None:
    outcome = run(script('echo "$@"; echo bad >&2; exit 3'), ["a b", "$(id); *"], timeout=5)
    assert (outcome.exit_code, outcome.stdout, outcome.stderr) == (3, "a b $(id); *\n", "bad\n")
    assert not outcome.timed_out
    assert not outcome.failure
    assert 0 < outcome.seconds < 5


def test_merged_streams_keep_their_order(script: Script) -> None:
    tool = script("echo 1; echo 2 >&2; echo 3; echo 4 >&2")
    assert run(tool, [], timeout=5, merge=True).stdout == "1\n2\n3\n4\n"


def test_standard_input_is_closed_or_given(script: Script) -> None:
    tool = script("cat")
    assert run(tool, [], timeout=5).stdout == ""
    assert run(tool, [], timeout=5, input="groups: ü").stdout == "groups: ü"
    assert run(script("exit 0"), [], timeout=5, input="x" * 10_000_000).exit_code == 0


def test_working_folder_and_environment(script: Script, tmp_path: Path) -> None:
    outcome = run(script('pwd; echo "$COLOUR"'), [], timeout=5, cwd=tmp_path, env={"COLOUR": "red"})
    assert outcome.stdout == f"{tmp_path.resolve()}\nred\n"


def test_megabytes_on_both_streams_neither_block_nor_pile_up(script: Script) -> None:
    tool = script("yes | head -c 12000000; yes | head -c 12000000 >&2; echo done >&2; exit 7")
    outcome = run(tool, [], timeout=20)
    assert outcome.exit_code == 7
    assert len(outcome.stdout) == len(outcome.stderr) == OUTPUT_LIMIT


def test_bytes_that_are_not_text_are_replaced(script: Script) -> None:
    assert run(script("printf 'a\\377b'"), [], timeout=5).stdout == "a\N{REPLACEMENT CHARACTER}b"


def test_a_hanging_tool_and_its_children_are_stopped(script: Script, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    tool = script(f"echo partial; sleep 60 & echo $! $$ > {pids}; wait")
    outcome = run(tool, [], timeout=0.3)
    assert outcome.timed_out
    assert outcome.exit_code is None
    assert outcome.stdout == "partial\n"
    assert outcome.seconds < 10
    assert_gone(pids)


def test_a_tool_that_ignores_the_request_to_stop_is_killed(script: Script, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    outcome = run(script(f"trap '' TERM; sleep 60 & echo $! $$ > {pids}; while :; do wait; done"), [], timeout=0.3)
    assert outcome.timed_out
    assert_gone(pids)


def test_a_child_left_in_the_background_does_not_delay_the_verdict(script: Script, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    outcome = run(script(f"sleep 60 & echo $! > {pids}; echo SUCCESS"), [], timeout=30)
    assert (outcome.exit_code, outcome.stdout) == (0, "SUCCESS\n")
    assert outcome.seconds < 5
    assert_gone(pids)


def test_what_cannot_be_started_is_a_value(tmp_path: Path) -> None:
    file = tmp_path / "promtool"
    tool = Tool(Name.PROMTOOL, file)
    assert run(tool, [], timeout=1).failure == "No such file or directory"
    file.write_bytes(b"\x7fELF\x00nonsense")
    assert run(tool, [], timeout=1).failure == "Permission denied"
    file.chmod(0o755)
    assert run(tool, [], timeout=1).failure == "Exec format error"
    assert run(Tool(Name.PROMTOOL, tmp_path), [], timeout=1).failure == "Permission denied"


def test_a_signal_that_ends_the_tool_is_a_negative_exit_code(script: Script) -> None:
    assert run(script("kill -SEGV $$"), [], timeout=5).exit_code == -signal.SIGSEGV


INTERRUPTED = """
import signal, sys
from pathlib import Path
from mlmon.tools.executables import Name, Tool
from mlmon.tools.process import run
signal.signal(signal.SIGINT, signal.default_int_handler)
run(Tool(Name.PROMTOOL, Path(sys.argv[1])), [], timeout=60)
"""


def test_an_interruption_stops_the_tool_and_passes_through(script: Script, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    tool = script(f"sleep 60 & echo $! $$ > {pids}.new; mv {pids}.new {pids}; wait")
    code, error = interrupt([sys.executable, "-c", INTERRUPTED, str(tool.path)], pids)
    assert code in (-signal.SIGINT, 130, 1)
    assert "KeyboardInterrupt" in error
    assert_gone(pids)


def test_start_up_costs_little(script: Script) -> None:
    assert min(run(script("exit 0"), [], timeout=5).seconds for _ in range(10)) < 0.1
