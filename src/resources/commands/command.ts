import { z } from 'zod'
import { address as addressOf } from '../../core/address.js'
import { type Action, type Blocked, blocked, change, type Change, fine } from '../../core/change.js'
import { args, desired, options, resource } from '../../core/definition.js'
import { Later, request, type Value } from '../../core/later.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { absolutePath, resources, secret, text, value } from '../../core/schemas.js'
import { clearScript } from '../../core/restart-marks.js'
import { refuse } from '../../core/refuse.js'
import type { CommonOptions, Resource } from '../../core/resource.js'
import { reveal, Secret } from '../../core/secret.js'
import { lines, quote, Sh, sh } from '../../core/sh.js'
import {
  type CommandLine,
  commandWords,
  guardFact,
  type Guards,
  type GuardVerdict,
} from '../../facts/commands/guard.js'
import { hiddenMarks, marksFact, seenMarks } from '../../facts/systemd/pending-marks.js'

export interface CommandOptions extends CommonOptions<CommandLine | Later<boolean>> {
  /**
   * Run only while this path is missing. If it is still missing afterwards, the command has failed.
   */
  readonly creates?: string
  /** Run only while this path exists. If it still exists afterwards, the command has failed. */
  readonly removes?: string
  /**
   * A command that changes nothing: status 0 means that there is nothing to do. It must succeed
   * after the run. At most 60 s; 125 to 127 are failures.
   */
  readonly unless?: CommandLine
  /**
   * A command that changes nothing: only status 0 means that there is something to do. At most 60
   * s; 125 to 127 are failures. Or a `Later`, as of all resources: while it is false, the command is
   * left alone.
   */
  readonly onlyIf?: CommandLine | Later<boolean>
  /**
   * Run only after one of these has changed, in this run or an earlier one, until the command has
   * succeeded once.
   */
  readonly onChangeOf?: readonly Resource[]
  /** The working directory of the command and its guards. Default `/`. */
  readonly cwd?: string
  /**
   * Environment variables, in addition to HOME, PATH and LC_ALL=C. Secrets are passed on standard
   * input. Guards do not get them.
   */
  readonly env?: Readonly<Record<string, Value<string | Secret>>>
  /** The exit statuses that mean success. Default: 0. */
  readonly successCodes?: readonly number[]
  /** Its standard input. Default: empty. */
  readonly input?: Value<string | Uint8Array | Secret>
}

/** The values of `env` once their Laters are known. */
type CommandEnvironment = Readonly<Record<string, string | Secret>>

const commandLine = z.union(
  [
    text.min(1).regex(/\S/, 'must hold a command'),
    z.tuple([text.regex(/^(?!-).*\S/s, 'must begin with a program')], text),
  ],
  'must be a text for the shell or a list of arguments',
)
const longestShown = 100

const shown = (line: CommandLine): string =>
  typeof line === 'string' ? line : line.map(quote).join(' ')

/** Its name, or its text. */
const idOf = (line: CommandLine, { name }: CommandOptions): string => name ?? shown(line)

/** A command quoted in a sentence. */
const quoted = (line: CommandLine): string => `\`${short(shown(line))}\``

function short(line: string): string {
  const [first = ''] = line.trim().split('\n')
  const cut = first.slice(0, longestShown)
  return cut === line.trim() ? cut : `${cut} …`
}

/**
 * Shell that reads one secret from standard input and not a byte more: its length on a line, then
 * its bytes.
 */
const readSecret = (name: string): Sh =>
  sh`IFS= read -r n_; ${name}=$(dd bs=65536 count="$n_" iflag=fullblock,count_bytes 2>/dev/null; echo .); ${name}="\${${name}%.}"`

/**
 * Sets the variables. They are exported only after all were read, so that no secret is in the
 * environment of the programs that read the next one.
 */
function environment(env: CommandEnvironment): {
  readonly script: readonly Sh[]
  readonly input: readonly (string | Secret)[]
} {
  const entries = Object.entries(env)
  if (entries.length === 0) return { script: [], input: [] }
  const assignments = entries.map(([name, given]) =>
    given instanceof Secret ? readSecret(name) : sh`${name}=${given}`,
  )
  const secrets = Object.values(env).filter((given) => given instanceof Secret)
  return {
    script: [...assignments, sh`export ${Object.keys(env)}`],
    input: secrets.flatMap((given) => [`${String(Buffer.byteLength(reveal(given)))}\n`, given]),
  }
}

function run(
  line: CommandLine,
  { cwd, creates, successCodes: codes = [0] }: CommandOptions,
  env: CommandEnvironment,
  input: string | Uint8Array | Secret | undefined,
): Action {
  const { script, input: secrets } = environment(env)
  const given = [...secrets, input].filter((part) => part !== undefined)
  const unlisted = codes.includes(0)
    ? sh``
    : sh`  0) ${refuse(`${quoted(line)} ended with 0, which is not in successCodes`, 'correct successCodes')} ;;
`
  const pieces = [
    sh`cd -- ${cwd ?? '/'} || exit`,
    ...script,
    // With exec each word is a program or an argument. Otherwise the shell would interpret `if`,
    // `echo` or `A=1` itself.
    sh`set -- ${commandWords(line)}
( exec "$@" ); s_=$?
case $s_ in
  ${Sh.of(codes.join('|'))}) ;;
${unlisted}  *) exit "$s_" ;;
esac`,
  ]
  if (creates !== undefined)
    pieces.push(
      sh`[ -e ${creates} ] || [ -L ${creates} ] || ${refuse(`${quoted(line)} ended well, and ${creates} is still missing`, 'correct creates, or the command so that it makes that path')}`,
    )
  return {
    what: quoted(line),
    script: lines(pieces),
    ...omitUndefined({ input: given.length === 0 ? undefined : given }),
    long: true,
  }
}

