import { check, directory, file, generatedSecret, systemd, task } from 'fettle'
import { hookUser } from './accounts.js'
import { namesOf } from './names.js'
import type { AppVars } from './vars.js'

/** What GitHub signs its deliveries with. */
export const hookSecret = (vars: AppVars) => generatedSecret(`/etc/${vars.app}/hook-secret`)

export default task<AppVars>('Hook service', ({ vars }) => {
  const names = namesOf(vars)
  const hooks = file(names.hooks, {
    template: 'hooks.json.njk',
    vars: { ...vars, ...names, secret: hookSecret(vars).value },
    owner: 'root',
    group: names.hookGroup,
    mode: '0640',
  })
  const unit = systemd.unit(names.hookService, {
    template: 'hook.service.njk',
    vars: { ...vars, ...names },
  })
  return [
    // Debian's own unit would run as root and listen on every address.
    systemd.service('webhook.service', { running: false, masked: true }),
    hookSecret(vars),
    directory('/etc/webhook', { owner: 'root', group: 'root', mode: '0755' }),
    hooks,
    unit,
    systemd.service(names.hookService, {
      running: true,
      enabled: true,
      restartOn: [unit, hooks, hookUser(vars)],
    }),
    check.http(`http://${vars.hook_address}:${String(vars.hook_port)}/hooks/${vars.app}`, {
      status: 405,
      within: 10,
    }),
  ]
})
