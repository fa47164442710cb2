import { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable, Writable } from 'node:stream'
import { afterAll } from '@jest/globals'
import type { RunOptions } from '../../src/engine/options.js'
import type { Event } from '../../src/engine/events.js'
import type { Parts } from '../../src/cli/commands/run-command.js'
import type { ProcessContext } from '../../src/cli/input/process-context.js'

class Kept extends Writable {
  text = ''
  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.text += chunk.toString()
    done()
  }
}

export interface FakeProcess extends ProcessContext {
  readonly stdout: Kept
  readonly stderr: Kept
  readonly signals: EventEmitter
  readonly exits: number[]
}

const projects: string[] = []
afterAll(() => {
  for (const project of projects) rmSync(project, { recursive: true })
})

/** An empty project, removed after the tests. */
function newProject(): string {
  const project = mkdtempSync(join(tmpdir(), 'fettle-cli-'))
  projects.push(project)
  return project
}

/**
 * A fake process that records everything. `keys` are typed at a terminal, `input` is standard input
 * without one.
 */
export function fakeProcess({
  input = '',
  keys,
}: {
  readonly input?: string
  readonly keys?: readonly string[]
} = {}): FakeProcess {
  const terminal = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined })
  const stderr = new Kept()
  if (keys !== undefined) {
    // Types when a prompt appears.
    const pending = [...keys]
    const asked = stderr._write.bind(stderr)
    stderr._write = (chunk: Buffer, encoding, done) => {
      if (/[:\]] $/.test(chunk.toString()))
        setImmediate(() => terminal.write(pending.shift() ?? ''))
      asked(chunk, encoding, done)
    }
  }
  const exits: number[] = []
  return {
    stdin: keys === undefined ? Readable.from(input === '' ? [] : [input]) : terminal,
    stdout: new Kept(),
    stderr,
    env: {},
    cwd: newProject(),
    signals: new EventEmitter(),
    exits,
    exit: (code) => exits.push(code),
  }
}

export interface Asked {
  readonly file: string
  readonly sources: readonly string[]
  readonly extraVars: readonly string[]
  readonly options: RunOptions
}

/** The parts of a run, without hosts: they record requests, emit `events` and return `exitCode`. */
export function fakeParts({
  events = [],
  exitCode = 0,
  perform,
  load,
}: {
  readonly events?: readonly Event[]
  readonly exitCode?: number
  readonly perform?: (options: RunOptions, emit: (event: Event) => void) => Promise<void>
  readonly load?: () => never
} = {}): { readonly asked: Asked[]; readonly parts: () => Promise<Parts> } {
  const asked: Asked[] = []
  let file = ''
  let given: { readonly sources: readonly string[]; readonly extraVars: readonly string[] } = {
    sources: [],
    extraVars: [],
  }
  const parts: Parts = {
    loadPlays: (name) => {
      load?.()
      file = name
      return Promise.resolve([
        {
          name: 'Flask app',
          hosts: 'web:&prod',
          tasks: [],
          become: null,
          vars: null,
          facts: false,
          serial: [],
          maxFailures: null,
          forks: null,
        },
      ])
    },
    loadInventory: ({ sources, extraVars }) => {
      given = { sources, extraVars }
      return Promise.resolve({
        hosts: new Map(),
        groups: new Map(),
        graph: new Map(),
        extraVars: new Map(),
        warnings: [],
      })
    },
    listRun: () => ({
      plays: [
        {
          name: 'Flask app',
          hosts: ['web1', 'web2'],
          tasks: [
            { name: 'Packages', tags: [] },
            { name: 'Database', tags: ['db', 'slow'] },
          ],
        },
      ],
    }),
    run: async (_plays, _inventory, options, emit) => {
      asked.push({ file, ...given, options })
      for (const event of events) emit(event)
      await perform?.(options, emit)
      return { exitCode }
    },
  }
  return { asked, parts: () => Promise.resolve(parts) }
}
