import { absent, apt, check, file, secret, secretSource, systemd, task } from 'fettle'
import { namesOf } from './names.js'
import { certificateOf, originOf, portOf, type NginxVars } from './nginx-vars.js'
import type { AppVars } from './vars.js'

/**
 * nginx reads all its files together, so a new one is tried in its place. What does not pass never
 * stays there, where the next restart would meet it.
 */
const confirm = 'nginx -t'
const ownedByRoot = { owner: 'root', group: 'root' } as const

/** Where nginx finds certificate and key, and the files that it needs for them. */
function tlsOf(vars: AppVars, nginx: NginxVars) {
  const given = certificateOf(nginx)
  if (given === null) return null
  // They must be there; what is in them is left to whatever keeps them.
  if (given.isOnHost)
    return {
      ...given,
      files: [given.certificate, given.key].map((path) => file(path, { follow: true })),
    }
  // Both in one file: a renewed pair takes its place in one step.
  const path = namesOf(vars).certificate
  const pair = secret`${secretSource(given.certificate)}\n${secretSource(given.key)}\n`
  return {
    certificate: path,
    key: path,
    files: [file(path, { content: pair, ...ownedByRoot, mode: '0600', confirm })],
  }
}

/** What the template of the site needs. */
function siteVars({ app, bind, hook_url, hook_address, hook_port }: AppVars, nginx: NginxVars) {
  const { http_port, max_body, hsts = null } = nginx
  const { port, isUsual } = portOf(nginx)
  return {
    app,
    names: [nginx.server_name, ...nginx.aliases].join(' '),
    addresses: nginx.ipv6 ? ['', '[::]:'] : [''],
    port,
    http_port,
    redirect: nginx.redirect && certificateOf(nginx) !== null,
    host: isUsual ? '$host' : `$host:${String(port)}`,
    hsts,
    max_body,
    // As a name it may be two addresses, of which gunicorn has one.
    app_listener: bind.replace('localhost', '127.0.0.1'),
    hook_path: new URL(hook_url).pathname,
    hook_listener: `${hook_address}:${String(hook_port)}`,
  }
}

export default task<AppVars>('nginx', ({ vars }) => {
  const { nginx, hook_url } = vars
  if (nginx === undefined) return []
  const tls = tlsOf(vars, nginx)
  const site = {
    template: 'nginx-site.conf.njk',
    vars: {
      ...siteVars(vars, nginx),
      tls: tls === null ? null : { certificate: tls.certificate, key: tls.key },
    },
    ...ownedByRoot,
    mode: '0644',
    confirm,
  }
  const files = [
    absent('/etc/nginx/sites-enabled/default'),
    ...(tls?.files ?? []),
    file(namesOf(vars).site, site),
  ]
  return [
    apt.packages(['nginx'], { updateCache: { maxAge: 86_400 } }),
    ...files,
    systemd.service('nginx.service', { running: true, enabled: true, reloadOn: files }),
    check.http(`${originOf(nginx)}${vars.page}`, {
      address: '127.0.0.1',
      status: vars.page_status,
      within: 10,
    }),
    check.http(hook_url, { address: '127.0.0.1', status: 405, within: 10 }),
  ]
})
