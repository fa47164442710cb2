import { spawn } from 'node:child_process'
import { RunKeeper } from '../../../src/engine/undo/keeper.js'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Action } from '../../../src/core/change.js'
import type { BulkKind } from '../../../src/core/change.js'
import { FettleError } from '../../../src/core/errors.js'
import { absent, backendFact, present, type Fact } from '../../../src/core/fact.js'
import { Later, request } from '../../../src/core/later.js'
import { bareResource } from '../bare-resource.js'
import type { CommonOptions, Resource } from '../../../src/core/resource.js'
import { Secret } from '../../../src/core/secret.js'
import { sh } from '../../../src/core/sh.js'
import {
  http as httpBackend,
  type HttpAnswer,
  type HttpReader,
} from '../../../src/facts/commands/http.js'
import {
  github as githubBackend,
  type GithubAction,
  type GithubClient,
  type GithubReader,
} from '../../../src/facts/github/backend.js'
import {
  mysql as mysqlBackend,
  type MysqlAction,
  type MysqlClient,
} from '../../../src/facts/mysql/backend.js'
import { HostClients } from '../../../src/engine/clients.js'
import { dependents } from '../../../src/engine/prepare/build.js'
import type { Event, ResourceEvent } from '../../../src/engine/events.js'
import { KnownFacts, SharedFacts } from '../../../src/engine/host/known-facts.js'
import { HostApply } from '../../../src/engine/host/host-apply.js'
import { HostPlan } from '../../../src/engine/host/host-plan.js'
import { HostFailed, type HostContext } from '../../../src/engine/host/host-walk.js'
import { Supply } from '../../../src/engine/host/supply.js'
import { Machines } from '../../../src/engine/fleet/machines.js'
import { ReplaceableSession } from '../../../src/engine/fleet/replaceable-session.js'
import { OnceTasks } from '../../../src/engine/fleet/once-tasks.js'
import { Tally } from '../../../src/engine/resource-event.js'
import { checkHttp } from '../../../src/resources/commands/check-http.js'
import type { Block } from '../../../src/ssh/session.js'
import { clientsWith, noLink, standIn } from '../stand-ins.js'
import {
  checkResource,
  FolderSession,
  inOneTask,
  note,
  shell,
  stepsOf,
  told,
  type NoteOptions,
} from '../toy.js'

let session: FolderSession
/** Exchanges as the names of their blocks, and other actions, in order. */
let log: string[]
/** What people are told besides. */
let notices: string[]
const stop = new AbortController()

function nameOf({ script: { text } }: Block): string {
  if (text.includes('ln -sT')) return 'lock'
  if (text.includes('fettle_mark()')) return 'mark'
  return text.startsWith('for n in')
    ? `read ${/^for n in (.*?);/.exec(text)?.[1] ?? ''}`
    : text.replace(/^eval '?(.*?)'?$/, '$1')
}

beforeEach(() => {
  log = []
  notices = []
  session = new FolderSession(mkdtempSync(join(tmpdir(), 'fettle-engine-')), (_, blocks) =>
    log.push(blocks.map(nameOf).join(' + ')),
  )
})
afterEach(() => rmSync(session.folder, { recursive: true }))

const write = (name: string, text: string): void => writeFileSync(join(session.folder, name), text)

/** The other backends of a test. Default: they are missing. */
interface Others {
  /** Begin also where a step is known to fail. */
  readonly beginAnyway?: boolean
  /** Put all resources into one task. Default: each has its own. */
  readonly task?: 'one'
  readonly mysql?: MysqlClient['perform']
  readonly github?: GithubClient['perform']
  readonly http?: HttpReader['request']
  readonly api?: GithubReader
  /** Called with each event. */
  readonly heard?: (event: Event) => void
}

/** MySQL and GitHub, as far as a test has them. */
const actionsBy = (
  mysql: MysqlClient['perform'] = () => Promise.reject(new Error('no MySQL here')),
  github: GithubClient['perform'] = () => Promise.reject(new Error('no GitHub here')),
  api: GithubReader = {
    get: () => Promise.reject(new Error('no GitHub here')),
    list: () => Promise.reject(new Error('no GitHub here')),
  },
) => [
  standIn(mysqlBackend, {
    open: () => ({ perform: mysql, close: () => Promise.resolve() }),
    perform: (client, work) => client.perform(work),
  }),
  standIn(githubBackend, {
    open: () => ({ ...api, perform: github }),
    async perform(client, work) {
      const answer = await client.perform(work)
      return 'route' in work ? (work.then?.(answer) ?? []) : []
    },
  }),
]

function walkOf(
  resources: readonly Resource[],
  { task, mysql, github, http, api, beginAnyway = false, heard = () => undefined }: Others = {},
) {
  const events: Event[] = []
  const clients = clientsWith(
    standIn(httpBackend, {
      open: () => ({ request: http ?? (() => Promise.reject(new Error('no HTTP here'))) }),
    }),
    ...actionsBy(mysql, github, api),
  )
  const replaceable = new ReplaceableSession(session, () =>
    Promise.reject(new Error('there is no other session here')),
  )
  const facts = new KnownFacts(
    new SharedFacts(clients),
    replaceable,
    new HostClients(clients, 'web1', noLink),
  )
  const steps = task === undefined ? stepsOf(resources) : inOneTask(stepsOf(resources))
  const once = new OnceTasks(
    steps.map((step) => step.task),
    ['web1'],
  )
  const context: HostContext = {
    host: 'web1',
    project: '.',
    play: 0,
    steps,
    waiting: dependents(steps),
    facts,
    session: replaceable,
    turn: new Machines({ id: 'run', time: '' }, ['web1'], []).turnOf('web1'),
    once,
    runsOnce: true,
    tally: new Tally(),
    earlier: new Supply(),
    supply: new Supply(),
    keeper: new RunKeeper('run'),
    beginAnyway,
    emit: (event) => {
      events.push(event)
      if (event.type === 'notice') notices.push(event.message)
      heard(event)
    },
    stop: stop.signal,
  }
  return {
    planning: new HostPlan(context),
    walk: new HostApply(context),
    facts,
    resourceEvents: () =>
      events.filter((event): event is ResourceEvent => event.type === 'resource'),
  }
}

