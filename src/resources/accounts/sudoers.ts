import { z } from 'zod'
import { change, fine, type Plan } from '../../core/change.js'
import { args, desired, options, resource } from '../../core/definition.js'
import { enter } from '../../core/enter.js'
import { request, type Value } from '../../core/later.js'
import { accountName, line, state, value } from '../../core/schemas.js'
import { refuse } from '../../core/refuse.js'
import type { CommonOptions } from '../../core/resource.js'
import { sh, steps } from '../../core/sh.js'
import { missingParentFact } from '../../facts/files/missing-parent.js'
import { pathFact, type PathEntry } from '../../facts/files/path.js'
import { checkedContent, pathKey } from '../files/file.js'
import { fileChanges, notAFile } from '../files/file-changes.js'
import { keptOf, pathState } from '../files/path-state.js'
import { placeTrials } from '../files/place-trials.js'

/** What one user or group may run. */
export interface SudoersRule {
  /** The user that the rule is for. Either this or `group`. */
  readonly user?: string
  /** The group that the rule is for. */
  readonly group?: string
  /** The user that the commands run as. Default `root`. */
  readonly runAs?: string
  /** Ask for no password. Default false. */
  readonly nopasswd?: boolean
  /**
   * Full commands: an absolute path and its arguments, separated by single spaces. Exactly this
   * command is permitted; without arguments it is permitted without any (sudoers itself would
   * permit all). Wildcards, quotes and backslashes are refused: `*` also matches spaces and slashes
   * (sudoers(5)).
   */
  readonly commands: readonly string[]
}

export interface SudoersOptions extends CommonOptions {
  /** The rules. Either these or `content`. */
  readonly rules?: readonly SudoersRule[]
  /**
   * The text of the file in the syntax of sudoers(5), for policies that rules cannot express. It
   * must pass visudo(8).
   */
  readonly content?: Value<string>
  /** `absent` removes the file; the remaining policy must pass visudo(8) too. Default `present`. */
  readonly state?: 'present' | 'absent'
}

const folder = '/etc/sudoers.d'
const ownerAndMode = { mode: '0440', owner: 'root', group: 'root' } as const

/** An account in a rule. A name in capitals would be an alias in sudoers, and ALL everybody. */
const who = accountName
  .regex(/^[\p{L}\p{N}_]/u, 'must be the name of an account')
  .refine(
    (name) => !/^[A-Z][A-Z0-9_]*$/.test(name),
    'in capitals would be an alias of sudoers: use content',
  )

const hasDots = (path: string): boolean =>
  path.split('/').some((part) => part === '..' || part === '.')

