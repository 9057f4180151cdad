from flask import Blueprint, jsonify

from blog.extensions import db
from blog.models import Post

pages = Blueprint("pages", __name__)


@pages.get("/")
def index():
    posts = db.session.scalars(db.select(Post).order_by(Post.id))
    return jsonify([post.title for post in posts])