async function planWith(
  others: Others,
  ...resources: readonly Resource[]
): Promise<readonly string[]> {
  const { planning, resourceEvents } = walkOf(resources, others)
  await planning.perform()
  return resourceEvents().map(told)
}

async function applyWith(
  others: Others,
  ...resources: readonly Resource[]
): Promise<readonly string[]> {
  const { walk, resourceEvents } = walkOf(resources, others)
  try {
    await walk.perform()
  } catch (error) {
    if (!(error instanceof HostFailed)) throw error
    walk.skipRest('an earlier resource has failed')
  }
  return resourceEvents().map(told)
}

const plan = (...resources: readonly Resource[]): Promise<readonly string[]> =>
  planWith({}, ...resources)
const apply = (...resources: readonly Resource[]): Promise<readonly string[]> =>
  applyWith({}, ...resources)
const thing = (name: string): Resource => note(name, { text: name })
const skipped = 'skipped: an earlier resource has failed'

describe('plan', () => {
  test('reads everything in one round trip and changes nothing', async () => {
    write('a', 'one')
    expect(await plan(note('a', { text: 'one' }), note('b', { text: 'two' }))).toEqual([
      'a ok',
      'b changed: create b',
    ])
    expect(session.roundTrips).toBe(1)
    expect(() => session.read('b')).toThrow('ENOENT')
  })

  test('a step that is blocked by a planned change is known after apply; without one it has failed', async () => {
    const second = note('b', { text: 'two', needs: 'a' })
    expect(await plan(note('a', { text: 'one' }), second)).toEqual([
      'a changed: create a',
      'b unknown: there is no a',
    ])
    expect(await plan(second)).toEqual(['b failed: blocked'])
  })

  test('a fact that cannot be read does not count as absent', async () => {
    write('unreadable', '')
    expect(await plan(note('a', { text: 'one' }))).toEqual(['a failed: fact-unknown'])
  })

  test('a failure does not end a plan; with ignoreFailure it is ignored', async () => {
    expect(
      await plan(
        note('a', { text: 'one', needs: 'x', ignoreFailure: true }),
        note('b', { text: 'two' }),
      ),
    ).toEqual(['a ignored: blocked', 'b changed: create b'])
  })
})