/** Characters that have no special meaning in a command, or lose it behind a backslash. */
const command = line
  .regex(
    /^\/[^ ]*[^ /](?: [^ ]+)*$/,
    'must be an absolute path of a file, then arguments separated by single spaces',
  )
  .regex(
    /^[^*?[\]\\"'^!\t]*$/,
    'must not hold wildcards, quotes, backslashes, ^ or !: such a rule permits more than it seems to',
  )
  .refine((text) => !hasDots(text.split(' ')[0] ?? ''), 'must not hold . or .. in its path')

const rule = z
  .strictObject({
    user: who.optional(),
    group: who.optional(),
    runAs: who.optional(),
    nopasswd: z.boolean().optional(),
    commands: z.array(command).min(1),
  })
  .refine(
    ({ user, group }) => (user === undefined) !== (group === undefined),
    'needs a user or a group, and not both',
  )

/**
 * A command with its arguments escaped. sudo takes the arguments as one string, which these four
 * characters would end or turn into a comment. `""` means no arguments.
 */
function rendered(text: string): string {
  const escaped = text.replace(/[,:=#]/g, '\\$&')
  return text.includes(' ') ? escaped : `${escaped} ""`
}

/**
 * A name with its special characters escaped. Names of a domain may hold spaces and backslashes
 * (`domain users`).
 */
const escapedName = (name: string): string => name.replace(/[^\p{L}\p{N}_.-]/gu, '\\$&')

function ruleText(rule: SudoersRule): string {
  const { user, group = '', runAs = 'root', nopasswd = false, commands } = rule
  const whom = user === undefined ? `%${escapedName(group)}` : escapedName(user)
  const tag = nopasswd ? 'NOPASSWD: ' : ''
  return `${whom} ALL=(${escapedName(runAs)}) ${tag}${commands.map(rendered).join(', ')}`
}

/** The text of a sudoers(5) drop-in with these rules. */
export function sudoersText(rules: readonly SudoersRule[]): string {
  const lines = ['# Managed by Fettle: changes made here are lost.', ...rules.map(ruleText)]
  return lines.map((each) => `${each}\n`).join('')
}

/**
 * Puts the file aside under a name that sudo does not read, and back again where the rest of the
 * policy does not hold without it, and did with it.
 */
function removal(name: string, entry: PathEntry | null): Plan {
  if (entry === null) return fine('there is no such file')
  const path = `${folder}/${name}`
  const wrong = notAFile(path, entry)
  if (wrong !== undefined) return wrong
  const aside = `./.${name}.fettle-removed`
  const script = steps([
    enter(folder),
    sh`back_() { if [ -e ${aside} ]; then mv -fT -- ${aside} ${`./${name}`}; fi; }`,
    sh`trap back_ EXIT`,
    sh`trap 'exit 143' TERM INT HUP`,
    sh`mv -fT -- ${`./${name}`} ${aside}`,
    sh`compare_() { now_=$(visudo -c 2>&1 >/dev/null); back_; before_=$(visudo -c 2>&1 >/dev/null) && return 1; [ "$before_" = "$now_" ] && mv -fT -- ${`./${name}`} ${aside}; }`,
    sh`{ visudo -c || compare_ || ${refuse(`\`visudo -c\` refused the policy without ${path}, so it is still there`, 'see what it printed')}; }`,
    sh`rm -f -- ${aside}`,
    sh`trap - EXIT`,
    sh`sync -- .`,
  ])
  const trials = placeTrials({ path, does: 'remove', uids: [entry.uid] })
  const undo = keptOf(path)
  return [change('remove file', [{ script, long: true }], { effect: 'remove', undo, trials })]
}

const fileName = z
  .string()
  .regex(/^[A-Za-z0-9_-]+$/, 'must hold letters, digits, _ and - only: sudo skips other files')

/** What is wrong with a combination of the options. */
function conflict({ rules, content, state }: SudoersOptions): string | undefined {
  if (rules !== undefined && content !== undefined) return 'rules and content exclude each other'
  if (rules === undefined && content === undefined && state !== 'absent')
    return 'rules or content is required'
  return undefined
}

/**
 * A drop-in of sudo's policy, `/etc/sudoers.d/NAME`, owned by root, 0440. The new file is validated
 * alone before it is put in place, and with the whole policy right after. If that fails, the
 * previous file is restored at once, unless the policy failed with the same message before. Needs
 * sudo on the host. Users and groups in rules are not checked: add them before.
 *
 * `name` holds letters, digits, `_` and `-` only: sudo skips files with a dot or a `~` at the end
 * (sudoers(5), "Including other files").
 */
export const sudoers = resource({
  type: 'sudoers',
  undo: [pathState],
  chapter: 'Users and rights',
  ansible: '`community.general.sudoers`',
  arguments: args<[name: string]>(fileName),
  options: options<SudoersOptions>({
    rules: z.array(rule).min(1, 'must hold at least one rule').optional(),
    content: value(z.string({ error: 'must be a string' }).min(1, 'must not be empty')).optional(),
    state: state.optional(),
  }),
  conflict: (_, options) => conflict(options),
  build(name, { rules, content, state, sensitive }) {
    const path = `${folder}/${name}`
    const wanted = rules === undefined ? content : sudoersText(rules)
    return desired({
      reads: {
        path: request(pathFact, pathKey(path, wanted)),
        missingParent: request(missingParentFact, path),
      },
      values: { content: wanted },
      joins: 'files',
      brings: [`path:${path}`],
      plan({ path: entry, missingParent }, values) {
        if (state === 'absent') return removal(name, entry)
        const plan = fileChanges(
          {
            path,
            content: checkedContent('sudoers', name, values.content),
            ...ownerAndMode,
            validate: { line: 'visudo -cf %s', by: '`visudo -cf`', isAlone: true },
            confirm: 'visudo -c',
            sparedByOthers: true,
            sensitive,
          },
          entry,
          missingParent,
        )
        return 'blocked' in plan && missingParent?.taken === false
          ? { ...plan, remedy: "install sudo before this: apt.packages(['sudo'])" }
          : plan
      },
    })
  },
})
