import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect } from '@jest/globals'
import {
  blocked,
  bulk,
  fine,
  type Action,
  type BulkKind,
  type Change,
  type NewSession,
  type ShellAction,
} from '../../src/core/change.js'
import { FettleError } from '../../src/core/errors.js'
import { absent, present, unknown, type Output, type ShellFactKind } from '../../src/core/fact.js'
import { Later, request } from '../../src/core/later.js'
import { omitUndefined } from '../../src/core/omit-undefined.js'
import { play, task, type Play, type Task } from '../../src/core/play.js'
import { bareResource } from './bare-resource.js'
import type { CommonOptions, Resource } from '../../src/core/resource.js'
import { inputBytes, sh } from '../../src/core/sh.js'
import type { Brings } from '../../src/core/thing.js'
import { trial, type Trial, type Verdict } from '../../src/core/trial.js'
import { keeps, type UndoKind } from '../../src/core/undo.js'
import type { Step } from '../../src/engine/prepare/build.js'
import type { Event, HostEvent, ResourceEvent, SummaryEvent } from '../../src/engine/events.js'
import type { RunOptions } from '../../src/engine/options.js'
import { run } from '../../src/engine/run.js'
import type { Inventory } from '../../src/inventory/inventory.js'
import { loadInventory } from '../../src/inventory/load.js'
import type { Block, Session } from '../../src/ssh/session.js'
import { withoutFlags } from '../../src/testing/engine-run.js'
import { project } from '../inventory/project.js'

/**
 * A session on this machine for the engine's own tests: each block runs in its own shell in a
 * folder.
 */
export class FolderSession implements Session {
  readonly loginUser = 'tester'
  readonly started = Promise.resolve()
  /** Set to end its link. */
  over = false
  roundTrips = 0
  /** The scripts of each exchange, in order. */
  readonly exchanges: (readonly string[])[] = []

  constructor(
    readonly folder: string,
    /**
     * Called before an exchange, with its number from 1 on. It may wait, or throw as a lost link
     * does.
     */
    readonly before: (exchange: number, blocks: readonly Block[]) => unknown = () => undefined,
    readonly user = 'tester',
  ) {}

  async exchange(blocks: readonly Block[]): Promise<readonly Output[]> {
    this.roundTrips++
    this.exchanges.push(blocks.map((block) => block.script.text))
    await this.before(this.roundTrips, blocks)
    let last = 0
    return blocks.map((block) => {
      if (block.onlyIfOk === true && last !== 0)
        return { code: last, stdout: Buffer.alloc(0), stderr: '' }
      const script = block.script.text
        .replaceAll('/var/lib/fettle', `${this.folder}/fettle`)
        .replaceAll('/run/fettle', `${this.folder}/run`)
      const { status, stdout, stderr } = spawnSync('sh', ['-c', script], {
        cwd: this.folder,
        input: inputBytes(block.input ?? ''),
        env: { PATH: process.env['PATH'], HOME: this.folder },
      })
      last = status ?? 1
      return { code: last, stdout, stderr: stderr.toString() }
    })
  }

  forward(): Promise<never> {
    return Promise.reject(new Error('a folder has no sockets'))
  }
  kill(): Promise<void> {
    return Promise.resolve()
  }
  close(): Promise<void> {
    return Promise.resolve()
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8')
  }
}

/** The text of a file in the session's folder. A file called `unreadable` is unknown. */
const noteFact: ShellFactKind<string, string> = {
  name: 'note',
  script: (names) => ({
    script: sh`for n in ${names}; do if [ -e unreadable ]; then echo "?"; elif [ -e "$n" ]; then echo "=$(cat "$n")"; else echo -; fi; done`,
  }),
  parse: ({ stdout }, names) => {
    const lines = stdout.toString().split('\n')
    return names.map((_, index) => {
      const line = lines[index] ?? ''
      if (line.startsWith('=')) return present(line.slice(1))
      if (line === '-') return absent
      return unknown('the folder cannot be read', 'remove the file unreadable')
    })
  },
}

export interface NoteOptions extends CommonOptions {
  readonly text: string
  /** A note that must exist first. */
  readonly needs?: string
  /** The shell that writes it, instead of correct shell. */
  readonly by?: string | undefined
  readonly after?: readonly Resource[]
  /** The action that writes it, instead of shell. */
  readonly actions?: readonly Action[]
  readonly proof?: Change['proof']
  /** Shell that proves its change, so that it may be changed together with its neighbours. */
  readonly proves?: string
  /** A follow-up of its change, so that it may be changed together with its neighbours. */
  readonly settles?: string
  /** How the session is replaced after its change. */
  readonly newSession?: NewSession
  /** Writes many notes at once, by their names. */
  readonly bulk?: BulkKind<string>
  readonly trials?: readonly Trial[]
  readonly brings?: Brings
  /** Keep the note before it is changed. */
  readonly kept?: boolean
  /** A value that is known later and has no effect. */
  readonly value?: Later<unknown>
}

