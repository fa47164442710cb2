import { z } from 'zod'
import { blocked, change, changesOf, fine } from '../../core/change.js'
import { args, desired, options, resource } from '../../core/definition.js'
import { request } from '../../core/later.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import {
  absolutePath,
  accountName,
  newAccountName,
  secret,
  state,
  value,
} from '../../core/schemas.js'
import { sh } from '../../core/sh.js'
import type { Thing } from '../../core/thing.js'
import { keeps } from '../../core/undo.js'
import { groupFact } from '../../facts/accounts/group.js'
import { userFact } from '../../facts/accounts/user.js'
import { pathFact } from '../../facts/files/path.js'
import { account } from '../files/attributes.js'
import { isTreeKept, keptOf, pathState } from '../files/path-state.js'
import { hasNoProcess, idIsTaken, ownsHome } from './account-trials.js'
import { userState } from './account-state.js'
import { changes, creation, homeOf, removalSummary, removedWith } from './user-changes.js'
import type { UserOptions } from './user-options.js'
import { cryptPattern, hashMessage, nothingToUnlock, textOf } from './user-password.js'

export type { UserOptions } from './user-options.js'

const bringsOf = (name: string, home: string): readonly Thing[] => [
  `user:${name}`,
  `group:${name}`,
  `tree:${home}`,
]

/** What is wrong with a combination of the options. */
function conflict({ removeHome, state, exactGroups, groups }: UserOptions): string | undefined {
  if (removeHome !== undefined && state !== 'absent') return "removeHome is for state: 'absent'"
  if (exactGroups !== undefined && groups === undefined) return 'exactGroups needs groups'
  return undefined
}

/**
 * An account of the host, managed with useradd(8), usermod(8), chpasswd(8) and userdel(8). What is
 * left out is not managed; `groups` are added, and removed only with `exactGroups`. A user with
 * processes cannot be removed, or get another id or home, which a plan says.
 */
export const user = resource({
  type: 'user',
  chapter: 'Users and rights',
  ansible: '`user`',
  arguments: args<[name: string]>(newAccountName),
  options: options<UserOptions>({
    uid: z.number().int().nonnegative().optional(),
    group: account.optional(),
    groups: z.array(accountName).optional(),
    exactGroups: z.boolean().optional(),
    shell: absolutePath.optional(),
    home: absolutePath.optional(),
    createHome: z.boolean().optional(),
    system: z.boolean().optional(),
    comment: z
      .string()
      .regex(/^[^\0\r\n:]*$/, 'must be one line without a colon')
      .optional(),
    passwordHash: value(
      z.union([z.string().regex(cryptPattern, hashMessage), secret], { error: hashMessage }),
    ).optional(),
    locked: z.boolean().optional(),
    state: state.optional(),
    removeHome: z.boolean().optional(),
  }),
  undo: [userState, pathState],
  conflict: (_, options) => conflict(options),
  build: (name, options) =>
    desired({
      reads: {
        user: request(userFact, {
          name,
          password: options.passwordHash !== undefined || options.locked !== undefined,
        }),
        group: request(groupFact, name),
        // Where no shell is given, a path that always exists and is not a link: reading a link
        // takes further processes.
        shell: request(pathFact, { path: options.shell ?? '/', follow: true }),
      },
      values: { passwordHash: options.passwordHash },
      brings: bringsOf(name, homeOf(name, options)),
      plan({ user: now, group, shell }, { passwordHash: hash }, context) {
        if (options.state === 'absent') {
          if (now === null) return fine('there is no such user')
          const flags = options.removeHome === true ? ['-r'] : []
          const summary = removalSummary(name, options, now, group)
          const undo = [keeps(userState, { name })]
          const removed = change(summary, sh`userdel ${flags} -- ${name}`, {
            effect: 'remove',
            brings: removedWith(name, options, now, group),
            trials: [hasNoProcess(name, now)],
            undo,
          })
          if (options.removeHome !== true) return [removed]
          const home = [...keptOf(now.home, 'tree'), ...keptOf(`/var/mail/${name}`)]
          const trials = [hasNoProcess(name, now), isTreeKept(now.home), ownsHome(name, now)]
          return [{ ...removed, trials, undo: [...undo, ...home] }]
        }
        // It came from the host, where any change may alter it.
        if (hash !== undefined && !cryptPattern.test(textOf(hash)))
          return blocked(`the password of ${name} is no hash`, hashMessage)
        // useradd and usermod accept any path as a shell; sshd then refuses the login.
        if (options.shell !== undefined && options.shell !== now?.shell && shell?.kind !== 'file')
          return blocked(
            `the shell ${options.shell} does not exist`,
            'add the package that has it before this',
            {
              // A link may lead to what another resource makes.
              ...omitUndefined({
                lacks: shell?.kind === 'link' ? undefined : [`path:${options.shell}` as const],
              }),
              then: changesOf(
                now === null
                  ? [creation(name, options, hash, group !== null)]
                  : changes(name, options, hash, now),
              ),
            },
          )
        // useradd(8) gives no password: the new user could not be unlocked.
        if (now === null && options.locked === false && hash === undefined)
          return nothingToUnlock(name)
        if (now === null)
          return (
            idIsTaken('user', options.uid, context) ?? [
              creation(name, options, hash, group !== null),
            ]
          )
        return changes(name, options, hash, now)
      },
    }),
})
