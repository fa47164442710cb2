import { absent, present, unknown, type Fact, type ShellFactKind } from '../core/fact.js'
import { sh } from '../core/sh.js'

/** A line of group(5). */
export interface GroupEntry {
  readonly gid: number
  readonly members: readonly string[]
}

function parseLine(line: string): readonly [name: string, entry: GroupEntry] | null {
  const [name, , gid, members] = line.split(':')
  if (name === undefined || gid === undefined || members === undefined || !/^\d+$/.test(gid)) return null
  return [name, { gid: Number(gid), members: members.split(',').filter((member) => member !== '') }]
}

/** A group by its name. `getent` asks every source of nsswitch.conf; without it (busybox) the file is read. */
export const groupFact: ShellFactKind<string, GroupEntry> = {
  backend: 'shell',
  name: 'group',
  script: (names) => ({ script: sh`if command -v getent >/dev/null; then getent group -- ${names}; else cat /etc/group; fi` }),
  // getent ends with 2 when one of several names does not exist.
  parse({ code, stdout, stderr }, names): readonly Fact<GroupEntry>[] {
    if (code !== 0 && code !== 2) return names.map(() => unknown(`the groups could not be read: ${stderr.trim() || `status ${String(code)}`}`, 'see getent(1) on the host'))
    const entries = stdout.toString().split('\n').filter((line) => line !== '').map(parseLine)
    if (entries.includes(null)) return names.map(() => unknown('the list of groups could not be understood', 'run getent group on the host and look at its lines'))
    const byName = new Map(entries.filter((entry) => entry !== null))
    return names.map((name) => {
      const entry = byName.get(name)
      return entry === undefined ? absent : present(entry)
    })
  },
}