/** A note as it was, or that there was none. Nothing can be kept where there is a note `unkeepable`. */
export const noteState: UndoKind<string> = {
  name: 'note',
  keep: (name) =>
    sh`[ ! -e "$HOME/unkeepable" ] && if [ -e "$HOME"/${name} ]; then cp "$HOME"/${name} "$kept/text"; fi`,
  keepAfter: () => sh`echo done >"$kept/after"`,
  takeBack: (name) =>
    sh`echo ${name} >>"$HOME/order"; if [ -e "$kept/text" ]; then cp "$kept/text" "$HOME"/${name}; else rm -f "$HOME"/${name}; fi`,
}

/** A trial that reads a note, and finds out its text. */
export const trialOf = (
  name: string,
  judge: (text: string | null) => Verdict,
  more?: Partial<Pick<Trial, 'needs' | 'whenUnsure' | 'informs'>>,
): Trial => trial(request(noteFact, name), judge, more)

/** The text of a note, for a value of another resource. */
export const textOf = (name: string): Later<string> =>
  Later.fact(request(noteFact, name), 'stand-in', name)

/** An action that runs a line of shell. */
export const shell = (line: string): ShellAction => ({ script: sh`eval ${line}` })

/** A resource for tests: a file of one line in the session's folder. */
export function note(name: string, options: NoteOptions): Resource {
  const isJoined = options.proves !== undefined || options.settles !== undefined
  const joins: 'files' | undefined = isJoined ? 'files' : undefined
  return bareResource({
    type: 'note',
    id: name,
    options: {
      ...options,
      after: undefined,
      actions: undefined,
      bulk: undefined,
      trials: undefined,
      value: undefined,
    },
    reads: { note: request(noteFact, name), needed: request(noteFact, options.needs ?? name) },
    values: { value: options.value },
    ...omitUndefined({ joins, brings: options.brings }),
    triggers: (options.after ?? []).map((trigger) => ({
      address: trigger.address,
      effect: 'run',
      pending: name,
    })),
    plan({ note, needed }, _, { changing }) {
      if (options.needs !== undefined && needed === null)
        return blocked(`there is no ${options.needs}`, 'write it first')
      const change: Change = {
        summary: note === null ? `create ${name}` : `${note} → ${options.text}`,
        ...omitUndefined({ because: changing.length === 0 ? undefined : changing }),
        actions: options.actions ?? [shell(options.by ?? `printf %s ${options.text} >${name}`)],
        proof: options.proof ?? 'facts',
        ...omitUndefined({
          trials: options.trials,
          undo: options.kept === true ? [keeps(noteState, name)] : undefined,
          proves: options.proves === undefined ? undefined : sh`eval ${options.proves}`,
          settles: options.settles === undefined ? undefined : shell(options.settles),
          bulk: options.bulk === undefined ? undefined : bulk(options.bulk, name),
          newSession: options.newSession,
        }),
      }
      return note === options.text ? [] : [change]
    },
  })
}

/** A check that a note is there. */
export const checkResource = (
  name: string,
  options: CommonOptions & { readonly within?: number } = {},
): Resource =>
  bareResource({
    type: 'check.note',
    id: name,
    options,
    reads: { note: request(noteFact, name) },
    check: { within: options.within ?? 0 },
    plan: ({ note }) =>
      note === null ? blocked(`there is no ${name}`, 'write it') : fine(`${name} is there`),
  })

/** Steps of one task each, named after their index. */
export const stepsOf = (
  resources: readonly Resource[],
  options: Task<unknown>['options'] = {},
): readonly Step[] =>
  resources.map((each, index) => ({
    play: 'play',
    task: task<unknown>(`task ${String(index)}`, () => [each], options),
    resource: each,
    user: null,
    reader: () => null,
    selected: true,
  }))

/** Steps of one task. */
export const inOneTask = (steps: readonly Step[]): readonly Step[] =>
  steps.map((step) => ({ ...step, task: steps[0]?.task ?? step.task }))

