import { sudoers, task } from 'fettle'
import { namesOf } from './names.js'
import type { AppVars } from './vars.js'

export default task<AppVars>('Rights of the hook', ({ vars }) => {
  const { hookGroup, restart } = namesOf(vars)
  return [
    sudoers(hookGroup, {
      rules: [{ group: hookGroup, runAs: 'root', nopasswd: true, commands: [restart] }],
    }),
  ]
})
