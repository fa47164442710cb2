import { command, mysql, play, secret, task } from 'fettle'

/** SQL between two resources that use none. */
const account = task('Account', () => [
  command('true', { name: 'before' }),
  mysql.database('cut'),
  mysql.user('cut', { password: secret('of-the-account-cut'), grants: { 'cut.*': ['SELECT'] } }),
  command('true', { name: 'after' }),
])

export default play({ name: 'SQL', hosts: 'all', become: true, tasks: [account] })
