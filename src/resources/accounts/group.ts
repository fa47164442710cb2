import { z } from 'zod'
import { fine, program, type Change } from '../../core/change.js'
import { request } from '../../core/later.js'
import { checked, checkedId, newAccountName, state } from '../../core/options.js'
import { resource, type CommonOptions, type Resource } from '../../core/resource.js'
import { sh, type Sh } from '../../core/sh.js'
import { groupFact } from '../../facts/accounts/group.js'

export interface GroupOptions extends CommonOptions {
  /**
   * The numeric id. Default: the next free one for a new group; an existing group keeps its own.
   */
  readonly gid?: number
  /**
   * Give a new group an id from the system's range (`SYS_GID_MIN` in login.defs). An existing group
   * is not changed. Default false.
   */
  readonly system?: boolean
  /** `absent` removes the group. Default `present`. */
  readonly state?: 'present' | 'absent'
}

const shape = {
  gid: z.number().int().nonnegative().optional(),
  system: z.boolean().optional(),
  state: state.optional(),
}

const change = (summary: string, script: Sh): Change => ({
  summary,
  proof: 'facts',
  actions: [program(script)],
})

/**
 * A group of the host, managed with groupadd(8), groupmod(8) and groupdel(8).
 *
 * Removing a group that is some user's primary group fails with groupdel's own message.
 */
export function group(name: string, options: GroupOptions = {}): Resource {
  checkedId('group', name, newAccountName)
  checked('group', name, options, shape)
  return resource({
    type: 'group',
    id: name,
    options,
    reads: { group: request(groupFact, name) },
    plan({ group }) {
      if (options.state === 'absent') {
        if (group === null) return fine('there is no such group')
        return [change(`remove group ${name}`, sh`groupdel -- ${name}`)]
      }
      const gid = options.gid === undefined ? [] : ['-g', options.gid]
      if (group === null) {
        const system = options.system === true ? ['-r'] : []
        return [change(`create group ${name}`, sh`groupadd ${system} ${gid} -- ${name}`)]
      }
      if (options.gid === undefined || options.gid === group.gid)
        return fine(`gid ${String(group.gid)}`)
      const summary = `gid ${String(group.gid)} → ${String(options.gid)}`
      return [change(summary, sh`groupmod ${gid} -- ${name}`)]
    },
  })
}
