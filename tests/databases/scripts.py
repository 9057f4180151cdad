# ruff: noqa: E501 a statement to a line
r"""Statements that are hard to find the end of, of each database: every one runs, in any order.

Each is one statement as the server has to get it, without its terminator.
"""

from __future__ import annotations

from random import Random

BOTH = [
    "select 1",
    "select ';'",
    "select 'it''s; --'",
    "select '--', '/* ;'",
    "-- a; 'comment\nselect 2",
    "/* it's; */ select 3 /* ; */",
    "select 100 % 7, '%s %(a)s %%'",
    "select ':name', 'a:b'",
    "select\r\n'two\r\n;lines'",
    "select '日本;', 'é'",
    "select case when 1 = 1 then 'end;' end",
    "insert into t values (1, ';')",
    "update t set b = 'x;''y' where a = 1",
    "delete from t where b = ';'",
]
MARIADB = [
    *BOTH,
    r"select '\';', 'a\\', '\\\';'",
    'select "\\";", "it\'\'s;"',
    "select 5--1",
    "select 5 --\t;\n- 1",
    "select 1 # ; it's\n, 2",
    "select 1 as `a;``b`",
    "select 1 /*! , ';' */",
    "select 1 /*!50000 , 2 */ /*M! , 3 */",
    "select /* /* ; */ 1",
    "select _utf8mb4'\\';', x'3b', n';'",
    "create or replace procedure p(in a int) begin declare b int default 0; if a then set b = 1; else set b = 2; end if; select b; end",
    "create or replace procedure q() begin declare exit handler for sqlexception begin end; l: loop leave l; end loop; while 0 do select ';'; end while; case 1 when 1 then begin end; end case; end",
    "create or replace function f(a int) returns int deterministic return case a when 1 then if(1, 2, 3) else 4 end",
    "create or replace trigger tr before insert on t for each row begin set new.b = concat(new.b, ';'); if new.a > 9 then set new.a = 9; end if; end",
    "create or replace definer = current_user procedure r() select ';'",
    "begin not atomic select 1; select 2; end",
    "set @a := 1, @b = ';'",
]
POSTGRESQL = [
    *BOTH,
    r"select '\', E'\';', e'a''\\'",
    r"select U&'\003b', U&'d!003b' uescape '!'",
    'select 1 as "a;""b"',
    "select $$;'$$, $a$ $$;$b$;$a $A$;$a$",
    "select length($é_1$;$é_1$) -- ';\r+ 1",
    "select /* /* ; */ ; */ 4",
    "select E'a'\n'\\';'",
    "select E'a' -- ;\n  '\\';'",
    "select (array[1,2,3])[1:2], 1::int, 'a' || ';'",
    "do $$ begin perform 1; if true then perform ';'; end if; end $$",
    "do language plpgsql $do$ begin execute $q$select ';$$'$q$; end $do$",
    "create or replace function f() returns int language plpgsql as $f$ begin return 1; end; $f$",
    "create or replace function g(a int) returns int language sql begin atomic select case when a = 1 then case a when 1 then 2 end end; select a; end",
    "create or replace procedure p() language sql begin atomic insert into t values (2, ';'); end",
    "create or replace function tf() returns trigger language plpgsql as 'begin new.b := new.b || '';''; return new; end'",
    "create or replace trigger tr before insert on t for each row execute function tf()",
    "create or replace rule ru as on delete to t where old.a = 7 do also (select 1; select ';')",
    "select 1 as a$b$c, 2 as d$$",
    "select 5--1; x",
]
SQLITE = [
    *BOTH,
    'select 1 as "a;""b", 2 as `c;`, 3 as [d;\']',
    r"select '\', 'a\\;'",
    "select x'3b', /* /* ; */ 1",
    "create trigger if not exists tr after insert on u when new.a > 5 begin select case new.a when 6 then 'x; end;' end; update u set b = ';' where a = new.a; -- end;\nend",
    "create temp trigger if not exists tt before delete on u begin select raise(ignore) where old.a = 3; end",
    "create view if not exists v as select ';' as \";\"",
    "with recursive c(n) as (select 1 union all select n + 1 from c where n < 3) select n, ';' from c",
    "select 5--1; x",
]
PIECES = {"mariadb": MARIADB, "postgresql": POSTGRESQL, "sqlite": SQLITE}
TABLES = [f"CREATE TABLE {name} (a INTEGER, b VARCHAR(200))" for name in "tu"]
# A comment belongs to what follows it, so each of these here ends in a semicolon of its own.
_ENDS = [";", ";\n", " ;\r\n", ";;\n;", "; -- it's nothing;\n;", ";\n/* nothing; */;\n"]
_ENDS_MARIADB = [*_ENDS, "; # it's nothing;\n;", "\\G\n", "\\g\n"]


def script(kind: str, pieces: list[str], random: Random) -> str:
    """A script of these statements, put together in a way that is hard to take apart."""
    text = random.choice(["", "\ufeff", "\n", "-- first;\n", "/* ; */"])
    if text.strip("\ufeff\n"):
        text += ";"  # or it would be a part of the first
    for number, piece in enumerate(pieces, 1):
        if kind == "mariadb" and random.random() < 0.3:
            mark = random.choice(["//", "$$", "||", ";;"])
            text += f"\ndelimiter {mark}\n{piece}\n{mark}\nDELIMITER ;\n"
            continue
        end = random.choice(_ENDS_MARIADB if kind == "mariadb" else _ENDS)
        # A comment to the line's end takes what follows on it.
        end = f"\n{end}" if "--" in piece or "#" in piece else end
        text += piece + (end if number < len(pieces) or random.random() < 0.5 else "")
    return text
