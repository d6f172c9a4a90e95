"""What holds for every target package."""

from mlmon.targets import _APART, targets


def test_targets_that_are_rendered_apart_wrap_nothing() -> None:
    names = {target.name for target in targets()}
    assert set(_APART) < names
    assert [target.name for target in targets(_APART) if target.wrap.__name__ != "_no_files"] == []
