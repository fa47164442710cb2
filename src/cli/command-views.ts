import { isDeepStrictEqual } from 'node:util'
import type { Output } from '../core/fact.js'
import { scrub } from '../core/scrub.js'
import type { HostOutcome } from '../engine/each-host.js'
import { oneLine, stripped } from '../views/clean.js'
import { clip } from '../views/columns.js'
import { errorJson, rounded } from '../views/json.js'
import { problem } from '../views/problem.js'
import type { Screen } from '../views/screen.js'
import { LiveLines } from './live-lines.js'

export type CommandOutcome = HostOutcome<Output>

/** Shows what a command printed on its hosts. */
export interface CommandView {
  /**
   * Hears what a host prints, while it runs and both streams as one; null: it is shown at the end,
   * its streams apart.
   */
  readonly live: ((host: string, text: string) => void) | null
  /** A host is done with. */
  told(outcome: CommandOutcome): void
  /** All hosts are done with; the outcomes in the order of the inventory. */
  end(outcomes: readonly CommandOutcome[]): void
}

/** Where a view writes: the output itself, and what is told about it. */
export interface Screens {
  readonly out: Screen
  readonly err: Screen
}

/** A host has done its part when the command ended with 0 there. */
export const isGood = (outcome: CommandOutcome): boolean =>
  outcome.status === 'ok' && outcome.value.code === 0

/** What a signal has left of a host: it needs no explanation. */
const interrupted: Readonly<Record<string, string>> = {
  'connection-lost': 'ended',
  stopped: 'not begun',
}

/** In words what became of a host: `ok`, `exit status 3`, `unreachable`. */
function verdict(outcome: CommandOutcome): string {
  if (outcome.status === 'ok')
    return outcome.value.code === 0 ? 'ok' : `exit status ${String(outcome.value.code)}`
  return outcome.status === 'failed'
    ? (interrupted[outcome.error.code] ?? 'failed')
    : outcome.status
}

const explained = (outcome: CommandOutcome, { style }: Screen): readonly string[] =>
  outcome.status === 'ok' || ['ended', 'not begun'].includes(verdict(outcome))
    ? []
    : problem(outcome.error, style)

const cleaned = (text: string): string => stripped(scrub(text))
const outputOf = (outcome: CommandOutcome): string =>
  outcome.status === 'ok' ? outcome.value.stdout.toString() : ''

/** Why there is no output of a host, and for a single one what its command ended with. */
function problemLines(outcome: CommandOutcome, screen: Screen): readonly string[] {
  const [first = verdict(outcome), ...others] = explained(outcome, screen)
  return [
    `${screen.style.red(oneLine(outcome.host))}: ${first}`,
    ...others.map((line) => `  ${line}`),
  ]
}

/**
 * One host that nobody watches: its streams go where this process's go, so that the output can be
 * read by a program.
 */
export const plainView = ({ out, err }: Screens): CommandView => ({
  live: null,
  told: (outcome) => {
    out.write(scrub(outputOf(outcome)))
    if (outcome.status === 'ok') err.write(scrub(outcome.value.stderr))
    if (!isGood(outcome)) err.write(`${problemLines(outcome, err).join('\n')}\n`)
  },
  end: () => undefined,
})

/** Lines as they come, behind the names of their hosts where there are several. */
export function streamView(
  hosts: readonly string[],
  screens: Screens,
  show = printed(hosts, screens),
): CommandView {
  const live = new Map(hosts.map((host) => [host, new LiveLines((line) => show(host, line))]))
  return {
    live: (host, text) => live.get(host)?.hear(text),
    told: (outcome) => {
      live.get(outcome.host)?.end(outcome.status === 'ok' ? outputOf(outcome) : null)
      if (!isGood(outcome)) screens.err.write(`${problemLines(outcome, screens.err).join('\n')}\n`)
    },
    end: (outcomes) => count(outcomes, screens),
  }
}

function printed(hosts: readonly string[], { out }: Screens): (host: string, line: string) => void {
  if (hosts.length === 1) return (_, line) => out.write(`${stripped(line)}\n`)
  const width = Math.max(...hosts.map((host) => oneLine(host).length))
  return (host, line) =>
    out.write(
      `${out.style.cyan(oneLine(host).padEnd(width))} ${out.style.dim('|')} ${stripped(line)}\n`,
    )
}