function skipReason(verdict: GuardVerdict, guards: Guards): string | null {
  if (verdict.is !== 'holds') return null
  switch (verdict.guard) {
    case 'creates':
      return `${guards.creates ?? ''} exists`
    case 'removes':
      return `${guards.removes ?? ''} does not exist`
    case 'unless':
      return `${short(shown(guards.unless ?? ''))} holds`
    case 'onlyIf':
      return `${short(shown(guards.onlyIf ?? ''))} does not hold`
  }
}

/** The error where the command has succeeded but its guards still require it to run. */
function ineffectiveBy(
  line: CommandLine,
  { removes, unless, onlyIf }: Guards,
): NonNullable<Change['ineffective']> {
  const left: string[] = []
  if (removes !== undefined) left.push(`${removes} is still there`)
  if (unless !== undefined) left.push(`its guard unless (${quoted(unless)}) still does not hold`)
  if (onlyIf !== undefined) left.push(`its guard onlyIf (${quoted(onlyIf)}) still holds`)
  const what = left.length === 0 ? 'is still to be run' : left.join(', ')
  return {
    reason: `${quoted(line)} ended well, and ${what}`,
    remedy: 'correct the command, or the guard that it is to satisfy',
  }
}

/** Statuses of guards that give no answer (timeout(1), sh(1)), in words. */
const noAnswer: Readonly<Record<number, string>> = {
  124: 'took too long',
  125: 'could not be started',
  126: 'cannot be executed',
  127: 'was not found',
}

function guardFailure(verdict: GuardVerdict, guards: Guards): Blocked | null {
  if (verdict.is !== 'failed') return null
  if (verdict.guard === 'cwd')
    return blocked(
      `the directory ${guards.cwd ?? '/'} does not exist or cannot be entered`,
      'add the resource that makes it before this one',
      { lacks: [`path:${guards.cwd ?? '/'}`] },
    )
  const { guard, status } = verdict
  const why = noAnswer[status] ?? 'was ended by a signal'
  return blocked(
    `the guard ${guard} (${short(shown(guards[guard] ?? ''))}) ${why}: status ${String(status)}`,
    'correct the guard, or add the resource that brings its program before this one',
  )
}

/**
 * Runs a command: a list of arguments without a shell, or a text for `/bin/sh` (POSIX, not bash).
 *
 * Each guard that is given can prevent the run. A command without `creates`, `removes`, `unless` or
 * `onChangeOf` runs on every apply, and the plan says so. Its environment is HOME (of the user it
 * runs as), PATH, LC_ALL=C and `env`.
 */
export const command = resource({
  type: 'command',
  chapter: 'Commands and checks',
  ansible: '`command`, `shell`',
  arguments: args<[line: CommandLine]>(commandLine),
  options: options<CommandOptions>({
    creates: absolutePath.optional(),
    removes: absolutePath.optional(),
    unless: commandLine.optional(),
    onlyIf: value(commandLine).optional(),
    onChangeOf: resources.optional(),
    cwd: absolutePath.optional(),
    env: z
      .record(
        z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of a variable'),
        value(z.union([text, secret])),
      )
      .optional(),
    successCodes: z.array(z.number().int().min(0).max(255)).min(1).optional(),
    input: value(z.union([z.string(), z.instanceof(Uint8Array), secret])).optional(),
  }),
  identity: idOf,
  build(line, options) {
    const { creates, removes, unless, cwd, onChangeOf } = options
    const onlyIf = options.onlyIf instanceof Later ? undefined : options.onlyIf
    const guards: Guards = omitUndefined({ creates, removes, unless, onlyIf, cwd })
    const pending = addressOf('command', idOf(line, options))
    const triggers = onChangeOf?.map(
      ({ address }) => ({ address, effect: 'run', pending }) as const,
    )
    const settles = [creates, removes, unless, onChangeOf].some((guard) => guard !== undefined)
    const isAsked = (unless ?? onlyIf) !== undefined
    return desired({
      reads: { verdict: request(guardFact, guards), marks: request(marksFact, pending) },
      values: { env: options.env ?? {}, input: options.input },
      triggers: triggers ?? [],
      plan({ verdict, marks }, { env, input }, { changing }) {
        const answer = verdict ?? { is: 'due' }
        const reason = skipReason(answer, guards)
        if (reason !== null) return fine(reason)
        const hindered = guardFailure(answer, guards)
        if (hindered !== null && isAsked) return hindered
        const because = [...new Set([...seenMarks(marks).map((mark) => mark.trigger), ...changing])]
        if (triggers !== undefined && because.length === 0)
          return hiddenMarks(marks) ?? fine('nothing it waits for has changed')
        // The marks belong to root, whichever user the command runs as.
        const actions = [run(line, options, env, input)]
        if (triggers !== undefined)
          actions.push({ script: clearScript(pending, 'run'), as: 'root' })
        const cause = triggers === undefined ? {} : { because }
        const text = short(shown(line))
        const due = settles
          ? change(`run: ${text}`, actions, { ineffective: ineffectiveBy(line, guards), ...cause })
          : change(`always runs: ${text}`, actions, { proof: 'status', ...cause })
        return hindered === null ? [due] : { ...hindered, then: [due] }
      },
    })
  },
})