describe('apply', () => {
  test('a host with nothing to do costs one round trip', async () => {
    write('a', 'one')
    write('b', 'two')
    expect(await apply(note('a', { text: 'one' }), note('b', { text: 'two' }))).toEqual([
      'a ok',
      'b ok',
    ])
    expect(session.roundTrips).toBe(1)
  })

  test('n changes cost n more round trips: each prefetches facts up to the next expected change', async () => {
    for (const name of ['b', 'c', 'e']) write(name, name)
    expect(
      await apply(...['a', 'b', 'c', 'd', 'e'].map((name) => note(name, { text: name }))),
    ).toEqual(['a changed: create a', 'b ok', 'c ok', 'd changed: create d', 'e ok'])
    expect(session.roundTrips).toBe(3)
  })

  test('a host where a step is known to fail is left alone', async () => {
    write('b', 'b')
    const doomed = note('c', { text: 'c', needs: 'x' })
    const undecided = note('d', { text: 'd', needs: 'a' })
    const steps = [doomed, thing('a'), thing('b'), undecided, checkResource('z')]
    const left = 'skipped: nothing was begun, because note[c] would fail'
    expect(await apply(...steps)).toEqual([
      'c failed: blocked',
      `a ${left}`,
      'b ok',
      `d ${left}`,
      `z ${left}`,
    ])
    expect(() => session.read('a')).toThrow('ENOENT')
    expect(notices).toEqual([
      'nothing was begun, because note[c] would fail; --begin-anyway goes as far as it can',
    ])
  })

  test('a step that is known to fail does not stop the run where its failure is ignored, it is a check, or the user wants to begin anyway', async () => {
    const doomed = note('b', { text: 'b', needs: 'x' })
    const ignored = note('c', { text: 'c', needs: 'x', ignoreFailure: true })
    expect(await apply(thing('a'), ignored, checkResource('z'))).toEqual([
      'a changed: create a',
      'c ignored: blocked',
      'z failed: check-failed',
    ])
    const late = note('e', { text: 'e', needs: 'b' })
    expect(await applyWith({ beginAnyway: true }, doomed, thing('d'))).toEqual([
      'b failed: blocked',
      `d ${skipped}`,
    ])
    expect(await applyWith({ beginAnyway: true }, thing('d'), late)).toEqual([
      'd changed: create d',
      'e failed: blocked',
    ])
  })

  test('a resource that an earlier change affects is planned with fresh facts', async () => {
    write('b', 'two')
    expect(
      await apply(
        note('a', { text: 'one', by: 'printf one >a; printf spoilt >b' }),
        note('b', { text: 'two' }),
      ),
    ).toEqual(['a changed: create a', 'b changed: spoilt → two'])
    expect(session.read('b')).toBe('two')
  })

  test('after a step that was expected to change and did not, facts are read again', async () => {
    // b is blocked at the first reading and fine at its turn, because a has written it; c was read
    // before a removed it.
    write('c', 'three')
    expect(
      await apply(
        note('a', { text: 'one', by: 'printf one >a; printf two >b; rm c' }),
        note('b', { text: 'two', needs: 'a' }),
        note('c', { text: 'three' }),
      ),
    ).toEqual(['a changed: create a', 'b ok', 'c changed: create c'])
  })

  test('a step that was blocked at the first reading is applied once its need exists', async () => {
    expect(await apply(note('a', { text: 'one' }), note('b', { text: 'two', needs: 'a' }))).toEqual(
      ['a changed: create a', 'b changed: create b'],
    )
  })

  test('status 0 is not trusted: a remaining difference is a failure, and the rest is skipped', async () => {
    expect(await apply(note('a', { text: 'one', by: 'true' }), note('b', { text: 'two' }))).toEqual(
      ['a failed: still-differs', 'b skipped: an earlier resource has failed'],
    )
    expect(() => session.read('b')).toThrow('ENOENT')
  })

  test('a failed command stops the host; its error quotes the output, and it is not reported as a change', async () => {
    const { walk, resourceEvents } = walkOf([
      note('a', { text: 'one', by: 'echo no space >&2; exit 3' }),
    ])
    await expect(walk.perform()).rejects.toThrow(HostFailed)
    expect(resourceEvents()[0]).toMatchObject({
      status: 'failed',
      changes: [],
      error: {
        code: 'action-failed',
        message: 'create a failed with status 3',
        place: expect.stringMatching(/^test\/engine\/bare-resource\.ts:\d+$/),
        detail: 'no space',
        address: 'web1/note[a]',
      },
    })
  })

  test('after an ignored failure the run continues with fresh facts', async () => {
    write('b', 'two')
    expect(
      await apply(
        note('a', { text: 'one', by: 'printf spoilt >b; exit 1', ignoreFailure: true }),
        note('b', { text: 'two' }),
      ),
    ).toEqual(['a ignored: action-failed', 'b changed: spoilt → two'])
  })

  test('retry makes the given number of attempts', async () => {
    const flaky = 'printf x >>tries; [ "$(cat tries)" = xx ] && printf one >a'
    expect(
      await apply(note('a', { text: 'one', by: flaky, retry: { attempts: 2, delay: 0 } })),
    ).toEqual(['a changed: create a'])
    rmSync(join(session.folder, 'tries'))
    rmSync(join(session.folder, 'a'))
    expect(await apply(note('a', { text: 'one', by: flaky }))).toEqual(['a failed: action-failed'])
  })

  test('a defect in a resource or in a function of the user fails only that resource', async () => {
    const stumbles = {
      value: Later.all([]).map(() => {
        throw new TypeError('a defect')
      }),
    }
    expect(await plan(note('a', { text: 'a', ...stumbles }), thing('b'))).toEqual([
      'a failed: internal',
      'b changed: create b',
    ])
    expect(
      await apply(note('a', { text: 'a', ...stumbles, ignoreFailure: true }), thing('b')),
    ).toEqual(['a ignored: internal', 'b changed: create b'])
  })

  test("the end of a command's output is quoted", async () => {
    const { walk, resourceEvents } = walkOf([
      note('a', { text: 'a', by: 'seq 1 100; head -c 20000 /dev/zero | tr "\\0" x; exit 1' }),
    ])
    await expect(walk.perform()).rejects.toThrow(HostFailed)
    const detail = resourceEvents()[0]?.error?.detail ?? ''
    expect(detail).toMatch(/^x+$/)
    expect(detail).toHaveLength(8192)
  })

  test('a secret is hidden before the output is cut', async () => {
    new Secret('walk-0815/quoted')
    const { walk, resourceEvents } = walkOf([
      note('a', {
        text: 'a',
        by: 'printf "walk-0815/quo%s" ted; head -c 8188 /dev/zero | tr "\\0" x; exit 1',
      }),
    ])
    await expect(walk.perform()).rejects.toThrow(HostFailed)
    expect(resourceEvents()[0]?.error?.detail).toMatch(/^ret\]x{8188}$/)
  })
})

describe('stale facts', () => {
  const disturb = (...lines: readonly string[]): Resource =>
    note('a', { text: 'a', by: ['printf a >a', ...lines].join('; ') })

  test('after an expected change that did not come are read again', async () => {
    write('c', 'c')
    write('d', 'd')
    expect(
      await apply(disturb('printf b >b', 'printf spoilt >d'), thing('b'), thing('c'), thing('d')),
    ).toEqual(['a changed: create a', 'b ok', 'c ok', 'd changed: spoilt → d'])
    expect(log).toEqual([
      'lock + read a b c d',
      'printf a >a; printf b >b; printf spoilt >d + read a b',
      'read c d',
      'printf %s d >d + read d',
    ])
  })

  test('after an ignored failure are read again', async () => {
    write('b', 'b')
    write('c', 'c')
    expect(
      await apply(
        note('a', { text: 'a', by: 'printf spoilt >b; exit 1', ignoreFailure: true }),
        thing('b'),
        thing('c'),
      ),
    ).toEqual(['a ignored: action-failed', 'b changed: spoilt → b', 'c ok'])
    // Facts from the round trip of a failed command are not trusted: everything after it is read
    // anew.
    expect(log).toEqual([
      'lock + read a b c',
      'printf spoilt >b; exit 1 + read a b c',
      'read b c',
      'printf %s b >b + read b c',
    ])
  })

  test('that cannot be read at their turn are a failure', async () => {
    expect(await apply(disturb(': >unreadable; rm unreadable'), disturb())).toEqual(
      ['a changed: create a'].concat('a ok'),
    )
    expect(
      await apply(
        note('b', { text: 'b', by: 'printf b >b; : >unreadable', ignoreFailure: true }),
        thing('c'),
        thing('d'),
      ),
    ).toEqual(['b ignored: still-differs', 'c failed: fact-unknown', `d ${skipped}`])
  })

  test('a check does not stop prefetching, because it changes nothing', async () => {
    write('c', 'c')
    expect(await apply(disturb('printf b >b'), checkResource('b'), thing('c'))).toEqual([
      'a changed: create a',
      'b ok: b is there',
      'c ok',
    ])
    expect(session.roundTrips).toBe(2)
  })
})

