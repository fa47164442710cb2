import { isDeepStrictEqual } from 'node:util'
import type { Output } from '../../core/fact.js'
import { scrub } from '../../core/scrub/scrub.js'
import type { HostOutcome } from '../../engine/fleet/each-host.js'
import { oneLine, stripped } from '../../views/text/clean.js'
import { clip } from '../../views/terminal/columns.js'
import { problem } from '../../views/text/problem.js'
import type { Screen } from '../../views/screen.js'
import { LiveLines } from './live-lines.js'

export type CommandOutcome = HostOutcome<Output>

/** Shows the output of a command on its hosts. */
export interface CommandView {
  /**
   * Called with a host's output while the command runs, both streams merged; null: the output is
   * shown at the end, with separate streams.
   */
  readonly live: ((host: string, text: string) => void) | null
  /** Called when a host is done. */
  onOutcome(outcome: CommandOutcome): void
  /** Called when all hosts are done, with the outcomes in the order of the inventory. */
  end(outcomes: readonly CommandOutcome[]): void
}

/** The screens of a view: for the output itself, and for messages about it. */
export interface Screens {
  readonly out: Screen
  readonly err: Screen
}

/** Whether the command ended with 0. */
export const hasSucceeded = (outcome: CommandOutcome): boolean =>
  outcome.status === 'ok' && outcome.value.code === 0

/** How a host is described after a signal, which needs no further explanation. */
const interrupted: Readonly<Record<string, string>> = {
  'connection-lost': 'ended',
  stopped: 'not begun',
}

/** The outcome of a host in words: `ok`, `exit status 3`, `unreachable`. */
function verdict(outcome: CommandOutcome): string {
  if (hasSucceeded(outcome)) return 'ok'
  if (outcome.status === 'ok') return `exit status ${String(outcome.value.code)}`
  if (outcome.status === 'failed') return interrupted[outcome.error.code] ?? 'failed'
  return outcome.status
}

function explained(outcome: CommandOutcome, { style }: Screen): readonly string[] {
  if (outcome.status === 'ok') return []
  if (['ended', 'not begun'].includes(verdict(outcome))) return []
  return problem(outcome.error, style)
}

const cleaned = (text: string): string => stripped(scrub(text))
export const outputOf = (outcome: CommandOutcome): string =>
  outcome.status === 'ok' ? outcome.value.stdout.toString() : ''

/** Why a host has no output, or how a single host's command ended. */
function problemLines(outcome: CommandOutcome, screen: Screen): readonly string[] {
  const [first = verdict(outcome), ...others] = explained(outcome, screen)
  return [
    `${screen.style.red(oneLine(outcome.host))}: ${first}`,
    ...others.map((line) => `  ${line}`),
  ]
}

/** Prints why a host failed. */
export function printProblem(outcome: CommandOutcome, err: Screen): void {
  if (!hasSucceeded(outcome)) err.write(`${problemLines(outcome, err).join('\n')}\n`)
}

/**
 * One host, not on a terminal: its streams become those of this process, so that a program can read
 * the output.
 */
export const plainView = ({ out, err }: Screens): CommandView => ({
  live: null,
  onOutcome: (outcome) => {
    out.write(scrub(outputOf(outcome)))
    if (outcome.status === 'ok') err.write(scrub(outcome.value.stderr))
    printProblem(outcome, err)
  },
  end: () => undefined,
})

/** Prints lines as they arrive, prefixed with the host's name if there are several hosts. */
export function streamView(
  hosts: readonly string[],
  screens: Screens,
  show = printed(hosts, screens),
): CommandView {
  const live = new Map(hosts.map((host) => [host, new LiveLines((line) => show(host, line))]))
  return {
    live: (host, text) => live.get(host)?.push(text),
    onOutcome: (outcome) => {
      live.get(outcome.host)?.end(outcome.status === 'ok' ? outputOf(outcome) : null)
      printProblem(outcome, screens.err)
    },
    end: (outcomes) => printCounts(outcomes, screens.err),
  }
}

function printed(hosts: readonly string[], { out }: Screens): (host: string, line: string) => void {
  if (hosts.length === 1) return (_, line) => out.write(`${stripped(line)}\n`)
  const width = Math.max(...hosts.map((host) => oneLine(host).length))
  return (host, line) => {
    const name = out.style.cyan(oneLine(host).padEnd(width))
    out.write(`${name} ${out.style.dim('|')} ${stripped(line)}\n`)
  }
}

/** `3 hosts: 2 ok, 1 exit status 1 (web3)`, if there is more than one host. */
export function printCounts(outcomes: readonly CommandOutcome[], err: Screen): void {
  if (outcomes.length === 1) return
  const { style } = err
  const kinds = [...new Set(outcomes.map(verdict))].sort(
    (a, b) => Number(b === 'ok') - Number(a === 'ok'),
  )
  const told = kinds.map((kind) => {
    const hosts = outcomes.filter((outcome) => verdict(outcome) === kind)
    if (kind === 'ok') return style.green(`${hosts.length} ok`)
    const names = hosts.map(({ host }) => oneLine(host)).join(', ')
    return style.red(`${hosts.length} ${kind} (${names})`)
  })
  err.write(`${outcomes.length} hosts: ${told.join(', ')}\n`)
}

/**
 * Prints each output as a whole, in the order of the hosts, successful ones first; hosts with equal
 * output share it.
 */
export function groupedView(hosts: readonly string[], screens: Screens): CommandView {
  const { out, err } = screens
  const waited = new Set(hosts)
  const redraw = (text: string): void => {
    if (err.redraws) err.write(`\r\u001b[K${clip(text, err.size().columns - 1)}`)
  }
  const wait = (): void => {
    const names = oneLine([...waited].join(', '))
    const done = hosts.length - waited.size
    redraw(`${done} of ${hosts.length} hosts, waiting for ${names}`)
  }
  wait()
  return {
    live: null,
    onOutcome: ({ host }) => {
      waited.delete(host)
      wait()
    },
    end: (outcomes) => {
      redraw('')
      const groups = grouped(outcomes)
      const good = groups.filter(([first]) => first !== undefined && hasSucceeded(first))
      const others = groups.filter(([first]) => first !== undefined && !hasSucceeded(first))
      for (const group of [...good, ...others]) out.write(groupText(group, out))
      printCounts(outcomes, err)
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
  const [first] = group
  if (first === undefined) return ''
  const hosts = group.map(({ host }) => oneLine(host)).join(', ')
  const names = group.length > 1 ? `${hosts} (${group.length})` : hosts
  return `${headOf(first, names, screen)}\n${bodyOf(first, screen)}\n`
}

function headOf(outcome: CommandOutcome, names: string, { style }: Screen): string {
  if (hasSucceeded(outcome)) return style.bold(style.green(names))
  return `${style.bold(style.red(names))}: ${verdict(outcome)}`
}

function bodyOf(outcome: CommandOutcome, screen: Screen): string {
  if (outcome.status !== 'ok')
    return explained(outcome, screen)
      .map((line) => `  ${line}\n`)
      .join('')
  const stdout = ended(cleaned(outputOf(outcome)))
  const stderr = ended(cleaned(outcome.value.stderr))
  return `${stdout}${screen.style.yellow(stderr)}`
}

const ended = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`)
