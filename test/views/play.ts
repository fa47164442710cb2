// Plays a run in real time through the view, to look at it: `npx jiti test/views/play.ts [--hosts
// 50] [--failing 2] [--forks 50] [--speed 1] [--odd] [--no-color]`; with `--review` a plan of three
// hosts, with `--record FILE` a run of `.fettle/runs`. Needs no host.
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { countsOf, sumOfCounts } from '../../src/engine/effects.js'
import type {
  ChangeCounts,
  Event,
  EventError,
  HostSummary,
  ProgressEvent,
  RunEvent,
} from '../../src/engine/events.js'
import { peopleView } from '../../src/views/people.js'
import { screen } from '../../src/views/screen.js'
import { imagined, type Story } from './imagined.js'
import { reviewed } from './reviewed.js'

const { values: flags } = parseArgs({
  options: {
    hosts: { type: 'string', default: '8' },
    failing: { type: 'string', default: '0' },
    forks: { type: 'string', default: '50' },
    speed: { type: 'string', default: '1' },
    mode: { type: 'string', default: 'apply' },
    odd: { type: 'boolean', default: false },
    review: { type: 'boolean', default: false },
    record: { type: 'string' },
    'no-color': { type: 'boolean', default: false },
  },
})
const speed = Number(flags.speed)
const wait = (seconds: number): Promise<void> => sleep((seconds * 1000) / speed)

function recorded(file: string): readonly Story[] {
  const events = readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Event)
  const full = (error: EventError | null): EventError | null => error && { ...error, detail: null }
  return events
    .filter((event) => event.type === 'host')
    .map((end) => ({
      host: end.host,
      connecting: 0.3,
      scenes: events
        .filter((event) => event.type === 'resource')
        .filter(({ host }) => host === end.host)
        .map((event) => ({
          event: { ...event, name: `${event.resource}[${event.id}]`, error: full(event.error) },
          lines: [],
        })),
      end: { ...end, error: full(end.error) },
    }))
}

async function play(
  { host, connecting, scenes, end }: Story,
  emit: (event: Event) => void,
): Promise<readonly [host: string, summary: HostSummary]> {
  const begun = Date.now()
  const counts = { ok: 0, changed: 0, failed: 0, skipped: 0, unknown: 0, ignored: 0 }
  let finished = 0
  const progress = (doing: ProgressEvent['doing'], rest: Partial<ProgressEvent> = {}): void =>
    emit({
      type: 'progress',
      host,
      play: 0,
      doing,
      task: null,
      resource: null,
      line: null,
      finished,
      total: scenes.length,
      ...rest,
    })
  progress('connecting')
  await wait(connecting)
  progress('reading')
  await wait(0.3)
  for (const { event, lines } of scenes) {
    const named = { task: event.task, resource: event.name }
    if (event.seconds > 0.01) progress('changing', named)
    for (const line of lines) {
      await wait(event.seconds / (lines.length + 1))
      progress('changing', { ...named, line })
    }
    await wait(event.seconds / (lines.length + 1))
    counts[event.status]++
    if (event.status === 'changed') counts.ok++
    finished++
    emit(event)
  }
  emit(end)
  return [
    host,
    { ...counts, unreachable: end.status === 'unreachable', seconds: (Date.now() - begun) / 1000 },
  ]
}

function chosen(): readonly Story[] {
  if (flags.review) return reviewed
  if (flags.record !== undefined) return recorded(flags.record)
  return imagined({ hosts: Number(flags.hosts), failing: Number(flags.failing), odd: flags.odd })
}
const stories = chosen()
const mode: RunEvent['mode'] = flags.review || flags.mode === 'plan' ? 'plan' : 'apply'
const view = await peopleView(
  screen(process.stdout, {
    noColor: flags['no-color'],
    env: process.env,
    onTrouble: (message) => process.stderr.write(`${message}\n`),
  }),
  { mode, diffs: false, verbosity: 0 },
)
const changedIn = (all: readonly Story[]): readonly ChangeCounts[] =>
  all.flatMap(({ scenes }) =>
    scenes
      .filter(({ event }) => event.status === 'changed')
      .map(({ event }) => countsOf(event.changes)),
  )
const begun = Date.now()
view.onEvent({
  type: 'run',
  version: 1,
  id: 'played',
  time: new Date().toISOString(),
  mode,
  plays: [{ name: 'Flask app', hosts: stories.map(({ host }) => host), tasks: [] }],
})
const queue = stories.values()
const summaries = new Map<string, HostSummary>()
await Promise.all(
  Array.from({ length: Number(flags.forks) }, async () => {
    for (const story of queue) summaries.set(...(await play(story, (event) => view.onEvent(event))))
  }),
)
view.onEvent({
  type: 'summary',
  hosts: Object.fromEntries(stories.map(({ host }) => [host, summaries.get(host) as HostSummary])),
  exitCode: 0,
  seconds: (Date.now() - begun) / 1000,
  changes: sumOfCounts(changedIn(stories)),
})
await view.end()
