"""Relationships: trees, many to many with a class in between or without, two ways to one table."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table, and_, func, select
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.ext.orderinglist import ordering_list
from sqlalchemy.orm import (
    DeclarativeBase,
    DynamicMapped,
    Mapped,
    WriteOnlyMapped,
    aliased,
    backref,
    foreign,
    mapped_column,
    relationship,
    remote,
)


class Base(DeclarativeBase):
    pass


# --- a tree, a graph


class Node(Base):
    __tablename__ = "relation_nodes"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20))
    path: Mapped[str] = mapped_column(String(40))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("relation_nodes.id"))
    parent: Mapped[Node | None] = relationship(remote_side=id, back_populates="children")
    children: Mapped[list[Node]] = relationship(back_populates="parent", order_by="Node.id")
    below: Mapped[list[Node]] = relationship(
        primaryjoin=lambda: remote(foreign(Node.path)).like(Node.path + "/%"),
        viewonly=True, order_by="Node.path",
    )  # fmt: skip
    dynamic: DynamicMapped[Node] = relationship(viewonly=True, order_by="Node.id")
    write_only: WriteOnlyMapped[Node] = relationship(order_by="Node.id", overlaps="children,parent")


# SQL without a class: SQLAlchemy knows it as a table, and so do we as what associates others.
follows = Table(
    "relation_follows", Base.metadata,
    Column("follower_id", ForeignKey("relation_users.id"), primary_key=True),
    Column("followed_id", ForeignKey("relation_users.id"), primary_key=True),
)  # fmt: skip
post_tags = Table(
    "relation_post_tags", Base.metadata,
    Column("post_id", ForeignKey("relation_posts.id"), primary_key=True),
    Column("tag_name", ForeignKey("relation_tags.name"), primary_key=True),
)  # fmt: skip


class User(Base):
    __tablename__ = "relation_users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20))
    following: Mapped[list[User]] = relationship(
        secondary=follows,
        primaryjoin=id == follows.c.follower_id,
        secondaryjoin=id == follows.c.followed_id,
        backref=backref("followers", order_by="User.id"),
        order_by="User.id",
    )
    written: Mapped[list[Post]] = relationship(
        foreign_keys="Post.author_id", back_populates="author", order_by="Post.id.desc()"
    )
    edited: Mapped[list[Post]] = relationship(
        foreign_keys="Post.editor_id", back_populates="editor", order_by="Post.id"
    )
    long_posts: Mapped[list[Post]] = relationship(
        primaryjoin=lambda: and_(User.id == foreign(Post.author_id), Post.words > 100),
        viewonly=True, order_by="Post.id",
    )  # fmt: skip
    likes: Mapped[list[Like]] = relationship(back_populates="user", order_by="Like.post_id")
    liked: AssociationProxy[list[Post]] = association_proxy("likes", "post")
    used_tags: Mapped[list[Tag]] = relationship(
        secondary=lambda: Post.__table__.join(post_tags, Post.id == post_tags.c.post_id),
        primaryjoin=lambda: User.id == Post.author_id,
        secondaryjoin=lambda: post_tags.c.tag_name == Tag.name,
        viewonly=True, order_by="Tag.name",
    )  # fmt: skip
    profile: Mapped[Profile | None] = relationship(back_populates="user")


class Profile(Base):
    """One to one."""

    __tablename__ = "relation_profiles"
    user_id: Mapped[int] = mapped_column(ForeignKey("relation_users.id"), primary_key=True)
    motto: Mapped[str] = mapped_column(String(20))
    user: Mapped[User] = relationship(back_populates="profile", single_parent=True)


class Post(Base):
    """Two foreign keys to one table."""

    __tablename__ = "relation_posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(20))
    words: Mapped[int]
    author_id: Mapped[int] = mapped_column(ForeignKey("relation_users.id"))
    editor_id: Mapped[int | None] = mapped_column(ForeignKey("relation_users.id"))
    author: Mapped[User] = relationship(foreign_keys=author_id, back_populates="written")
    editor: Mapped[User | None] = relationship(foreign_keys=editor_id, back_populates="edited")
    tags: Mapped[list[Tag]] = relationship(
        secondary=post_tags, back_populates="posts", order_by="Tag.name.desc()"
    )
    likes: Mapped[list[Like]] = relationship(back_populates="post", order_by="Like.user_id")
    fans: Mapped[list[User]] = relationship(
        secondary="relation_likes", viewonly=True, order_by="User.name"
    )


class Tag(Base):
    __tablename__ = "relation_tags"
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    posts: Mapped[list[Post]] = relationship(
        secondary=post_tags, back_populates="tags", order_by="Post.id"
    )


class Like(Base):
    """An association with something to say."""

    __tablename__ = "relation_likes"
    user_id: Mapped[int] = mapped_column(ForeignKey("relation_users.id"), primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("relation_posts.id"), primary_key=True)
    stars: Mapped[int]
    user: Mapped[User] = relationship(back_populates="likes", overlaps="fans")
    post: Mapped[Post] = relationship(back_populates="likes", overlaps="fans")


_numbered = select(
    Post, func.row_number().over(partition_by=Post.author_id, order_by=Post.words.desc()).label("n")
).subquery()
_longest = aliased(Post, _numbered)

# To an alias: of all posts of a user only the longest.
User.longest = relationship(
    _longest,
    primaryjoin=and_(User.id == _longest.author_id, _numbered.c.n == 1),
    viewonly=True,
    uselist=False,
)


# --- a list that keeps its order, and a custom join on what is no key


class Deck(Base):
    __tablename__ = "relation_decks"
    id: Mapped[int] = mapped_column(primary_key=True)
    suit: Mapped[str] = mapped_column(String(20))
    cards: Mapped[list[Card]] = relationship(
        order_by="Card.position", collection_class=ordering_list("position")
    )
    alike: Mapped[list[Card]] = relationship(
        primaryjoin=lambda: func.lower(Deck.suit) == func.lower(remote(foreign(Card.suit))),
        viewonly=True, order_by="Card.id",
    )  # fmt: skip
    first: Mapped[Card | None] = relationship(
        primaryjoin=lambda: and_(Deck.id == foreign(Card.deck_id), Card.position == 0),
        viewonly=True, uselist=False,
    )  # fmt: skip


class Card(Base):
    __tablename__ = "relation_cards"
    id: Mapped[int] = mapped_column(primary_key=True)
    suit: Mapped[str] = mapped_column(String(20))
    position: Mapped[int | None]
    deck_id: Mapped[int | None] = mapped_column(ForeignKey("relation_decks.id"))


METADATA = (Base.metadata,)


def objects() -> list[object]:
    return [*_nodes(), *_posts(), *_cards()]


def _nodes() -> list[object]:
    root = Node(id=1, name="root", path="r")
    left = Node(id=2, name="left", path="r/l", parent=root)
    return [
        root, left, Node(id=3, name="right", path="r/r", parent=root),
        Node(id=4, name="leaf", path="r/l/x", parent=left), Node(id=5, name="alone", path="a"),
    ]  # fmt: skip


def _posts() -> list[object]:
    ada, bob, cyd = User(id=1, name="Ada"), User(id=2, name="Bob"), User(id=3, name="Cyd")
    news, fun = Tag(name="news"), Tag(name="fun")
    first = Post(id=1, title="First", words=50, author=ada, editor=bob, tags=[news, fun])
    second = Post(id=2, title="Second", words=500, author=ada, tags=[fun])
    third = Post(id=3, title="Third", words=200, author=bob, editor=ada)
    ada.following, bob.following = [bob, cyd], [ada]
    return [
        ada, bob, cyd, User(id=4, name="Dee"), Tag(name="unused"), first, second, third,
        Profile(user=ada, motto="count"), Profile(user=cyd, motto="sail"),
        Like(user=bob, post=first, stars=5), Like(user=cyd, post=first, stars=3),
        Like(user=ada, post=third, stars=1),
    ]  # fmt: skip


def _cards() -> list[object]:
    full = Deck(id=1, suit="Hearts", cards=[Card(id=2, suit="spades"), Card(id=1, suit="hearts")])
    return [full, Deck(id=2, suit="SPADES"), Card(id=3, suit="hearts")]
