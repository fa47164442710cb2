"""The 30-task job for pyinfra. The templates are those of the other tools."""

from io import StringIO

from pyinfra import host
from pyinfra.facts.files import File
from pyinfra.operations import apt, files, git, mysql, server, systemd

TEMPLATES = "../../job/templates/"
VARS = dict(app="demo", hook_port=9000, app_port=8000, db_password="s3cret-demo")
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBenchBenchBenchBenchBenchBenchBenchBenchBenc0 bench"


def template(name, dest, user="root", group="root", mode="644"):
    return files.template(name=dest, src=f"{TEMPLATES}{name}.njk", dest=dest, user=user, group=group, mode=mode, **VARS)


def content(text, dest, mode="644", user="root", group="root"):
    return files.put(name=dest, src=StringIO(text), dest=dest, user=user, group=group, mode=mode)


apt.packages(name="packages", packages=["mariadb-server", "python3-venv", "gunicorn", "webhook", "git"])
systemd.service(name="mariadb", service="mariadb", running=True, enabled=True)
mysql.database(name="db", database="demo", charset="utf8mb4")
mysql.user(name="db user", user="demo", password=VARS["db_password"])
mysql.privileges(name="db grants", user="demo", privileges=["SELECT", "INSERT", "UPDATE", "DELETE"], database="demo", table="*")
server.group(name="group", group="demo", system=True)
server.user(name="user", user="demo", group="demo", system=True, home="/srv/demo", create_home=False, shell="/usr/sbin/nologin", groups=["adm"])
for path, user, group, mode in [
    ("/srv/demo", "demo", "demo", "755"),
    ("/srv/demo/app", "demo", "demo", "755"),
    ("/srv/demo/shared", "demo", "demo", "750"),
    ("/srv/demo/bin", "root", "root", "755"),
    ("/etc/demo", "root", "demo", "755"),
    ("/var/log/demo", "demo", "adm", "750"),
]:
    files.directory(name=path, path=path, user=user, group=group, mode=mode)

app_unit = template("demo-app.service", "/etc/systemd/system/demo-app.service")
hook_unit = template("demo-hook.service", "/etc/systemd/system/demo-hook.service")
hooks = template("hooks.json", "/etc/demo/hooks.json", "root", "demo", "640")
# files.put has no validation: the policy is checked after a change, before anything relies on it.
sudoers = content("demo ALL=(root) NOPASSWD: /usr/bin/systemctl restart demo-app.service\n", "/etc/sudoers.d/demo", "440")
server.shell(name="visudo", commands=["visudo -cf /etc/sudoers.d/demo"], _if=sudoers.did_change)
app = template("app.py", "/srv/demo/app/app.py", "demo", "demo")
environment = template("app.env", "/etc/demo/app.env", "root", "demo", "640")
template("reload.sh", "/srv/demo/bin/reload.sh", mode="755")
gunicorn = template("gunicorn.conf.py", "/srv/demo/app/gunicorn.conf.py", "demo", "demo")
git.repo(name="checkout", src="file:///srv/src/app.git", dest="/opt/demo-src", branch="main")
files.directory(name="/srv/demo/.ssh", path="/srv/demo/.ssh", user="demo", group="demo", mode="700")
content(f"{KEY}\n", "/srv/demo/.ssh/authorized_keys", "600", "demo", "demo")
content("17 3 * * * root /usr/bin/find /var/log/demo -mtime +30 -delete\n", "/etc/cron.d/demo-clean")
content("net.core.somaxconn = 1024\n", "/etc/sysctl.d/60-demo.conf")
if not host.get_fact(File, "/opt/demo-venv/pyvenv.cfg"):
    server.shell(name="venv", commands=["/usr/bin/python3 -m venv --without-pip /opt/demo-venv"])
if not host.get_fact(File, "/etc/demo/secret.key"):
    server.shell(name="secret", commands=["/usr/bin/openssl rand -out /etc/demo/secret.key 32"])
files.link(name="link", path="/srv/demo/current", target="/srv/demo/app", user="root", group="root")

app_changed = lambda: any(each.did_change() for each in (app_unit, app, environment, gunicorn))  # noqa: E731
hook_changed = lambda: any(each.did_change() for each in (hook_unit, hooks))  # noqa: E731
systemd.daemon_reload(name="daemon-reload", _if=lambda: app_unit.did_change() or hook_unit.did_change())
systemd.service(name="restart app", service="demo-app", restarted=True, _if=app_changed)
systemd.service(name="restart hook", service="demo-hook", restarted=True, _if=hook_changed)
systemd.service(name="svc app", service="demo-app", running=True, enabled=True)
systemd.service(name="svc hook", service="demo-hook", running=True, enabled=True)
systemd.service(name="svc cron", service="cron", running=True, enabled=True)