describe('marks', () => {
  /** `a` is written by these actions and triggers `b`. */
  const marked = (...actions: readonly Action[]): readonly Resource[] => {
    const trigger = note('a', { text: 'a', actions })
    return [trigger, note('b', { text: 'b', after: [trigger], by: 'printf b >b' })]
  }
  const sql: MysqlAction = { on: mysqlBackend, connection: {}, sql: 'SQL', values: [] }
  const call: GithubAction = {
    on: githubBackend,
    route: 'POST /',
    parameters: {},
    then: (answer) => [shell(`printf ${String(answer)} >a`)],
  }
  const mysql = (): Promise<void> => {
    log.push('mysql')
    write('a', 'a')
    return Promise.resolve()
  }
  const github = (): Promise<unknown> => {
    log.push('github')
    return Promise.resolve('a')
  }
  const rest = ['printf b >b + read b']

  test.each<[name: string, actions: readonly Action[], expected: readonly string[]]>([
    ['a shell action', [shell('printf a >a')], ['mark + printf a >a + mark + read a b']],
    ['a statement', [sql], ['mark', 'mysql', 'mark + read a b']],
    ['two statements', [sql, sql], ['mark', 'mysql', 'mysql', 'mark + read a b']],
    ['shell and a statement', [shell('true'), sql], ['mark + true', 'mysql', 'mark + read a b']],
    [
      'a statement and shell',
      [sql, shell('true')],
      ['mark', 'mysql', 'mark + true + mark + read a b'],
    ],
    [
      'shell, a statement and shell',
      [shell('true'), sql, shell(':')],
      ['mark + true', 'mysql', 'mark + : + mark + read a b'],
    ],
    [
      'a request, and what follows from its answer',
      [call],
      ['mark', 'github', 'mark + printf a >a + mark + read a b'],
    ],
  ])('are written before and after %s', async (_, actions, expected) => {
    expect(await applyWith({ mysql, github }, ...marked(...actions))).toEqual([
      'a changed: create a',
      'b changed: create b',
    ])
    expect(log).toEqual(['lock + read a b', ...expected, ...rest])
  })

  test.each<[name: string, actions: readonly Action[], expected: readonly string[]]>([
    ['a statement', [sql], ['mysql', 'read a']],
    [
      'shell, a statement and shell',
      [shell('true'), sql, shell(':')],
      ['true', 'mysql', ': + read a'],
    ],
  ])('are not written where nothing is triggered: %s', async (_, actions, expected) => {
    expect(await applyWith({ mysql }, note('a', { text: 'a', actions }))).toEqual([
      'a changed: create a',
    ])
    expect(log).toEqual(['lock + read a', ...expected])
  })

  test('name the trigger and the running instance', async () => {
    await apply(...marked(shell('printf a >a')))
    expect(session.read('fettle/pending/b/note[a]')).toBe('run - note[a]\n')
  })

  test('that cannot be written before a change prevent it', async () => {
    write('fettle', 'not a directory')
    const { walk, resourceEvents } = walkOf(marked(shell('printf a >a')))
    await expect(walk.perform()).rejects.toThrow(HostFailed)
    expect(resourceEvents()[0]?.error).toMatchObject({
      code: 'action-failed',
      message:
        'what b must do after the change could not be noted in /var/lib/fettle/pending, so nothing was changed',
      detail: expect.stringMatching(/mkdir: .*Not a directory|File exists/),
    })
    expect(() => session.read('a')).toThrow('ENOENT')
  })

  test('that cannot be written before a statement prevent it', async () => {
    write('fettle', 'not a directory')
    expect(await applyWith({ mysql }, ...marked(sql))).toEqual([
      'a failed: action-failed',
      `b ${skipped}`,
    ])
    expect(log).not.toContain('mysql')
  })

  test('that cannot be written after a change are a failure: the restart could be lost', async () => {
    const { walk, resourceEvents } = walkOf(marked(shell('printf a >a; rm -r fettle; : >fettle')))
    await expect(walk.perform()).rejects.toThrow(HostFailed)
    expect(resourceEvents()[0]?.error?.message).toBe(
      'what b must do after the change could not be noted in /var/lib/fettle/pending, after the change',
    )
  })

  test('are also written after a failed change, which may be half done', async () => {
    expect(await apply(...marked(shell('printf half >a; exit 1')))).toEqual([
      'a failed: action-failed',
      `b ${skipped}`,
    ])
    expect(log[1]).toBe('mark + printf half >a; exit 1 + mark + read a b')
    expect(session.read('fettle/pending/b/note[a]')).toBe('run - note[a]\n')
  })
})

