import { github, task } from 'fettle'
import { hookSecret } from './hook.js'
import type { AppVars } from './vars.js'

export default task<AppVars>('Webhook on GitHub', ({ vars }) => [
  vars.github &&
    github.webhook(vars.repository, {
      url: vars.hook_url,
      secret: hookSecret(vars).value,
      events: ['push'],
      contentType: 'json',
      verifyTls: true,
      active: true,
    }),
  vars.github &&
    vars.former_hook_urls.map((url) => github.webhook(vars.repository, { url, state: 'absent' })),
])
