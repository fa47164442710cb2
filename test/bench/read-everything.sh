# What the bare limit reads: all that the 30-task job is about, each program started once, the slow ones beside the others.
mariadb -BN -e "SET SESSION sql_mode = '', sql_quote_show_create = 1;
SELECT 'server', VERSION(), @@lower_case_table_names;
SELECT 'database', SCHEMA_NAME, DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA;
SELECT 'kept', Priv FROM mysql.global_priv WHERE User = 'demo' AND Host = 'localhost';
SHOW GRANTS FOR 'demo'@'localhost'; SELECT 'end'" 2>&1 &
git ls-remote -- file:///srv/src/app.git refs/heads/main refs/tags/main 'refs/tags/main^{}' 2>&1 &
{ git -C /opt/demo-src status --porcelain=v2 --branch; git -C /opt/demo-src config remote.origin.url; } 2>&1 &
systemctl show -p Id,LoadState,ActiveState,SubState,UnitFileState,NeedDaemonReload,InvocationID,Result,NRestarts,FragmentPath mariadb.service demo-app.service demo-hook.service cron.service 2>&1 &
dpkg-query -W -f '${Package} ${Version} ${db:Status-Abbrev} ${Provides}\n' mariadb-server python3-venv gunicorn webhook git
stat -c '%n %F %U %G %a %s %Y %N' /srv /srv/demo /srv/demo/app /srv/demo/shared /srv/demo/bin /etc/demo /var/log/demo /srv/demo/.ssh /srv/demo/current \
  /etc/systemd/system/demo-app.service /etc/systemd/system/demo-hook.service /etc/demo/hooks.json /etc/sudoers.d/demo /srv/demo/app/app.py /etc/demo/app.env \
  /srv/demo/bin/reload.sh /srv/demo/app/gunicorn.conf.py /srv/demo/.ssh/authorized_keys /etc/cron.d/demo-clean /etc/sysctl.d/60-demo.conf \
  /opt /opt/demo-src /opt/demo-venv/bin/python /etc/demo/secret.key
sha256sum /etc/systemd/system/demo-app.service /etc/systemd/system/demo-hook.service /etc/demo/hooks.json /etc/sudoers.d/demo /srv/demo/app/app.py /etc/demo/app.env \
  /srv/demo/bin/reload.sh /srv/demo/app/gunicorn.conf.py /srv/demo/.ssh/authorized_keys /etc/cron.d/demo-clean /etc/sysctl.d/60-demo.conf
while IFS= read -r line; do case $line in demo:*) echo "$line" ;; esac; done </etc/group
getent passwd demo; getent shadow demo; getent initgroups demo
for mark in /var/lib/fettle/pending/*/*; do [ ! -e "$mark" ] || { read -r instance <"$mark"; echo "$mark $instance"; }; done
wait