describe('actions', () => {
  test('run in order until one fails; later ones are not started, in any backend', async () => {
    const mysql = (): Promise<void> => {
      log.push('mysql')
      return Promise.reject(new FettleError('mysql-failed', { message: 'refused' }))
    }
    const sql: MysqlAction = { on: mysqlBackend, connection: {}, sql: 'SQL', values: [] }
    expect(
      await applyWith({ mysql }, note('a', { text: 'a', actions: [shell('exit 3'), sql] })),
    ).toEqual(['a failed: action-failed'])
    expect(log).toEqual(['lock + read a', 'exit 3'])
    expect(
      await applyWith(
        { mysql },
        note('a', { text: 'a', actions: [shell('true'), sql, shell('printf a >a')] }),
      ),
    ).toEqual(['a failed: mysql-failed'])
    expect(log.slice(2)).toEqual(['lock + read a', 'true', 'mysql'])
    expect(
      await apply(
        note('a', { text: 'a', actions: [shell('true'), shell('exit 4'), shell('printf a >a')] }),
      ),
    ).toEqual(['a failed: action-failed'])
    expect(() => session.read('a')).toThrow('ENOENT')
  })

  test('have the time limit of the resource, else their own, else ten minutes', async () => {
    const limits: (number | undefined)[] = []
    session = new FolderSession(session.folder, (_, blocks) =>
      limits.push(
        ...blocks
          .filter((block) => nameOf(block).startsWith('printf'))
          .map((block) => block.timeout),
      ),
    )
    const slow: Action = { script: sh`printf b >b`, timeout: 1800 }
    await apply(
      thing('a'),
      note('b', { text: 'b', actions: [slow] }),
      note('c', { text: 'c', timeout: 5 }),
      note('b', { text: 'b', actions: [slow], timeout: 5 }),
    )
    expect(limits).toEqual([undefined, 1800, 5])
    limits.length = 0
    await apply(note('d', { text: 'd', actions: [{ script: sh`printf d >d`, long: true }] }))
    expect(limits).toEqual([600])
    limits.length = 0
    const input = 'x'.repeat(50 * 1024)
    await apply(note('e', { text: 'e', actions: [{ script: sh`printf e >e`, long: true, input }] }))
    expect(limits).toEqual([605])
  })

  test('that exceed their limit say so', async () => {
    const { walk, resourceEvents } = walkOf([
      note('a', { text: 'a', by: 'echo half; exit 124', timeout: 7 }),
    ])
    await expect(walk.perform()).rejects.toThrow(HostFailed)
    expect(resourceEvents()[0]?.error).toMatchObject({
      message: 'create a did not end within 7 s and was stopped',
      detail: 'half',
    })
  })
})

describe('proof', () => {
  test('by status is enough if the state cannot be read, and the change is planned again', async () => {
    const always = note('a', { text: 'a', by: 'true', proof: 'status' })
    expect(await apply(always)).toEqual(['a changed: create a'])
    expect(await apply(always)).toEqual(['a changed: create a'])
  })

  test('by status requires status 0', async () => {
    expect(await apply(note('a', { text: 'a', by: 'exit 9', proof: 'status' }))).toEqual([
      'a failed: action-failed',
    ])
  })

  test('by status is enough if the state cannot be read afterwards', async () => {
    expect(await apply(note('a', { text: 'a', by: ': >unreadable', proof: 'status' }))).toEqual([
      'a changed: create a',
    ])
  })

  test('by facts fails if they cannot be read afterwards', async () => {
    const { walk, resourceEvents } = walkOf([
      note('a', { text: 'a', by: 'printf a >a; : >unreadable' }),
    ])
    await expect(walk.perform()).rejects.toThrow(HostFailed)
    expect(resourceEvents()[0]?.error).toMatchObject({
      code: 'still-differs',
      message: 'could not be read after the change: the folder cannot be read',
    })
  })

  test('names the remaining differences', async () => {
    const { walk, resourceEvents } = walkOf([note('a', { text: 'a', by: 'printf other >a' })])
    await expect(walk.perform()).rejects.toThrow(HostFailed)
    expect(resourceEvents()[0]?.error).toMatchObject({
      code: 'still-differs',
      message: 'still differs after the change: other → a',
    })
  })
})

describe('retry', () => {
  const counted = (line: string): string => `printf x >>tries; ${line}`
  const tries = (): number => session.read('tries').length

  test('stops as soon as the state is right, even if the attempt has failed', async () => {
    expect(
      await apply(
        note('a', {
          text: 'a',
          by: counted('printf a >a; exit 1'),
          retry: { attempts: 3, delay: 0 },
        }),
      ),
    ).toEqual(['a changed: create a'])
    expect(tries()).toBe(1)
    expect(log).toHaveLength(3)
  })

  test('reads again before each attempt, and reports the last failure', async () => {
    expect(
      await apply(
        note('a', { text: 'a', by: counted('exit 1'), retry: { attempts: 3, delay: 0 } }),
      ),
    ).toEqual(['a failed: action-failed'])
    expect(tries()).toBe(3)
    expect(log.slice(1).map((line) => line.split(' + ').length)).toEqual([2, 1, 2, 1, 2])
  })

  test('survives an attempt after which nothing can be read', async () => {
    const by = counted(
      'if [ "$(cat tries)" = x ]; then : >unreadable; exit 1; else rm -f unreadable; printf a >a; fi',
    )
    session = new FolderSession(session.folder, (exchange) => {
      // The second read succeeds.
      if (exchange === 4) rmSync(join(session.folder, 'unreadable'))
    })
    expect(await apply(note('a', { text: 'a', by, retry: { attempts: 4, delay: 0 } }))).toEqual([
      'a changed: create a',
    ])
  })

  test('goes on with fresh facts afterwards', async () => {
    write('b', 'b')
    const by = counted('printf spoilt >b; [ "$(cat tries)" = xx ] && printf a >a')
    expect(
      await apply(note('a', { text: 'a', by, retry: { attempts: 2, delay: 0 } }), thing('b')),
    ).toEqual(['a changed: create a', 'b changed: spoilt → b'])
  })
})

