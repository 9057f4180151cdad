from flask import Flask

from blog.extensions import db


def create_app(config: str = "config.Config") -> Flask:
    app = Flask(__name__)
    app.config.from_object(config)
    db.init_app(app)

    from blog import commands, views

    app.register_blueprint(views.pages)
    app.cli.add_command(commands.seed)
    return app
