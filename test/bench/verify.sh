# Says whether a host is in the finished state of the 30-task job: a line for each mistake, and status 1 if there is one.
# It is none of the tools that are measured, and shares nothing with them but the paths. POSIX sh, run on the host as root.
set -u
mistakes=0
wrong() { printf '%s\n' "$*"; mistakes=1; }
is() { [ "$2" = "$3" ] || wrong "$1: expected [$2], found [$3]"; }
attributes() { is "attributes of $1" "$2" "$(stat -c '%F %U:%G %a' -- "$1" 2>&1)"; }
content() { expected=$(cat; echo .); is "content of $1" "$expected" "$(cat -- "$1" 2>&1; echo .)"; }
service() {
  is "$1 runs" active "$(systemctl is-active "$1")"
  is "$1 at boot" enabled "$(systemctl is-enabled "$1")"
  is "$1 loaded as it is on disk" no "$(systemctl show -P NeedDaemonReload "$1")"
}
sql() { mariadb -BN -e "$1" 2>&1; }

for package in mariadb-server python3-venv gunicorn webhook git; do
  is "package $package" 'install ok installed' "$(dpkg-query -W -f '${Status}' "$package" 2>&1)"
done

is database utf8mb4 "$(sql "SELECT DEFAULT_CHARACTER_SET_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = 'demo'")"
is 'login to the database' 1 "$(MYSQL_PWD=s3cret-demo mariadb -BN -u demo -e 'SELECT 1' demo 2>&1)"
is grants 'GRANT SELECT, INSERT, UPDATE, DELETE ON `demo`.* TO `demo`@`localhost`' "$(sql 'SHOW GRANTS FOR demo@localhost' | grep -v USAGE)"

is group demo "$(getent group demo | cut -d: -f1)"
is user /srv/demo:/usr/sbin/nologin "$(getent passwd demo | cut -d: -f6,7)"
is 'groups of the user' 'demo adm' "$(id -Gn demo 2>&1)"
[ "$(id -u demo)" -lt 1000 ] || wrong 'the user has no id of the system'

attributes /srv/demo 'directory demo:demo 755'
attributes /srv/demo/app 'directory demo:demo 755'
attributes /srv/demo/shared 'directory demo:demo 750'
attributes /srv/demo/bin 'directory root:root 755'
attributes /etc/demo 'directory root:demo 755'
attributes /var/log/demo 'directory demo:adm 750'
attributes /srv/demo/.ssh 'directory demo:demo 700'

attributes /etc/systemd/system/demo-app.service 'regular file root:root 644'
content /etc/systemd/system/demo-app.service <<'END'
[Unit]
Description=demo gunicorn
After=network.target mariadb.service

[Service]
User=demo
Group=demo
WorkingDirectory=/srv/demo/app
EnvironmentFile=/etc/demo/app.env
ExecStart=/usr/bin/gunicorn -c /srv/demo/app/gunicorn.conf.py app:app
Restart=on-failure

[Install]
WantedBy=multi-user.target
END
attributes /etc/systemd/system/demo-hook.service 'regular file root:root 644'
content /etc/systemd/system/demo-hook.service <<'END'
[Unit]
Description=demo webhook
After=network.target

[Service]
User=demo
ExecStart=/usr/bin/webhook -hooks /etc/demo/hooks.json -port 9000
Restart=on-failure

[Install]
WantedBy=multi-user.target
END
attributes /etc/demo/hooks.json 'regular file root:demo 640'
content /etc/demo/hooks.json <<'END'
[{"id": "demo-reload", "execute-command": "/srv/demo/bin/reload.sh", "command-working-directory": "/srv/demo"}]
END
attributes /etc/sudoers.d/demo 'regular file root:root 440'
content /etc/sudoers.d/demo <<'END'
demo ALL=(root) NOPASSWD: /usr/bin/systemctl restart demo-app.service
END
is 'sudoers as a whole' 0 "$(visudo -c >/dev/null 2>&1; echo $?)"
attributes /srv/demo/app/app.py 'regular file demo:demo 644'
content /srv/demo/app/app.py <<'END'
from flask import Flask
app = Flask("demo")

@app.get("/")
def index():
    return "ok demo\n"
END
attributes /etc/demo/app.env 'regular file root:demo 640'
content /etc/demo/app.env <<'END'
DB_NAME=demo
DB_USER=demo
DB_PASSWORD=s3cret-demo
END
attributes /srv/demo/bin/reload.sh 'regular file root:root 755'
content /srv/demo/bin/reload.sh <<'END'
#!/bin/sh
set -eu
cd /srv/demo
sudo /usr/bin/systemctl restart demo-app.service
END
attributes /srv/demo/app/gunicorn.conf.py 'regular file demo:demo 644'
content /srv/demo/app/gunicorn.conf.py <<'END'
bind = "127.0.0.1:8000"
workers = 1
END

is checkout "$(git -C /srv/src/app.git rev-parse main)" "$(git -C /opt/demo-src rev-parse HEAD 2>&1)"
is 'remote of the checkout' file:///srv/src/app.git "$(git -C /opt/demo-src config remote.origin.url)"
is 'changes in the checkout' '' "$(git -C /opt/demo-src status --porcelain 2>&1)"
attributes /srv/demo/.ssh/authorized_keys 'regular file demo:demo 600'
content /srv/demo/.ssh/authorized_keys <<'END'
ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBenchBenchBenchBenchBenchBenchBenchBenchBenc0 bench
END
attributes /etc/cron.d/demo-clean 'regular file root:root 644'
content /etc/cron.d/demo-clean <<'END'
17 3 * * * root /usr/bin/find /var/log/demo -mtime +30 -delete
END
attributes /etc/sysctl.d/60-demo.conf 'regular file root:root 644'
content /etc/sysctl.d/60-demo.conf <<'END'
net.core.somaxconn = 1024
END
[ -x /opt/demo-venv/bin/python ] || wrong 'there is no environment of Python'
is 'bytes of the secret' 32 "$(stat -c %s /etc/demo/secret.key 2>&1)"
is link /srv/demo/app "$(readlink /srv/demo/current)"

for name in mariadb demo-app demo-hook cron; do service "$name"; done
is 'what the app answers' 'ok demo' "$(/usr/bin/python3 -c 'import urllib.request; print(urllib.request.urlopen("http://127.0.0.1:8000/", timeout=10).read().decode().strip())' 2>&1 | tail -n 1)"
exit "$mistakes"