describe('a check', () => {
  test('in a plan holds, is known after apply behind a change, or has failed', async () => {
    write('there', '')
    expect(
      await plan(checkResource('there'), thing('a'), checkResource('there'), checkResource('late')),
    ).toEqual([
      'there ok: there is there',
      'a changed: create a',
      'there ok: there is there',
      'late unknown: there is no late',
    ])
    expect(await plan(checkResource('late'))).toEqual(['late failed: check-failed'])
    expect(session.roundTrips).toBe(2)
  })

  test('is evaluated once if it holds', async () => {
    expect(await apply(checkResource('late'), thing('a'))).toEqual([
      'late failed: check-failed',
      `a ${skipped}`,
    ])
    expect(session.roundTrips).toBe(1)
  })

  test('is repeated until it holds', async () => {
    session = new FolderSession(session.folder, (exchange) => exchange === 3 && write('late', ''))
    expect(await apply(checkResource('late', { within: 3600 }))).toEqual(['late ok: late is there'])
    expect(session.roundTrips).toBe(3)
  })

  test('fails after its time, with a last attempt at the end', async () => {
    expect(await apply(checkResource('late', { within: 0.05 }))).toEqual([
      'late failed: check-failed',
    ])
    expect(session.roundTrips).toBe(2)
  })

  test('notices that an earlier change has broken it', async () => {
    write('there', '')
    expect(
      await apply(note('a', { text: 'a', by: 'printf a >a; rm there' }), checkResource('there')),
    ).toEqual(['a changed: create a', 'there failed: check-failed'])
  })

  describe('by HTTP', () => {
    const http = (): Others & { readonly asked: () => number } => {
      let asked = 0
      return {
        http: () => Promise.resolve({ status: ++asked === 1 ? 502 : 200, body: '' }),
        asked: () => asked,
      }
    }

    test('is read at the first reading, and not again if nothing has changed', async () => {
      write('a', 'a')
      const others = http()
      expect(await applyWith(others, thing('a'), checkHttp('http://localhost/'))).toEqual([
        'a ok',
        'http://localhost/ failed: check-failed',
      ])
      expect([others.asked(), session.roundTrips]).toEqual([1, 1])
    })

    test('is read again after a change', async () => {
      const others = http()
      expect(await applyWith(others, thing('a'), checkHttp('http://localhost/'))).toEqual([
        'a changed: create a',
        'http://localhost/ ok: 200',
      ])
      expect([others.asked(), session.roundTrips]).toEqual([2, 2])
    })

    test('is read again after an ignored failure', async () => {
      const others = http()
      expect(
        await applyWith(
          others,
          note('a', { text: 'a', by: 'exit 1', ignoreFailure: true }),
          checkHttp('http://localhost/'),
        ),
      ).toEqual(['a ignored: action-failed', 'http://localhost/ ok: 200'])
    })

    // This process, the holder's parent, is too busy to reap it: a zombie does not hold the lock.
    test('is read again after waiting for another run', async () => {
      const holder = spawn('sleep', ['0.5'])
      const started =
        readFileSync(`/proc/${String(holder.pid)}/stat`, 'utf8')
          .split(') ')[1]
          ?.split(' ')[19] ?? ''
      mkdirSync(join(session.folder, '.local/state/fettle'), { recursive: true })
      symlinkSync(
        `${String(holder.pid)}:${started}`,
        join(session.folder, '.local/state/fettle/lock'),
      )
      const others = http()
      expect(await applyWith(others, checkHttp('http://localhost/'))).toEqual([
        'http://localhost/ ok: 200',
      ])
      expect([others.asked(), session.roundTrips]).toEqual([2, 1])
    })

    test('is read again after waiting longer for another run, and the holder is reported', async () => {
      const holder = spawn('sleep', ['60'])
      const started =
        readFileSync(`/proc/${String(holder.pid)}/stat`, 'utf8')
          .split(') ')[1]
          ?.split(' ')[19] ?? ''
      const owner = `${String(holder.pid)}:${started}`
      mkdirSync(join(session.folder, '.local/state/fettle'), { recursive: true })
      symlinkSync(owner, join(session.folder, '.local/state/fettle/lock'))
      writeFileSync(
        join(session.folder, `.local/state/fettle/run.${owner}`),
        'other 0 ada@laptop 2026-01-31T12:00:00.000Z -\n',
      )
      const whom: string[] = []
      const heard = (event: Event): void => {
        if (event.type !== 'progress' || event.whom === undefined) return
        whom.push(event.whom)
        holder.kill()
      }
      const others = http()
      expect(await applyWith({ ...others, heard }, checkHttp('http://localhost/'))).toEqual([
        'http://localhost/ ok: 200',
      ])
      expect(whom).toEqual([
        `another run (ada@laptop, since 2026-01-31 12:00:00 UTC, process ${String(holder.pid)} on the host)`,
      ])
      expect([others.asked(), session.roundTrips]).toEqual([3, 2])
    })

    test('that finds the link lost is not a failed check', async () => {
      const lost = new FettleError('connection-lost', { message: 'gone' })
      let asked = 0
      const http = (): Promise<HttpAnswer> =>
        ++asked === 1 ? Promise.reject(new Error('refused')) : Promise.reject(lost)
      const { walk, resourceEvents } = walkOf(
        [
          thing('a'),
          checkHttp('http://localhost/', { within: 60, ignoreFailure: true }),
          thing('b'),
        ],
        { http },
      )
      await expect(walk.perform()).rejects.toBe(lost)
      expect(resourceEvents().map(told)).toEqual([
        'a changed: create a',
        'http://localhost/ failed: connection-lost',
      ])
      await expect(planWith({ http }, checkHttp('http://localhost/'))).rejects.toBe(lost)
    })

    test('is counted separately', async () => {
      const { walk, facts } = walkOf([checkHttp('http://localhost/', { within: 0.01 })], {
        http: () => Promise.reject(new Error('refused')),
      })
      await expect(walk.perform()).rejects.toThrow(HostFailed)
      expect([...facts.clients.exchanges, session.roundTrips]).toEqual([['http', 2], 1])
    })
  })
})

