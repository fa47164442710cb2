import { env, generatedSecret, mysql, systemd, task } from 'fettle'
import { namesOf } from './names.js'
import type { AppVars } from './vars.js'

const generated = (vars: AppVars) => generatedSecret(`/etc/${vars.app}/database-password`)

/** The password of the app's database user. */
export const databasePassword = (vars: AppVars) =>
  vars.database_password === 'env' ? env.secret('DATABASE_PASSWORD') : generated(vars).value

/** What an app needs that makes its own tables, and nothing on any other database. */
const privileges = [
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'CREATE',
  'ALTER',
  'DROP',
  'INDEX',
  'REFERENCES',
]

export default task<AppVars>('Database', ({ vars }) => {
  const { database } = namesOf(vars)
  return [
    systemd.service('mariadb.service', { running: true, enabled: true, masked: false }),
    vars.database_password === 'generate' && generated(vars),
    mysql.database(database, { charset: 'utf8mb4', collation: 'utf8mb4_unicode_ci' }),
    mysql.user(database, {
      host: 'localhost',
      password: databasePassword(vars),
      grants: { [`${database}.*`]: privileges },
      exactGrants: true,
    }),
  ]
})