/** Hosts, each a folder on this machine. */
export class Fleet {
  /** Sessions by host, in the order in which they were opened. */
  readonly sessions: { readonly host: string; readonly session: FolderSession }[] = []
  /** Hosts that cannot be reached. */
  readonly down = new Set<string>()
  readonly #folder = mkdtempSync(join(tmpdir(), 'fettle-fleet-'))
  #open = 0
  mostAtOnce = 0

  /** The user of its sessions. */
  user = 'tester'

  /** Called before each attempt to connect to a host. It may throw. */
  connecting: (host: string) => unknown = () => undefined

  /** Called before each exchange of a host, with its number from 1 on in that session. */
  before: (host: string, exchange: number) => unknown = () => undefined

  /** Called to end what is in progress on a host. */
  kill: (host: string) => Promise<void> = () => Promise.resolve()

  readonly connect = async ({ name }: { readonly name: string }): Promise<Session> => {
    await this.connecting(name)
    if (this.down.has(name))
      throw new FettleError('unreachable', { message: `${name} cannot be reached: it is down` })
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#open)
    const session = new FolderSession(
      this.folder(name),
      (exchange) => this.before(name, exchange),
      this.user,
    )
    session.kill = () => this.kill(name)
    session.close = () => {
      this.#open--
      return Promise.resolve()
    }
    this.sessions.push({ host: name, session })
    return session
  }

  /** Sessions that were not closed. */
  get open(): number {
    return this.#open
  }

  folder(host: string): string {
    const folder = join(this.#folder, host)
    mkdirSync(folder, { recursive: true })
    return folder
  }

  /** The text of a host's note; null when it has none. */
  note(host: string, name: string): string | null {
    const path = join(this.folder(host), name)
    return existsSync(path) ? readFileSync(path, 'utf8') : null
  }

  write(host: string, name: string, text: string): void {
    writeFileSync(join(this.folder(host), name), text)
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true })
  }
}

/** An inventory from the text of its `hosts.yml`. */
export const inventoryOf = (yaml: string): Promise<Inventory> =>
  loadInventory({ sources: [], project: project({ 'inventory/hosts.yml': yaml }), extraVars: [] })

/** Hosts with these names and no settings. */
export const hostsNamed = (...names: readonly string[]): Promise<Inventory> =>
  loadInventory({ sources: [`${names.join(',')},`], project: '.', extraVars: [] })

/** The options of a command line without flags. */
export const options = (given: Partial<RunOptions> = {}): RunOptions => ({
  mode: 'apply',
  project: '.',
  ...withoutFlags,
  ...given,
})

/** The events and the result of a run. */
export interface Ran {
  readonly exitCode: number
  readonly events: readonly Event[]
  /** A line for each resource of a host: its status, and why. */
  readonly of: (host: string) => readonly string[]
  /** How each host ended, in the order of the events. */
  readonly ends: readonly string[]
  readonly summary: SummaryEvent['hosts']
}

export const told = ({ id, status, changes, reason, error }: ResourceEvent): string =>
  [`${id} ${status}`, ...changes.map((change) => change.summary), reason ?? '', error?.code ?? '']
    .filter((part) => part !== '')
    .join(': ')

/** Runs plays on the hosts of a fleet. */
export async function runOn(
  fleet: Fleet,
  hosts: readonly string[],
  plays: Play | readonly Play[],
  given: Partial<RunOptions> = {},
  view: (event: Event) => void = () => undefined,
): Promise<Ran> {
  const events: Event[] = []
  const { exitCode } = await run(
    [plays].flat(),
    await hostsNamed(...hosts),
    options(given),
    (event) => {
      events.push(event)
      view(event)
    },
    fleet.connect,
  )
  const summary = events.find((event): event is SummaryEvent => event.type === 'summary')
  return {
    exitCode,
    events,
    of: (host) =>
      events
        .filter((event): event is ResourceEvent => event.type === 'resource' && event.host === host)
        .map(told),
    ends: events
      .filter((event): event is HostEvent => event.type === 'host')
      .map(({ host, status, error }) =>
        [`${host} ${status}`, ...(error === null ? [] : [error.code])].join(': '),
      ),
    summary: summary?.hosts ?? {},
  }
}

/** A play for all hosts, with tasks of these resources. */
export const playOf = (...tasks: readonly Task<unknown>[]): Play =>
  play({ name: 'play', hosts: 'all', tasks })

/** Gives each test of a file its own fleet, whose sessions it must have closed. */
export function inEachTest(take: (fresh: Fleet) => void): void {
  let fleet: Fleet
  beforeEach(() => {
    fleet = new Fleet()
    take(fleet)
  })
  afterEach(() => {
    expect(fleet.open).toBe(0)
    fleet.remove()
  })
}