describe('GitHub', () => {
  /** Something at GitHub, with a mark on the host under the id that GitHub returned. */
  const kind = backendFact({
    backend: githubBackend,
    name: 'things',
    read: async (api, key: string): Promise<Fact<string>> =>
      (await api.get('GET /things', { key })) === null ? absent : present(key),
  })
  const creation: GithubAction = {
    on: githubBackend,
    route: 'POST /things',
    parameters: {},
    then: (answer) => [shell(`printf ${String(answer)} >id`)],
  }
  const remote = (more: CommonOptions = {}): Resource =>
    bareResource({
      type: 'github.thing',
      id: 'x',
      options: more,
      reads: { thing: request(kind, 'x') },
      plan: ({ thing }) =>
        thing === null
          ? [
              {
                summary: 'create x',
                proof: 'facts',
                actions: [creation],
              },
            ]
          : [],
    })

  function stand(creates = true): Others & { readonly asked: () => number } {
    let there = false
    let asked = 0
    return {
      api: {
        get: () => Promise.resolve(asked++ >= 0 && there ? {} : null),
        list: () => Promise.resolve([]),
      },
      github: () => Promise.resolve((there = creates) ? 7 : 8),
      asked: () => asked,
    }
  }

  test('is changed, the actions that follow run on the host, and it is read again', async () => {
    const others = stand()
    expect(await applyWith(others, remote())).toEqual(['x changed: create x'])
    expect([session.read('id'), others.asked(), log]).toEqual(['7', 2, ['lock', 'printf 7 >id']])
  })

  test('is read again, so a change without effect is a failure', async () => {
    expect(await applyWith(stand(false), remote())).toEqual(['x failed: still-differs'])
  })

  test('is read again before another attempt', async () => {
    const others = stand()
    let attempts = 0
    const github = (): Promise<unknown> =>
      ++attempts === 1
        ? Promise.reject(new FettleError('github-failed', { message: 'not now' }))
        : (others.github?.({ route: '', parameters: {} }) ?? Promise.reject(new Error('no')))
    expect(
      await applyWith({ ...others, github }, remote({ retry: { attempts: 2, delay: 0 } })),
    ).toEqual(['x changed: create x'])
    expect(others.asked()).toBe(3)
  })

  test('that cannot be read makes only what depends on it unknown', async () => {
    const api: GithubReader = {
      get: () => Promise.reject(new FettleError('github-failed', { message: 'GitHub is down' })),
      list: () => Promise.resolve([]),
    }
    expect(await planWith({ api }, remote(), thing('a'))).toEqual([
      'x failed: fact-unknown',
      'a changed: create a',
    ])
  })
})

describe('in a plan', () => {
  test('a step behind one that is known after apply is also known after apply', async () => {
    write('service', 'x')
    const config = note('config', { text: 'x', needs: 'a' })
    const service = note('service', { text: 'x', after: [config] })
    expect(
      await plan(
        thing('a'),
        config,
        service,
        note('service', { text: 'x', after: [service] }),
        thing('b'),
      ),
    ).toEqual([
      'a changed: create a',
      'config unknown: there is no a',
      'service unknown: whether note[config] changes is known after apply',
      'service unknown: whether note[service] changes is known after apply',
      'b changed: create b',
    ])
  })

  test('a trigger that would change is reported as the cause', async () => {
    const config = thing('config')
    const { planning, resourceEvents } = walkOf([
      config,
      note('service', { text: 'x', after: [config] }),
    ])
    await planning.perform()
    expect(resourceEvents()[1]?.changes).toEqual([
      {
        summary: 'create service',
        diff: null,
        because: ['note[config]'],
        effect: 'change',
        final: null,
      },
    ])
  })
})

