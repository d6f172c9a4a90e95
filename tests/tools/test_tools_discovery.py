"""Scrape configurations before a promtool without Kubernetes: the rest is checked, and the gap is told."""

from pathlib import Path

from tools_helpers import Script

from mlmon.diagnostics import Severity
from mlmon.tools.discovery import without
from mlmon.tools.promtool import check_config
from mlmon.tools.staged import Staged

CONFIG = """\
scrape_configs:
- job_name: a
  kubernetes_sd_configs:
  - role: pod
    namespaces:
      names:
      - x

  relabel_configs:
  - target_label: job
- kubernetes_sd_configs: [{role: node}]
  job_name: b
"""
BLANK = """\
scrape_configs:
- job_name: a






  relabel_configs:
  - target_label: job
- static_configs: []
  job_name: b
"""
# A promtool that knows no Kubernetes, and complains of the job b only when the rest is valid.
DEBIAN = """
for file in "$4" "$5"; do
  [ -n "$file" ] || continue
  echo "Checking $file"
  if grep -q kubernetes_sd_configs "$file"; then
    echo "  FAILED: parsing YAML file $file: yaml: unmarshal errors:"
    echo "  line 3: field kubernetes_sd_configs not found in type config.ScrapeConfig"
    status=1
  elif grep -q wrong "$file"; then
    echo "  FAILED: parsing YAML file $file: yaml: unmarshal errors:"
    echo "  line 2: field wrong not found in type config.ScrapeConfig"
    status=1
  else
    echo " SUCCESS: $file is valid prometheus config file syntax"
  fi
  echo
done
exit ${status:-0}
"""


def test_the_parts_are_blank_and_lines_keep_their_numbers() -> None:
    assert without(CONFIG) == BLANK


def test_a_file_without_such_parts_stays_as_it_is() -> None:
    assert without(BLANK) == BLANK


def test_the_rest_is_checked_and_the_gap_told(tmp_path: Path, script: Script) -> None:
    (tmp_path / "a.yaml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "b.yaml").write_text("scrape_configs:\n- wrong: 1\n", encoding="utf-8")
    found = check_config(script(DEBIAN), Staged(tmp_path, "generated"), ["a.yaml", "b.yaml"])
    assert [(str(finding.place), finding.severity, finding.message) for finding in found] == [
        (
            "generated/a.yaml",
            Severity.NOTE,
            "no verdict on `kubernetes_sd_configs` in 1 file: "
            "this promtool was built without Kubernetes, as Debian's is",
        ),
        ("generated/b.yaml:2:1", Severity.ERROR, 'unknown field "wrong"'),
    ]
