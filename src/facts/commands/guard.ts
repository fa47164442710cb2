import { present, unknown, type Fact, shellFact } from '../../core/fact.js'
import { omitUndefined } from '../../core/omit-undefined.js'
import { lines, sh, type Sh } from '../../core/sh.js'
import { failureOf } from '../failure.js'

/** A command as a list of arguments, or as a text for `/bin/sh`. */
export type CommandLine = readonly string[] | string

/** Conditions under which a command need not run. */
export interface Guards {
  readonly creates?: string
  readonly removes?: string
  readonly unless?: CommandLine
  readonly onlyIf?: CommandLine
  readonly cwd?: string
}

/**
 * The first guard that prevents the run, the first that gave no answer, or `due` if the command has
 * to run.
 */
export type GuardVerdict =
  | { readonly is: 'due' }
  | { readonly is: 'holds'; readonly guard: 'creates' | 'removes' | 'unless' | 'onlyIf' }
  | { readonly is: 'failed'; readonly guard: 'unless' | 'onlyIf' | 'cwd'; readonly status: number }

/** Seconds that a guard may take. */
const guardLimit = 60

/**
 * The words of a command that a shell starts as a program, even if they are `if`, `A=1` or `echo`.
 */
export const commandWords = (line: CommandLine): readonly string[] =>
  typeof line === 'string' ? ['/bin/sh', '-c', line] : line

/**
 * Whether a status answers the question. Too slow (124), an error of timeout(1) (125), not
 * executable (126), not found (127) and ended by a signal do not.
 */
const isAnswer = (status: number): boolean => status < 124

function script({ creates, removes, unless, onlyIf, cwd }: Guards): Sh {
  const steps: Sh[] = []
  if (creates !== undefined)
    steps.push(sh`[ ! -e ${creates} ] && [ ! -L ${creates} ] || { echo creates; return; }`)
  if (removes !== undefined)
    steps.push(sh`[ -e ${removes} ] || [ -L ${removes} ] || { echo removes; return; }`)
  if ((unless ?? onlyIf ?? cwd) !== undefined)
    steps.push(sh`cd -- ${cwd ?? '/'} 2>/dev/null || { echo cwd; return; }`)
  if (onlyIf !== undefined)
    steps.push(sh`ask_ ${commandWords(onlyIf)} || { echo "onlyIf $s_"; return; }`)
  if (unless !== undefined)
    steps.push(sh`ask_ ${commandWords(unless)} || :; echo "unless $s_"; return`)
  return lines([sh`guard_() {`, ...steps, sh`echo due; }`, sh`guard_`])
}

/** Answers without a status. */
const verdicts: ReadonlyMap<string, GuardVerdict> = new Map([
  ['due', { is: 'due' }],
  ['creates', { is: 'holds', guard: 'creates' }],
  ['removes', { is: 'holds', guard: 'removes' }],
  ['cwd', { is: 'failed', guard: 'cwd', status: 1 }],
])

function verdictOf(line: string): GuardVerdict | null {
  const [, word, number] = /^(unless|onlyIf) (\d+)$/.exec(line) ?? []
  const status = Number(number)
  switch (word) {
    case 'unless':
      if (!isAnswer(status)) return { is: 'failed', guard: word, status }
      return status === 0 ? { is: 'holds', guard: word } : { is: 'due' }
    case 'onlyIf':
      if (!isAnswer(status)) return { is: 'failed', guard: word, status }
      // With status 0 the guards behind it are asked.
      return status === 0 ? null : { is: 'holds', guard: word }
    case undefined:
    default:
      return verdicts.get(line) ?? null
  }
}

/**
 * Evaluates a command's guards, in the order creates, removes, onlyIf, unless, up to the first that
 * prevents the run. Guards are the user's commands, and must change nothing. Only `unless` and
 * `onlyIf` start processes.
 */
export const guardFact = shellFact<Guards, GuardVerdict>({
  name: 'guard',
  elsewhere: (guards, lead) => ({
    ...guards,
    ...omitUndefined({
      creates: guards.creates && lead(guards.creates),
      removes: guards.removes && lead(guards.removes),
    }),
  }),
  expected(fact, { creates, removes }, ahead) {
    if (creates !== undefined && ahead.makes(`path:${creates}`))
      return present({ is: 'holds', guard: 'creates' })
    if (removes !== undefined && ahead.isGone(`path:${removes}`))
      return present({ is: 'holds', guard: 'removes' })
    return fact
  },
  script: (keys) => ({
    script: lines([
      sh`ask_() { timeout -k 5 ${guardLimit} "$@" </dev/null >/dev/null 2>&1; s_=$?; return $s_; }`,
      ...keys.map(script),
    ]),
  }),
  mayTake(keys) {
    const asked = keys.flatMap(({ unless, onlyIf }) => [unless, onlyIf])
    const commands = asked.filter((line) => line !== undefined)
    return 60 + commands.length * (guardLimit + 5)
  },
  parse({ code, stdout, stderr }, keys): readonly Fact<GuardVerdict>[] {
    const found = stdout
      .toString()
      .split('\n')
      .filter((line) => line !== '')
      .map(verdictOf)
    const notAsked = (why: string): readonly Fact<GuardVerdict>[] =>
      keys.map(() =>
        unknown(
          `the guards of commands could not be asked: ${why}`,
          'try the guards by hand on the host',
        ),
      )
    if (code !== 0) return notAsked(failureOf({ code, stderr }))
    if (found.length !== keys.length || found.includes(null))
      return notAsked('the answer could not be understood')
    return found.map((verdict) => present(verdict ?? { is: 'due' }))
  },
  recorded: {
    keys: [{ creates: '/srv/app/out' }, { unless: ['test', '-e', '/srv/app/old'] }, {}],
    stdout: 'creates\nunless 1\ndue\n',
    facts: [
      present({ is: 'holds', guard: 'creates' }),
      present({ is: 'due' }),
      present({ is: 'due' }),
    ],
  },
})
