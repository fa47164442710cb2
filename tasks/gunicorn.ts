import { check, systemd, task } from 'fettle'
import { checkout, virtualEnvironment } from './code.js'
import { appEnvironment } from './connection-string.js'
import { namesOf } from './names.js'
import type { AppVars } from './vars.js'

export default task<AppVars>('Gunicorn service', ({ vars }) => {
  const names = namesOf(vars)
  const unit = systemd.unit(names.service, {
    template: 'app.service.njk',
    vars: { ...vars, ...names },
  })
  const page = { status: vars.page_status, within: 30 }
  return [
    unit,
    systemd.service(names.service, {
      running: true,
      enabled: true,
      restartOn: [unit, appEnvironment(vars), checkout(vars), virtualEnvironment(vars)],
    }),
    check.http(names.pageUrl, names.socket === null ? page : { ...page, socket: names.socket }),
  ]
})
