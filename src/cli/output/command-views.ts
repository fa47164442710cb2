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
  if (isGood(outcome)) return 'ok'
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

/** Why there is no output of a host, and for a single one what its command ended with. */
function problemLines(outcome: CommandOutcome, screen: Screen): readonly string[] {
  const [first = verdict(outcome), ...others] = explained(outcome, screen)
  return [
    `${screen.style.red(oneLine(outcome.host))}: ${first}`,
    ...others.map((line) => `  ${line}`),
  ]
}

/** Tells why a host has not done its part. */
export function tellProblem(outcome: CommandOutcome, err: Screen): void {
  if (!isGood(outcome)) err.write(`${problemLines(outcome, err).join('\n')}\n`)
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
    tellProblem(outcome, err)
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
      tellProblem(outcome, screens.err)
    },
    end: (outcomes) => count(outcomes, screens.err),
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

/** `3 hosts: 2 ok, 1 exit status 1 (web3)` where there is more than one host. */
export function count(outcomes: readonly CommandOutcome[], err: Screen): void {
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
 * Each output whole, in the order of the hosts and the good ones first; hosts that answered the
 * same share it.
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
    told: ({ host }) => {
      waited.delete(host)
      wait()
    },
    end: (outcomes) => {
      redraw('')
      const groups = grouped(outcomes)
      const good = groups.filter(([first]) => first !== undefined && isGood(first))
      const others = groups.filter(([first]) => first !== undefined && !isGood(first))
      for (const group of [...good, ...others]) out.write(groupText(group, out))
      count(outcomes, err)
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
  if (isGood(outcome)) return style.bold(style.green(names))
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
