import {
  apt,
  command,
  directory,
  env,
  file,
  git,
  group,
  mysql,
  play,
  sudoers,
  symlink,
  systemd,
  task,
  user,
} from 'fettle'

// The benchmark's 30-task job. The peers' versions are in ../../peers, and ../../verify.sh checks
// the result of each.
const app = 'demo'
const vars = { app, hook_port: 9000, app_port: 8000 }
const password = env.secret('DATABASE_PASSWORD')
const publicKey =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBenchBenchBenchBenchBenchBenchBenchBenchBenc0 bench'
const owned = { owner: app, group: app } as const

const database = task('Database', () => [
  apt.packages(['mariadb-server', 'python3-venv', 'gunicorn', 'webhook', 'git']),
  systemd.service('mariadb.service', { running: true, enabled: true }),
  mysql.database(app, { charset: 'utf8mb4' }),
  mysql.user(app, { password, grants: { [`${app}.*`]: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] } }),
])

const accounts = task('Accounts and directories', () => [
  group(app, { system: true }),
  user(app, {
    group: app,
    system: true,
    home: `/srv/${app}`,
    createHome: false,
    shell: '/usr/sbin/nologin',
    groups: ['adm'],
  }),
  directory(`/srv/${app}`, { ...owned, mode: '0755' }),
  directory(`/srv/${app}/app`, { ...owned, mode: '0755' }),
  directory(`/srv/${app}/shared`, { ...owned, mode: '0750' }),
  directory(`/srv/${app}/bin`, { owner: 'root', group: 'root', mode: '0755' }),
  directory(`/etc/${app}`, { owner: 'root', group: app, mode: '0755' }),
  directory(`/var/log/${app}`, { owner: app, group: 'adm', mode: '0750' }),
  directory(`/srv/${app}/.ssh`, { ...owned, mode: '0700' }),
  file(`/srv/${app}/.ssh/authorized_keys`, { content: `${publicKey}\n`, ...owned, mode: '0600' }),
])

const appUnit = systemd.unit('demo-app.service', { template: 'demo-app.service.njk', vars })
const hookUnit = systemd.unit('demo-hook.service', { template: 'demo-hook.service.njk', vars })
const hooks = file(`/etc/${app}/hooks.json`, {
  template: 'hooks.json.njk',
  vars,
  group: app,
  mode: '0640',
})
const source = file(`/srv/${app}/app/app.py`, {
  template: 'app.py.njk',
  vars,
  ...owned,
  mode: '0644',
})
const environment = file(`/etc/${app}/app.env`, {
  template: 'app.env.njk',
  vars: { ...vars, db_password: password },
  owner: 'root',
  group: app,
  mode: '0640',
})
const gunicorn = file(`/srv/${app}/app/gunicorn.conf.py`, {
  template: 'gunicorn.conf.py.njk',
  vars,
  ...owned,
  mode: '0644',
})

const files = task('App and hook', () => [
  appUnit,
  hookUnit,
  hooks,
  sudoers(app, {
    content: `${app} ALL=(root) NOPASSWD: /usr/bin/systemctl restart ${app}-app.service\n`,
  }),
  source,
  environment,
  file(`/srv/${app}/bin/reload.sh`, { template: 'reload.sh.njk', vars, mode: '0755' }),
  gunicorn,
  git.checkout('/opt/demo-src', { repo: 'file:///srv/src/app.git', ref: 'main' }),
  file('/etc/cron.d/demo-clean', {
    content: '17 3 * * * root /usr/bin/find /var/log/demo -mtime +30 -delete\n',
    mode: '0644',
  }),
  file('/etc/sysctl.d/60-demo.conf', { content: 'net.core.somaxconn = 1024\n', mode: '0644' }),
  command(['/usr/bin/python3', '-m', 'venv', '--without-pip', '/opt/demo-venv'], {
    creates: '/opt/demo-venv/bin/python',
  }),
  command(['/usr/bin/openssl', 'rand', '-out', '/etc/demo/secret.key', '32'], {
    creates: '/etc/demo/secret.key',
  }),
  symlink(`/srv/${app}/current`, { target: `/srv/${app}/app` }),
])

const services = task('Services', () => [
  systemd.service('demo-app.service', {
    running: true,
    enabled: true,
    restartOn: [appUnit, source, environment, gunicorn],
  }),
  systemd.service('demo-hook.service', {
    running: true,
    enabled: true,
    restartOn: [hookUnit, hooks],
  }),
  systemd.service('cron.service', { running: true, enabled: true }),
])

export default play({
  name: 'The 30-task job',
  hosts: 'all',
  become: true,
  tasks: [database, accounts, files, services],
})