describe('neighbours with proofs', () => {
  /** One of several resources that are changed together. `by` writes it; by default correctly. */
  const part = (name: string, more: Partial<NoteOptions> = {}): Resource =>
    note(name, {
      text: name,
      by: `printf ${name} >${name}`,
      proves: `[ "$(cat ${name})" = ${name} ]`,
      ...more,
    })
  const together = (...resources: readonly Resource[]): Promise<readonly string[]> =>
    applyWith({ task: 'one' }, ...resources)
  const prove = (name: string): string => `printf ${name} >${name} + [ "$(cat ${name})" = ${name} ]`

  test('are changed in one round trip, each after the one before was proved', async () => {
    expect(await together(part('a'), part('b'), thing('c'), part('d'))).toEqual([
      'a changed: create a',
      'b changed: create b',
      'c changed: create c',
      'd changed: create d',
    ])
    expect(log).toEqual([
      'lock + read a b c d',
      `${prove('a')} + ${prove('b')} + read a b c`,
      'printf %s c >c + read c d',
      'printf d >d + read d',
    ])
  })

  test('of other tasks, or with a retry, are changed alone', async () => {
    await apply(part('a'), part('b'), part('c'))
    expect(session.roundTrips).toBe(4)
    await together(part('d'), part('e', { retry: { attempts: 2, delay: 0 } }), part('f'))
    expect(session.roundTrips).toBe(8)
  })

  test('after one that unblocks them are read with it', async () => {
    expect(
      await together(
        thing('a'),
        part('b', { needs: 'a' }),
        part('c', { needs: 'a' }),
        part('d', { needs: 'a' }),
      ),
    ).toHaveLength(4)
    expect(session.roundTrips).toBe(3)
  })

  test('stop at the first failure, and what was done before is reported', async () => {
    expect(await together(part('a'), part('b', { by: 'exit 3' }), part('c'))).toEqual([
      'a changed: create a',
      'b failed: action-failed',
      skipped.replace('skipped', 'c skipped'),
    ])
    expect(session.read('a')).toBe('a')
    expect(() => session.read('c')).toThrow('ENOENT')
  })

  test('stop at the first one that is not proved', async () => {
    expect(await together(part('a', { by: 'printf x >a' }), part('b'))).toEqual([
      'a failed: still-differs',
      skipped.replace('skipped', 'b skipped'),
    ])
    expect(() => session.read('b')).toThrow('ENOENT')
  })

  test('need the facts as well as the proof', async () => {
    expect(
      await together(part('a', { by: 'printf x >a', proves: 'true' }), part('b'), thing('c')),
    ).toEqual([
      'a failed: still-differs',
      'b changed: create b',
      skipped.replace('skipped', 'c skipped'),
    ])
  })

  test('continue after an ignored failure', async () => {
    expect(
      await together(part('a', { by: 'exit 3', ignoreFailure: true }), part('b'), part('c')),
    ).toEqual(['a ignored: action-failed', 'b changed: create b', 'c changed: create c'])
  })

  test('write marks, each around its own change', async () => {
    const [a, b] = [part('a'), part('b')]
    await together(a, b, note('c', { text: 'c', after: [a, b] }))
    expect(log[1]).toBe(
      `mark + printf a >a + mark + [ "$(cat a)" = a ] + mark + printf b >b + mark + [ "$(cat b)" = b ] + read a b c`,
    )
  })

  test('have their follow-ups after all of them, equal ones once', async () => {
    const settling = (name: string, settles: string): Resource =>
      note(name, { text: name, settles })
    expect(
      await together(
        settling('a', 'echo x >>x'),
        settling('b', 'test -e c && echo y >>y'),
        settling('c', 'echo x >>x'),
      ),
    ).toEqual(['a changed: create a', 'b changed: create b', 'c changed: create c'])
    expect(log).toEqual([
      'lock + read a b c',
      'printf %s a >a + printf %s b >b + printf %s c >c + echo x >>x + test -e c && echo y >>y + read a b c',
    ])
    expect(session.read('x')).toBe('x\n')
  })

  test('with a failed follow-up fail alone', async () => {
    const settling = (name: string, settles: string): Resource =>
      note(name, { text: name, settles })
    expect(await together(settling('a', 'exit 3'), settling('b', 'true'), thing('c'))).toEqual([
      'a failed: action-failed',
      'b changed: create b',
      skipped.replace('skipped', 'c skipped'),
    ])
  })

  test('have their follow-ups even if a later one fails', async () => {
    const settling = (name: string, by: string): Resource =>
      note(name, { text: name, by, settles: `test -e ${name}` })
    expect(await together(settling('a', 'printf a >a'), settling('b', 'exit 3'))).toEqual([
      'a changed: create a',
      'b failed: action-failed',
    ])
    expect(await together(settling('b', 'printf b >b'))).toEqual(['b changed: create b'])
  })

  test('are at most 250 in one round trip', async () => {
    const names = Array.from({ length: 251 }, (_, index) => `n${String(index)}`)
    session = new FolderSession(session.folder, (_, blocks) => log.push(String(blocks.length)))
    expect(
      new Set(
        await together(
          ...names.map((name) => part(name, { by: `printf ${name} >${name}`, proves: 'true' })),
        ),
      ).size,
    ).toBe(251)
    expect(log).toEqual(['3', '502', '2'])
  }, 60_000)

  describe('of one bulk kind', () => {
    const names = (count: number): readonly string[] =>
      Array.from({ length: count }, (_, index) => `n${String(index)}`)
    const kind = (script: (names: readonly string[]) => string): BulkKind<string> => ({
      name: 'notes',
      action: (items) => shell(script(items)),
    })
    const writing = kind((items) => items.map((name) => `printf ${name} >${name}`).join('; '))
    const one = (name: string, more: Partial<NoteOptions> = {}): Resource =>
      part(name, { bulk: writing, ...more })
    const changed = (all: readonly string[]): readonly string[] =>
      all.map((name) => `${name} changed: create ${name}`)
    const bulkOf = (all: readonly string[]): string =>
      all.map((name) => `printf ${name} >${name}`).join('; ')

    test('are changed by one action if there are eight or more', async () => {
      expect(await together(...names(8).map((name) => one(name)))).toEqual(changed(names(8)))
      expect(log).toEqual([
        `lock + read ${names(8).join(' ')}`,
        `${bulkOf(names(8))} + read ${names(8).join(' ')}`,
      ])
      log = []
      expect(await together(one('a'), one('b'))).toEqual(changed(['a', 'b']))
      expect(log[1]).toBe(`${prove('a')} + ${prove('b')} + read a b`)
    })

    test('run after neighbours before them, and before neighbours after them', async () => {
      expect(
        await together(part('a'), ...names(9).map((name) => one(name)), part('z', { timeout: 9 })),
      ).toEqual(changed(['a', ...names(9), 'z']))
      expect(log.slice(1).map((blocks) => blocks.replace(/ \+ read .*/, ''))).toEqual([
        'printf a >a',
        bulkOf(names(9)),
        expect.stringContaining('printf z >z'),
      ])
    })

    test('are changed one by one if that action fails, and the faulty one is reported', async () => {
      const failing = kind((items) => `printf n0 >n0; exit ${String(items.length)}`)
      const resources = names(9).map((name) =>
        one(name, name === 'n4' ? { bulk: failing, by: 'exit 3' } : { bulk: failing }),
      )
      expect(await together(...resources)).toEqual([
        ...changed(names(4)),
        'n4 failed: action-failed',
        ...names(9)
          .slice(5)
          .map((name) => `${name} ${skipped}`),
      ])
    })

    test('need the facts as well', async () => {
      const forgetting = kind((items) => bulkOf(items.filter((name) => name !== 'n2')))
      expect(
        await together(...names(8).map((name) => one(name, { bulk: forgetting })), thing('z')),
      ).toEqual([
        ...changed(['n0', 'n1']),
        'n2 failed: still-differs',
        ...changed(names(8).slice(3)),
        `z ${skipped}`,
      ])
    })

    test('write their marks once', async () => {
      const all = names(8).map((name) => one(name))
      await together(...all, note('c', { text: 'c', after: all }))
      expect(log[1]).toBe(`mark + ${bulkOf(names(8))} + mark + read ${names(8).join(' ')} c`)
    })
  })
})
