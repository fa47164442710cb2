import type { AppVars } from './vars.js'

/** The path of the socket that gunicorn listens on; null where it is an address. */
const socketOf = (bind: string): string | null =>
  bind.startsWith('unix:') ? bind.slice('unix:'.length) : null

/** Every path and account that two tasks must agree on, from the one name of the app. */
export const namesOf = ({
  app,
  app_user,
  app_group,
  git_url,
  repository,
  bind,
  page,
}: AppVars) => ({
  user: app_user ?? app,
  group: app_group ?? app,
  service: `${app}.service`,
  home: `/srv/${app}`,
  checkout: `/srv/${app}/src`,
  venv: `/srv/${app}/venv`,
  environment: `/etc/${app}/env`,
  database: app.replaceAll('-', '_'),
  /** The page that shows whether the app is up, as it is asked for on the host. */
  pageUrl: `http://${socketOf(bind) === null ? bind : 'localhost'}${page}`,
  socket: socketOf(bind),
  gitUrl: git_url ?? `git@github.com:${repository}.git`,

  /**
   * The account that receives hooks and owns the code: gunicorn may read the code and not change
   * it.
   */
  hookUser: 'webhook',
  hookHome: '/var/lib/webhook',
  deployKey: `/var/lib/webhook/.ssh/id_${app}`,
  hookGroup: `${app}-hook`,
  hookService: `${app}-hook.service`,
  hooks: `/etc/webhook/${app}.json`,
  deployScript: `/usr/local/sbin/${app}-deploy`,
  deployLock: `/srv/${app}/deploy.lock`,

  /** For nginx in front of the app: its site, and certificate and key together. */
  site: `/etc/nginx/conf.d/${app}.conf`,
  certificate: `/etc/${app}/certificate.pem`,

  restart: `/usr/bin/systemctl restart ${app}.service`,
})
