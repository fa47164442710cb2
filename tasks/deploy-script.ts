import { file, task } from 'fettle'
import { namesOf } from './names.js'
import type { AppVars } from './vars.js'

export default task<AppVars>('Pull-and-reload script', ({ vars }) => {
  const names = namesOf(vars)
  return [
    file(names.deployScript, {
      template: 'deploy.sh.njk',
      vars: { ...vars, ...names },
      owner: 'root',
      group: 'root',
      mode: '0755',
      validate: 'sh -n %s',
    }),
  ]
})
