"""insert, update and delete on every database: what the classes have a say in, and what stays."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from servers._server import Database
from servers.program import Finished
from writing import School, last, opened

ADA = ("Ada", "Lovelace")


@pytest.fixture
def school(database: Database, run: Callable[..., Finished], folder: Path) -> School:
    return opened(database, run, folder)


def student(school: School, first: str = "Ada") -> tuple[object, ...]:
    [row] = school.rows(f"SELECT score, email, version FROM students WHERE first_name = '{first}'")
    return row


# --- what the classes have a say in


def test_the_constructor_makes_the_object(school: School) -> None:
    done = school.commits("insert", "Teacher", "name=emmy noether")
    assert last(done).startswith("committed: 1 Teacher inserted on ")
    assert ("Emmy Noether",) in school.rows("SELECT name FROM teachers")


def test_a_constructor_that_is_not_given_what_it_needs(school: School) -> None:
    done = school.refuses(2, "insert", "Teacher")
    assert "name" in done.err


def test_defaults_and_links(school: School) -> None:
    school.commits("insert", "Course", "name=Music", "teacher.name=Grace")
    [(name, room, teacher)] = school.rows(
        "SELECT courses.name, room, teachers.name FROM courses JOIN teachers"
        " ON teachers.id = teacher_id WHERE courses.name = 'Music'"
    )
    assert (name, room, teacher) == ("Music", "hall", "Grace")


def test_validators(school: School) -> None:
    for words in (
        ("insert", "Student", "first_name=Eve", "last_name=E", "score=101"),
        ("update", "Student", *ADA, "--set", "score=101"),
    ):
        done = school.refuses(5, *words)
        assert "error: Student refuses it: a score is from 0 to 100" in done.err
        assert last(done).startswith("rolled back: ")


def test_version_counters(school: School) -> None:
    school.commits("update", "Student", *ADA, "--set", "score=9.75")
    assert student(school) == (9.75, "ada@example.org", 2)


def test_listeners(school: School) -> None:
    school.commits("insert", "Club", "id=3", "name=bridge")
    assert ("club bridge",) in school.rows("SELECT what FROM audit")


def test_cascades(school: School) -> None:
    done = school.commits("delete", "Student", *ADA, "--yes")
    assert last(done).startswith(
        "committed: 1 Student deleted, 2 others with it, 2 more by ON DELETE CASCADE in badges,"
        " 7 more by ON DELETE CASCADE in stamps, 3 more by ON DELETE SET NULL in mentions on "
    )
    assert school.rows("SELECT * FROM stamps") == []
    assert school.rows("SELECT * FROM notes") == []
    assert school.rows("SELECT * FROM members") == []
    assert len(school.rows("SELECT * FROM mentions WHERE first IS NULL")) == 3


def test_hybrids_and_composite_keys(school: School) -> None:
    school.commits("update", "Student", *ADA, "--set", "percent=50")
    assert student(school)[0] == 5
    school.commits("insert", "Student", "first_name=Eve", "last_name=E", "percent=70")
    assert student(school, "Eve")[0] == 7


def test_a_link_is_to_exactly_one(school: School) -> None:
    none = school.refuses(5, "insert", "Student", "first_name=E", "last_name=E", "course.name=No")
    assert "error: there is no Course with name=No" in none.err
    several = school.refuses(5, "update", "Student", *ADA, "--set", "course.name=Twin")
    assert "error: several Course have name=Twin" in several.err
    school.commits("update", "Student", *ADA, "--set", "course.name=Twin", "--set", "course.id=4")
    assert school.rows("SELECT course_id FROM students WHERE first_name = 'Ada'") == [(4,)]
    school.commits("update", "Student", *ADA, "--set", "course=2")
    assert school.rows("SELECT course_id FROM students WHERE first_name = 'Ada'") == [(2,)]


def test_unset(school: School) -> None:
    school.commits("update", "Student", *ADA, "--unset", "score", "--unset", "course")
    [row] = school.rows("SELECT score, course_id FROM students WHERE first_name = 'Ada'")
    assert row == (None, None)


def test_link_and_unlink(school: School) -> None:
    school.commits("update", "Student", *ADA, "--link", "clubs.name=go")
    assert len(school.rows("SELECT * FROM members")) == 2
    school.commits("update", "Student", *ADA, "--unlink", "clubs.name=chess", "--unlink", "notes=1")
    assert school.rows("SELECT club_id FROM members") == [(2,)]
    assert school.rows("SELECT text FROM notes") == [("two",)]
    done = school.refuses(5, "update", "Student", *ADA, "--unlink", "clubs.name=chess")
    assert "is not related" in done.err
    done = school.refuses(5, "update", "Student", *ADA, "--link", "clubs.name=none")
    assert "there is no Club with name=none" in done.err


def test_expressions_that_the_database_computes(school: School) -> None:
    words = ("--set-expr", "score = score + 1", "--yes")
    school.commits("update", "Student", "score is not null", *words)
    assert [student(school)[0], student(school, "Bob")[0]] == [10.5, 5]
    school.refuses(2, "update", "Student", *ADA, "--set-expr", "score = course.id + 1")
    school.refuses(2, "update", "Student", *ADA, "--set-expr", "score = nothing + 1")


def test_returning(school: School) -> None:
    done = school.commits("insert", "Course", "name=Music", "--returning", "-f", "json")
    assert json.loads(done.out) == [{"id": 5, "name": "Music", "room": "hall", "teacher_id": None}]
    words = ("--set", "room=attic", "--returning", "-f", "jsonl")
    done = school.commits("update", "Course", "5", *words)
    assert json.loads(done.out)["room"] == "attic"
    done = school.commits("delete", "Course", "5", "--returning", "-f", "jsonl")
    assert json.loads(done.out)["name"] == "Music"


# --- standard input


def test_objects_of_standard_input(school: School) -> None:
    teachers = ['{"name": "a"}', '[{"name": "b"}, {"name": "c"}]', '{"name": "d"}\n{"name": "e"}\n']
    for text in teachers:
        school.commits("insert", "Teacher", "-", "--yes", input=text)
    assert len(school.rows("SELECT * FROM teachers")) == 7
    done = school.commits("insert", "Teacher", "-", input="")
    assert last(done).startswith("committed: 0 Teacher inserted")


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ('{"name": "a"}\n{"name": "b",}\n', 2, "standard input:2: not JSON"),
        ('{"name": "a"}\n7\n', 2, "standard input:2, object 2: not an object"),
        ('{"name": "a"}\n{"nam": "b"}\n', 2, "standard input:2, object 2: Teacher has no"),
        ('[{"name": "a"}, {"name": 7}]', 2, "standard input:1, object 2: name: 7 is a number"),
        ('{"name": "a"}\n{"name": "Grace"}\n', 5, "error: "),
    ],
)
def test_nothing_is_kept_after_an_error(school: School, text: str, code: int, said: str) -> None:
    done = school.refuses(code, "insert", "Teacher", "-", "--yes", input=text)
    assert said in done.err
    assert last(done).startswith("rolled back: ")


def test_a_link_in_json(school: School) -> None:
    text = '{"name": "Music", "teacher": {"name": "Alan"}}'
    school.commits("insert", "Course", "-", input=text)
    assert school.rows("SELECT teacher_id FROM courses WHERE name = 'Music'") == [(2,)]


def test_nested(school: School) -> None:
    text = json.dumps({
        "name": "Music", "teacher": {"name": "emmy"},
        "students": [{"first_name": "Eve", "last_name": "E", "notes": [{"text": "three"}]}],
    })  # fmt: skip
    school.refuses(2, "insert", "Course", "-", input=text)
    done = school.commits("insert", "Course", "-", "--nested", "--yes", input=text)
    assert last(done).startswith("committed: 1 Course inserted, 3 others with it on ")
    assert school.rows("SELECT text FROM notes WHERE first = 'Eve'") == [("three",)]
    assert ("Emmy",) in school.rows("SELECT name FROM teachers")


# --- on conflict


def test_on_conflict(school: School) -> None:
    words = ("insert", "Student", "first_name=Ada", "last_name=Lovelace", "score=1")
    school.refuses(5, *words)
    done = school.commits(*words, "--on-conflict", "skip")
    assert last(done).startswith("committed: 0 Student inserted, 1 skipped on ")
    assert student(school) == (9.5, "ada@example.org", 1)
    done = school.commits(*words, "--on-conflict", "update")
    assert last(done).startswith("committed: 0 Student inserted, 1 updated on ")
    assert student(school) == (1, "ada@example.org", 2)


def test_on_conflict_of_another_unique_column(school: School) -> None:
    words = ("first_name=Eve", "last_name=E", "email=ada@example.org", "score=2")
    school.commits("insert", "Student", *words, "--on-conflict", "skip")
    school.commits("insert", "Student", *words, "--on-conflict", "update")
    assert student(school) == (2, "ada@example.org", 2)
    assert len(school.rows("SELECT * FROM students")) == 3


def test_several_conflicts_in_one_command(school: School) -> None:
    text = "".join(f'{{"name": "{name}"}}\n' for name in ("Grace", "new", "Alan", "New", "newer"))
    done = school.commits(
        "insert", "Teacher", "-", "--yes", "--on-conflict", "skip", "--returning", "-f", "jsonl",
        input=text,
    )  # fmt: skip
    assert last(done).startswith("committed: 2 Teacher inserted, 3 skipped on ")
    assert [json.loads(line)["name"] for line in done.out.splitlines()] == ["New", "Newer"]
    assert len(school.rows("SELECT * FROM teachers")) == 4


@pytest.mark.parametrize("way", ["skip", "update"])
def test_another_rule_is_never_skipped(school: School, way: str) -> None:
    words = ("insert", "Stamp", "id=77", "badge_id=99", "--on-conflict", way)
    school.refuses(5, *words)
    text = '{"id": 1, "badge_id": 99}'  # a conflict and a violation
    if way == "update":
        school.refuses(5, "insert", "Stamp", "-", "--on-conflict", way, input=text)


# --- bulk


def test_bulk(school: School) -> None:
    done = school.commits("update", "Student", "--all", "--set", "score=200", "--bulk", "--yes")
    assert "--bulk: constructor, validators, events, cascades and version" in done.err
    assert "3 Student updated" in last(done)
    assert student(school) == (200, "ada@example.org", 1)
    done = school.commits("insert", "Club", "-", "--bulk", "--yes",
                          input='[{"id": 3, "name": "a"}, {"id": 4, "name": "b"}]')  # fmt: skip
    assert "2 Club inserted" in last(done)
    assert len(school.rows("SELECT * FROM audit")) == 2  # of the two that were there
    school.commits("delete", "Club", "id > 2", "--bulk", "--yes")
    assert len(school.rows("SELECT * FROM clubs")) == 2


def test_bulk_sets_columns_only(school: School) -> None:
    school.refuses(2, "update", "Student", *ADA, "--set", "course.name=Art", "--bulk")
    school.refuses(2, "insert", "Course", "name=a", "teacher.name=Alan", "--bulk")
    school.refuses(2, "insert", "Course", "name=a", "--bulk", "--returning")
    school.refuses(2, "update", "Student", *ADA, "--link", "clubs.name=go", "--bulk")


def test_bulk_by_conditions_across_relationships(school: School) -> None:
    words = ("--set-expr", "score = score + 1", "--bulk", "--yes")
    school.commits("update", "Student", "course.teacher.name=Grace", *words)
    assert [student(school)[0], student(school, "Bob")[0]] == [10.5, 5]


# --- selectors


def test_selectors(school: School) -> None:
    one = ("--set", "score=1")
    for words in (
        (*ADA, *one),
        ("first_name=Ada", *one),
        ("score > 9", *one),
        ("score > 0", "-w", "first_name=Ada", *one),
        ("-w", "email like 'ada%'", *one),
        ("course.name=Logic", "not (first_name = 'Bob')", *one),
        ("first_name = :name", "-p", "name=Ada", *one),
    ):
        done = school.commits("update", "Student", *words)
        assert last(done).startswith("committed: 1 Student updated on "), done
        school.commits("update", "Student", *ADA, "--set", "score=9.5")
    school.commits("update", "Student", "--all", *one, "--yes")
    assert {student(school, name)[0] for name in ("Ada", "Bob", "Cyd")} == {1}


@pytest.mark.parametrize(
    "words", [("delete", "Student"), ("update", "Student", "--set", "score=1")]
)
def test_no_selector(school: School, words: tuple[str, ...]) -> None:
    done = school.refuses(6, *words, "--yes")
    assert "error: nothing says which Student" in done.err
    assert "hint: give a key or conditions; --all means every one" in done.err
    assert last(done).startswith("rolled back: nothing was sent to "), done


def test_a_key_that_is_not_there(school: School) -> None:
    for words in (("delete",), ("delete", "--bulk"), ("update", "--set", "score=1")):
        done = school.refuses(1, words[0], "Student", "No", "Body", *words[1:])
        assert "no match in Student" in done.err
    done = school.commits("delete", "Student", "score > 99")  # an empty result is success
    assert last(done).startswith("committed: 0 Student deleted")


@pytest.mark.parametrize(
    "words",
    [
        ("insert", "Student", "scor=1"),
        ("insert", "Student", "score=high"),
        ("insert", "Student", "score"),
        ("update", "Student", "--all", "--set", "score=high"),
        ("update", "Student", "--all", "--set", "course.nam=x"),
        ("update", "Student", "--all", "--unset", "scor"),
        ("update", "Student", "--all"),
        ("update", "Student", "--all", "score=1", "--set", "score=2"),
        ("update", "Student", "Ada", "--set", "score=2"),
        ("update", "Student", "--all", "--set", "clubs=1"),
        ("update", "Student", *ADA, "--link", "course.name=Art"),
        ("delete", "Student", "scor=1"),
        ("delete", "Student", "Ada"),
    ],
)
def test_what_is_misspelled_is_found_out_before_anything_is_sent(
    school: School, words: tuple[str, ...]
) -> None:
    school.refuses(2, *words, "--yes")


def test_the_nearest_name(school: School) -> None:
    assert "hint: did you mean 'score' or" in school.refuses(2, "insert", "Student", "scor=1").err


# --- what the database rejects


def test_the_database_rejects(school: School) -> None:
    long = "x" * 100
    cases = [("insert", "Course"), ("insert", "Teacher", "name=Grace")]
    if school.database.kind != "sqlite":
        cases.append(("insert", "Teacher", f"name={long}"))
    for words in cases:
        done = school.refuses(5, *words)
        errors = [line for line in done.err.splitlines() if line.startswith("error: ")]
        assert len(errors) == 1, done
        assert len(errors[0]) < 300, done
        assert last(done).startswith("rolled back: nothing was changed on "), done


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("raises", 5), ("exits", 5), ("commits", 5), ("rolls back", 5), ("closes", 5),
        ("after: raises", 5), ("after: commits", 5), ("after: rolls back", 5),
    ],
)  # fmt: skip
def test_classes_that_do_what_they_should_not(school: School, name: str, code: int) -> None:
    for words in (("update", "Trouble", "1", "--set", "size=2", "--set", f"name={name}"),
                  ("update", "Trouble", "--all", "--set", f"name={name}", "--yes"),
                  ("insert", "Trouble", "id=3", f"name={name}")):  # fmt: skip
        if words[0] == "insert" and name in {"commits", "rolls back", "closes"}:
            continue  # it is in no session yet
        for more in ((), ("--dry-run",)):
            done = school.refuses(code, *words, *more)
            assert last(done).startswith("rolled back: "), done


# --- limits, and several databases


def test_more_than_was_allowed(school: School) -> None:
    done = school.refuses(6, "update", "Student", "--all", "--set", "score=1", "--max-rows", "2",
                          "--yes")  # fmt: skip
    assert "more than --max-rows 2" in done.err
    # What goes with it counts as well.
    school.refuses(6, "delete", "Student", *ADA, "--max-rows", "2", "--yes")
    school.refuses(6, "delete", "Mention", "--all", "--max-rows", "2", "--bulk", "--yes")
    school.commits("update", "Student", "--all", "--set", "score=1", "--max-rows", "3", "--yes")


def test_several_objects_off_a_terminal_need_a_yes(school: School) -> None:
    done = school.refuses(6, "update", "Student", "--all", "--set", "score=1")
    assert "there is nobody to ask" in done.err
    assert "hint: --yes allows it; --dry-run shows it" in done.err
    school.refuses(6, "delete", "Student", *ADA)
    school.refuses(6, "update", "Student", "--all", "--set", "score=1", "--bulk")


def test_what_is_as_before_is_not_said_to_be_updated(school: School) -> None:
    done = school.commits("update", "Student", *ADA, "--set", "score=9.5")
    assert last(done).startswith("committed: 0 Student updated, 1 as before on ")
    assert student(school)[2] == 1


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"], indirect=True)
def test_fewer_than_were_counted(school: School) -> None:
    """A trigger that leaves a row out: the database reports fewer than there were."""
    if school.database.kind == "sqlite":
        school.database.execute(
            "CREATE TRIGGER leave_out BEFORE UPDATE ON mentions WHEN old.id = 2"
            " BEGIN SELECT RAISE(IGNORE); END"
        )
    else:
        school.database.execute(
            "CREATE FUNCTION leave_out() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN IF old.id = 2 THEN RETURN NULL; END IF; RETURN new; END $$",
            "CREATE TRIGGER leave_out BEFORE UPDATE ON mentions FOR EACH ROW"
            " EXECUTE FUNCTION leave_out()",
        )
    done = school.refuses(5, "update", "Mention", "--all", "--unset", "first", "--bulk", "--yes")
    assert "error: 3 Mention were counted, 2 changed" in done.err
    done = school.refuses(5, "update", "Mention", "--all", "--unset", "first", "--yes")
    assert len([line for line in done.err.splitlines() if line.startswith("error: ")]) == 1
