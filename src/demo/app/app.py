"""A small Flask app: one table, and a page that shows the version and how many rows there are."""
import os

from flask import Flask
from sqlalchemy import create_engine, text

VERSION = "one"

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]
engine = create_engine(os.environ["SQLALCHEMY_DATABASE_URI"], pool_pre_ping=True)

with engine.begin() as connection:
    connection.execute(text("create table if not exists note (id int auto_increment primary key, text varchar(200) not null)"))
engine.dispose()


@app.get("/")
def page():
    with engine.connect() as connection:
        rows = connection.execute(text("select count(*) from note")).scalar()
        charset = connection.execute(text("select @@character_set_client")).scalar()
    return f"version {VERSION}, {rows} rows, {charset}\n"


@app.post("/")
def add():
    with engine.begin() as connection:
        connection.execute(text("insert into note (text) values (:text)"), {"text": "héllo 🦉"})
    return page()


if app.debug:

    @app.after_request
    def forbid_caching(response):
        response.headers["Cache-Control"] = "no-store"
        return response
