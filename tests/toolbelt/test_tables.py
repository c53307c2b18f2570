"""Tables as people and programs get them: nothing that is to be copied is ever cut."""

import pytest

from toolbelt.tables import table

HEAD = ("WHEN", "RUN", "IN SHORT")
ID = "244e2f4c-53bb-4b5a-981d-14ad99567de5:roll-back"
LONG = "It rolled back, and then said so to everybody who had asked to be told of it at night."
ROWS = [("1 s ago", ID, LONG), ("12 s ago", "e1:a", "Told.")]


@pytest.mark.parametrize(
    ("width", "rows", "lines"),
    [
        pytest.param(
            None,
            ROWS,
            [
                "WHEN      RUN                                             IN SHORT",
                f"1 s ago   {ID}  {LONG}",
                "12 s ago  e1:a                                            Told.",
            ],
            id="a program gets a line for each row",
        ),
        pytest.param(
            100,
            ROWS,
            [
                "WHEN      RUN                                             IN SHORT",
                f"1 s ago   {ID}  It rolled back, and then said so to",
                "                                                          everybody who had asked to be told of it",
                "                                                          at night.",
                "12 s ago  e1:a                                            Told.",
            ],
            id="what is for reading is broken in its column",
        ),
        pytest.param(
            60,
            ROWS,
            [
                "WHEN      RUN   IN SHORT",
                f"1 s ago   {ID}",
                "   It rolled back, and then said so to everybody who had",
                "   asked to be told of it at night.",
                "12 s ago  e1:a  Told.",
            ],
            id="without room for that it stands below, and what is long moves nothing else",
        ),
        pytest.param(20, [("1 s", "a" * 30, "b" * 40)], ["WHEN  RUN  IN SHORT", f"1 s   {'a' * 30}", f"   {'b' * 40}"],
            id="what fits nowhere stands whole"),
        pytest.param(None, [("a\nb", "c", "d\te")], ["WHEN  RUN  IN SHORT", "a b   c    d e"], id="a row is one line"),
        pytest.param(80, [], ["WHEN  RUN  IN SHORT"], id="no row"),
    ],
)  # fmt: skip
def test_ids_stand_whole_however_narrow_the_terminal(
    width: int | None, rows: list[tuple[str, str, str]], lines: list[str]
) -> None:
    """In a usual terminal `runs list` showed `244e2f4c-53bb-4b5a-981d-14…`, by which no run could be shown."""
    assert list(table(HEAD, rows, width=width)) == lines
