import { play } from 'fettle'
import accounts from './accounts.js'
import code from './code.js'
import connectionString from './connection-string.js'
import database from './database.js'
import deployScript from './deploy-script.js'
import githubWebhook from './github-webhook.js'
import gunicorn from './gunicorn.js'
import hook from './hook.js'
import hookRights from './hook-rights.js'
import nginx from './nginx.js'
import { AppVars } from './vars.js'

/** A Flask app on a bare Debian server, redeployed by every push. */
export default play({
  name: 'Flask app',
  hosts: 'web',
  become: true,
  vars: AppVars,
  tasks: [
    accounts,
    database,
    connectionString,
    code,
    gunicorn,
    hookRights,
    deployScript,
    hook,
    nginx,
    githubWebhook,
  ],
})
