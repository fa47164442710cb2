import { file, generatedSecret, secret, task, uri } from 'fettle'
import { databasePassword } from './database.js'
import { namesOf } from './names.js'
import type { AppVars } from './vars.js'

const sessionKey = (vars: AppVars) => generatedSecret(`/etc/${vars.app}/session-key`)

/**
 * What the app reads from its environment. systemd reads the file as root, so nobody else needs to.
 */
export const appEnvironment = (vars: AppVars) => {
  const { environment, database } = namesOf(vars)
  const connection = secret`mysql+pymysql://${database}:${uri(databasePassword(vars))}@localhost/${database}?unix_socket=/run/mysqld/mysqld.sock&charset=utf8mb4`
  return file(environment, {
    template: 'app.env.njk',
    vars: { connection, sessionKey: sessionKey(vars).value },
    owner: 'root',
    group: 'root',
    mode: '0600',
  })
}

export default task<AppVars>('Connection string', ({ vars }) => [
  sessionKey(vars),
  appEnvironment(vars),
])