/** `3 hosts: 2 ok, 1 exit status 1 (web3)` where there is more than one host. */
function count(outcomes: readonly CommandOutcome[], { err }: Screens): void {
  if (outcomes.length === 1) return
  const kinds = [...new Set(outcomes.map(verdict))].sort(
    (a, b) => Number(b === 'ok') - Number(a === 'ok'),
  )
  const told = kinds.map((kind) => {
    const hosts = outcomes.filter((outcome) => verdict(outcome) === kind)
    return kind === 'ok'
      ? err.style.green(`${String(hosts.length)} ok`)
      : err.style.red(
          `${String(hosts.length)} ${kind} (${hosts.map(({ host }) => oneLine(host)).join(', ')})`,
        )
  })
  err.write(`${String(outcomes.length)} hosts: ${told.join(', ')}\n`)
}

/**
 * Each output whole, in the order of the hosts and the good ones first; hosts that answered the
 * same share it.
 */
export function groupedView(hosts: readonly string[], screens: Screens): CommandView {
  const { out, err } = screens
  const waited = new Set(hosts)
  const redraw = (text: string): void =>
    err.redraws ? err.write(`\r\u001b[K${clip(text, err.size().columns - 1)}`) : undefined
  const wait = (): void =>
    redraw(
      `${String(hosts.length - waited.size)} of ${String(hosts.length)} hosts, waiting for ${oneLine([...waited].join(', '))}`,
    )
  wait()
  return {
    live: null,
    told: ({ host }) => {
      waited.delete(host)
      wait()
    },
    end: (outcomes) => {
      redraw('')
      const groups = grouped(outcomes)
      for (const group of [
        ...groups.filter(([first]) => first !== undefined && isGood(first)),
        ...groups.filter(([first]) => first !== undefined && !isGood(first)),
      ])
        out.write(groupText(group, out))
      count(outcomes, screens)
    },
  }
}

function grouped(outcomes: readonly CommandOutcome[]): readonly (readonly CommandOutcome[])[] {
  const groups: CommandOutcome[][] = []
  for (const outcome of outcomes) {
    const same = groups.find(
      ([first]) => first !== undefined && isDeepStrictEqual(answer(first), answer(outcome)),
    )
    if (same === undefined) groups.push([outcome])
    else same.push(outcome)
  }
  return groups
}

const answer = (outcome: CommandOutcome): unknown =>
  outcome.status === 'ok' ? outcome.value : [outcome.status, outcome.error.message]

function groupText(group: readonly CommandOutcome[], screen: Screen): string {
  const { style } = screen
  const [first] = group
  if (first === undefined) return ''
  const names = `${group.map(({ host }) => oneLine(host)).join(', ')}${group.length > 1 ? ` (${String(group.length)})` : ''}`
  const head = isGood(first)
    ? style.bold(style.green(names))
    : `${style.bold(style.red(names))}: ${verdict(first)}`
  const body =
    first.status === 'ok'
      ? [ended(cleaned(outputOf(first))), style.yellow(ended(cleaned(first.value.stderr)))].join('')
      : explained(first, screen)
          .map((line) => `  ${line}\n`)
          .join('')
  return `${head}\n${body}\n`
}

const ended = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`)

/**
 * `--json`: a line for each host when it is done with, and with `--stream` one for each line that
 * it prints.
 */
export function jsonLinesView(
  hosts: readonly string[],
  streams: boolean,
  { out, err }: Screens,
): CommandView {
  const tell = (line: object): void => out.write(`${JSON.stringify(line)}\n`)
  const begun = performance.now()
  const stream = streams
    ? streamView(hosts, { out, err }, (host, text) => tell({ type: 'line', host, text }))
    : null
  return {
    live: stream?.live ?? null,
    told: (outcome) => {
      if (stream === null) {
        if (!isGood(outcome)) err.write(`${problemLines(outcome, err).join('\n')}\n`)
      } else stream.told(outcome)
      tell(commandLine(outcome))
    },
    end: (outcomes) => {
      count(outcomes, { out, err })
      tell({
        type: 'summary',
        hosts: Object.fromEntries(outcomes.map((outcome) => [outcome.host, statusOf(outcome)])),
        exitCode: outcomes.every(isGood) ? 0 : 1,
        seconds: rounded((performance.now() - begun) / 1000),
      })
    },
  }
}

const statusOf = (outcome: CommandOutcome): string =>
  isGood(outcome) ? 'ok' : outcome.status === 'ok' ? 'failed' : outcome.status

/** A host's line, as `docs/commands.md` documents it. */
function commandLine(outcome: CommandOutcome): object {
  const { host, seconds } = outcome
  const line = { type: 'command', host, status: statusOf(outcome) }
  if (outcome.status !== 'ok')
    return {
      ...line,
      exitStatus: null,
      stdout: '',
      stderr: '',
      error: errorJson(outcome.error),
      seconds: rounded(seconds),
    }
  return {
    ...line,
    exitStatus: outcome.value.code,
    stdout: scrub(outputOf(outcome)),
    stderr: scrub(outcome.value.stderr),
    error: null,
    seconds: rounded(seconds),
  }
}
