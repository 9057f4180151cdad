import click
from flask.cli import with_appcontext

from blog.extensions import db
from blog.models import Author, Post, Tag


@click.command("seed")
@with_appcontext
def seed():
    """Make the tables, and something to read."""
    db.create_all()
    engines, proofs = Tag(word="engines"), Tag(word="proofs")
    ada, kurt = Author(name="Ada"), Author(name="Kurt")
    db.session.add_all(
        [
            Post(title="Notes", author=ada, tags=[engines, proofs]),
            Post(title="Numbers", author=ada),
            Post(title="Limits", author=kurt, tags=[proofs]),
        ]
    )
    db.session.commit()
