import { z } from 'zod'
import { change, fine } from '../../core/change.js'
import { args, desired, options, resource } from '../../core/definition.js'
import { request } from '../../core/later.js'
import { newAccountName, state } from '../../core/schemas.js'
import type { CommonOptions } from '../../core/resource.js'
import { sh } from '../../core/sh.js'
import { keeps } from '../../core/undo.js'
import { groupFact } from '../../facts/accounts/group.js'
import { groupState } from './account-state.js'
import { idIsFree, idIsTaken, isNoPrimaryGroup } from './account-trials.js'

export interface GroupOptions extends CommonOptions {
  /**
   * The numeric id. Default: the next free one for a new group; an existing group keeps its own.
   */
  readonly gid?: number
  /**
   * Give a new group an id from the system's range (`SYS_GID_MIN` in login.defs). It counts only
   * while the group is made: an existing one is not changed. Default false.
   */
  readonly system?: boolean
  /** `absent` removes the group. Default `present`. */
  readonly state?: 'present' | 'absent'
}

/**
 * A group of the host, managed with groupadd(8), groupmod(8) and groupdel(8).
 *
 * A group that is some user's primary group cannot be removed, which a plan says.
 */
export const group = resource({
  type: 'group',
  chapter: 'Users and rights',
  ansible: '`group`',
  arguments: args<[name: string]>(newAccountName),
  options: options<GroupOptions>({
    gid: z.number().int().nonnegative().optional(),
    system: z.boolean().optional(),
    state: state.optional(),
  }),
  writeOnly: ['system'],
  undo: [groupState],
  build: (name, { gid, system = false, state }) =>
    desired({
      reads: { group: request(groupFact, name) },
      brings: [`group:${name}`],
      plan({ group }, _, context) {
        const undo = [keeps(groupState, name)]
        if (state === 'absent') {
          if (group === null) return fine('there is no such group')
          return [
            change(`remove group ${name}`, sh`groupdel -- ${name}`, {
              effect: 'remove',
              brings: [`group:${name}`, `gid:${group.gid}`],
              trials: [isNoPrimaryGroup(group.gid)],
              undo,
            }),
          ]
        }
        const id = gid === undefined ? [] : ['-g', gid]
        const trials = gid === undefined ? [] : [idIsFree('group', gid)]
        if (group === null) {
          const creation = sh`groupadd ${system ? ['-r'] : []} ${id} -- ${name}`
          const taken = gid === undefined ? [] : [`gid:${gid}` as const]
          const brings = [`group:${name}` as const, ...taken]
          const made = change(`create group ${name}`, creation, {
            effect: 'create',
            brings,
            trials,
            undo,
          })
          return idIsTaken('group', gid, context) ?? [made]
        }
        if (gid === undefined || gid === group.gid) return fine(`gid ${String(group.gid)}`)
        const summary = `gid ${String(group.gid)} → ${String(gid)}`
        return [change(summary, sh`groupmod ${id} -- ${name}`, { trials, undo })]
      },
    }),
})
