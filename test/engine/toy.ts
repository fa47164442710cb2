import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { blocked, type Change } from '../../src/core/change.js'
import { absent, present, request, unknown, type Output, type ShellFactKind } from '../../src/core/fact.js'
import { task, type Task } from '../../src/core/play.js'
import { resource, type CommonOptions, type Resource } from '../../src/core/resource.js'
import { inputBytes, sh } from '../../src/core/sh.js'
import type { Step } from '../../src/engine/build.js'
import type { Block, Session } from '../../src/ssh/session.js'

/** A session on this machine for the engine's own tests: each block is a shell of its own in a folder. */
export class FolderSession implements Session {
  readonly user = 'tester'
  readonly loginUser = 'tester'
  roundTrips = 0
  /** The scripts of each exchange, in order. */
  readonly exchanges: (readonly string[])[] = []

  constructor(readonly folder: string) {}

  exchange(blocks: readonly Block[]): Promise<readonly Output[]> {
    this.roundTrips++
    this.exchanges.push(blocks.map((block) => block.script.text))
    let last = 0
    return Promise.resolve(
      blocks.map((block) => {
        if (block.onlyIfOk !== true || last === 0) {
          const script = block.script.text.replaceAll('/var/lib/fettle', `${this.folder}/fettle`)
          const { status, stdout, stderr } = spawnSync('sh', ['-c', script], { cwd: this.folder, input: inputBytes(block.input ?? ''), env: { PATH: process.env['PATH'], HOME: this.folder } })
          last = status ?? 1
          return { code: last, stdout, stderr: stderr.toString() }
        }
        return { code: last, stdout: Buffer.alloc(0), stderr: '' }
      }),
    )
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

/** The text of a file in the session's folder. A file named `unreadable` is unknown. */
const noteFact: ShellFactKind<string, string> = {
  backend: 'shell',
  name: 'note',
  script: (names) => ({ script: sh`for n in ${names}; do if [ -e unreadable ]; then echo "?"; elif [ -e "$n" ]; then echo "=$(cat "$n")"; else echo -; fi; done` }),
  parse: ({ stdout }, names) => {
    const lines = stdout.toString().split('\n')
    return names.map((_, index) => {
      const line = lines[index] ?? ''
      return line.startsWith('=') ? present(line.slice(1)) : line === '-' ? absent : unknown('the folder cannot be read', 'remove the file unreadable')
    })
  },
}

export interface NoteOptions extends CommonOptions {
  readonly text: string
  /** A note that must be there first. */
  readonly needs?: string
  /** The shell that writes it, instead of the right one. */
  readonly by?: string
  readonly after?: readonly Resource[]
}

/** A resource for tests: a file of one line in the session's folder. */
export function note(name: string, options: NoteOptions): Resource {
  return resource({
    type: 'note',
    id: name,
    options: { ...options, after: undefined },
    reads: { note: request(noteFact, name), needed: request(noteFact, options.needs ?? name) },
    triggers: (options.after ?? []).map((trigger) => ({ address: trigger.address, effect: 'run', pending: name })),
    plan({ note, needed }, _, { changing }) {
      if (options.needs !== undefined && needed === null) return blocked(`there is no ${options.needs}`, 'write it first')
      const change: Change = {
        summary: note === null ? `create ${name}` : `${note} → ${options.text}`,
        ...(changing.length === 0 ? {} : { because: changing }),
        actions: [{ on: 'shell', script: options.by === undefined ? sh`printf %s ${options.text} >${name}` : sh`eval ${options.by}` }],
        proof: 'facts',
      }
      return note === options.text ? [] : [change]
    },
  })
}

/** Steps of one task each, named after their place. */
export const stepsOf = (resources: readonly Resource[], options: Task<unknown>['options'] = {}): readonly Step[] =>
  resources.map((each, index) => ({ play: 'play', task: task<unknown>(`task ${String(index)}`, () => [each], options), resource: each, user: null, selected: true }))
