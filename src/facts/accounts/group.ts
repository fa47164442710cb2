import { absent, present, unknown, type Fact, shellFact } from '../../core/fact.js'
import { sh } from '../../core/sh.js'
import { allUnknown } from '../failure.js'
import { isMalformed, rowsOf } from './user.js'

/** A line of group(5). */
export interface GroupEntry {
  readonly gid: number
  readonly members: readonly string[]
}

function groupOf([name = '', , gid = '', members]: readonly string[]): Fact<GroupEntry> {
  if (members === undefined || !/^\d+$/.test(gid))
    return unknown(
      `the group ${name} could not be understood`,
      'run getent group on the host and look at its line',
    )
  return present({
    gid: Number(gid),
    members: members.split(',').filter((member) => member !== ''),
  })
}

/**
 * A group by its name. `getent` queries all sources of nsswitch.conf; where it is missing (busybox)
 * the file is read.
 */
export const groupFact = shellFact<string, GroupEntry>({
  name: 'group',
  about: (name) => `group:${name}`,
  script: (names) => ({
    script: sh`if command -v getent >/dev/null; then getent group -- ${names}; else cat /etc/group; fi`,
  }),
  // getent ends with 2 when one of several names does not exist.
  parse(output, names): readonly Fact<GroupEntry>[] {
    const { code, stdout } = output
    if (code !== 0 && code !== 2)
      return allUnknown(names, 'the groups could not be read', output, 'see getent(1) on the host')
    const rows = rowsOf(stdout.toString())
    return names.map((name) => {
      const row = rows.find(([other]) => other === name)
      if (row !== undefined) return groupOf(row)
      if (!rows.some((other) => isMalformed(other, 4))) return absent
      return unknown(
        `the list of groups, in which ${name} was not found, could not be understood`,
        'run getent group on the host and look at its lines',
      )
    })
  },
  recorded: {
    keys: ['www-data', 'deploy', 'none'],
    code: 2,
    stdout: 'www-data:x:33:\ndeploy:x:1001:ada,grace\n',
    facts: [
      present({ gid: 33, members: [] }),
      present({ gid: 1001, members: ['ada', 'grace'] }),
      absent,
    ],
  },
})
