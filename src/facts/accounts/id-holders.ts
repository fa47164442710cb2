import { present, shellFact, unknown, type Fact } from '../../core/fact.js'
import { sh, shellFunctions } from '../../core/sh.js'
import { allUnknown } from '../failure.js'
import { accountListsIn, isMalformed } from './user.js'
import userText from './user.sh.js'

/** An id, and who is asked for: the users or groups that have it, or users in the group by default. */
export interface IdKey {
  readonly of: 'user' | 'group' | 'primary group'
  readonly id: number
}

/** The names of who has an id, as far as the sources of nsswitch.conf list it. */
export const idHoldersFact = shellFact<IdKey, readonly string[]>({
  name: 'id-holders',
  script: () => ({
    script: sh`${shellFunctions(userText)}fettle_passwd_and_group
fettle_shadow`,
  }),
  parse(output, keys): readonly Fact<readonly string[]>[] {
    const lists = accountListsIn(output)
    if (lists === undefined)
      return allUnknown(keys, 'the accounts could not be read', output, 'see getent(1) on the host')
    const { users, groups } = lists
    return keys.map(({ of, id }) => {
      const rows = of === 'group' ? groups : users
      if (rows.some((row) => isMalformed(row, of === 'group' ? 4 : 7)))
        return unknown(
          `the list of accounts, in which the id ${String(id)} was looked for, could not be understood`,
          'run getent passwd and getent group on the host and look at their lines',
        )
      const column = of === 'primary group' ? 3 : 2
      return present(
        rows.flatMap((row) => (row[column] === String(id) && row[0] !== undefined ? [row[0]] : [])),
      )
    })
  },
  recorded: {
    keys: [
      { of: 'user', id: 0 },
      { of: 'group', id: 1001 },
      { of: 'primary group', id: 100 },
      { of: 'user', id: 7 },
    ],
    stdout: [
      'root:x:0:0:root:/root:/bin/bash',
      'ada:x:1000:100::/home/ada:/bin/sh',
      'grace:x:1001:100::/home/grace:/bin/sh',
      '=',
      'root:x:0:',
      'users:x:100:',
      'deploy:x:1001:ada',
      '=',
      '= 0 0',
      '',
    ].join('\n'),
    facts: [present(['root']), present(['deploy']), present(['ada', 'grace']), present([])],
  },
})
