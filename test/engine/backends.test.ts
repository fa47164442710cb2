import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { backend, type Action, type ActionOn } from '../../src/core/backend.js'
import type { Change } from '../../src/core/change.js'
import { FettleError } from '../../src/core/errors.js'
import { absent, backendFact, present, type Fact } from '../../src/core/fact.js'
import { Later, request } from '../../src/core/later.js'
import { task } from '../../src/core/play.js'
import type { CommonOptions, Resource } from '../../src/core/resource.js'
import { project } from '../inventory/project.js'
import { bareResource } from './bare-resource.js'
import { type Fleet, inEachTest, note, playOf, runOn, shell, type Ran } from './toy.js'

let fleet: Fleet
inEachTest((fresh) => (fleet = fresh))

/** What the backends below did, in order. */
let log: string[]
beforeEach(() => {
  log = []
})
const chats = new Map<string, string>()
afterEach(() => chats.clear())

const apply = (resources: readonly Resource[], hosts: readonly string[] = ['web1']): Promise<Ran> =>
  runOn(fleet, hosts, playOf(...resources.map((each) => task(each.id, () => [each]))), {
    project: project({ '.env': 'CHAT_TOKEN=token-of-the-chat' }),
  })

/** The exchanges of a host, by name. */
const countsOf = ({ events }: Ran, host = 'web1'): Readonly<Record<string, number>> => {
  const found = events.find((event) => event.type === 'exchanges' && event.host === host)
  return found?.type === 'exchanges' ? found.counts : {}
}

/** The error that a run ends with before it connects to anything. */
async function refusal(run: Promise<unknown>): Promise<string> {
  const error = await run.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(fleet.sessions).toEqual([])
  return error instanceof FettleError ? `${error.code}: ${error.message}` : String(error)
}

interface Message {
  readonly channel: string
  readonly topic: string
  readonly then?: readonly Action[]
}

/** A backend of the run: channels with topics. */
const chat = backend({
  name: 'chat',
  scope: 'run',
  needs({ environment }) {
    environment.secret('CHAT_TOKEN')
  },
  open() {
    log.push('open')
    return { topics: chats }
  },
  perform({ topics }, { channel, topic, then = [] }: Message) {
    log.push(`set ${channel}`)
    if (topic === 'refused') throw new Error('the chat refuses')
    topics.set(channel, topic)
    return Promise.resolve(then)
  },
  describe: ({ channel }) => `set the topic of ${channel}`,
  close() {
    log.push('close')
  },
})
const topicFact = backendFact({
  backend: chat,
  name: 'topic',
  read({ topics }, channel: string): Promise<Fact<string>> {
    log.push(`read ${channel}`)
    const topic = topics.get(channel)
    return Promise.resolve(topic === undefined ? absent : present(topic))
  },
})
type Post = ActionOn<typeof chat>

const channel = (
  id: string,
  topic: string,
  more: CommonOptions & { readonly then?: readonly Action[] } = {},
): Resource =>
  bareResource({
    type: 'chat.channel',
    id,
    options: more,
    reads: { topic: request(topicFact, id) },
    plan({ topic: have }) {
      const post: Post = { on: chat, channel: id, topic, then: more.then ?? [] }
      return have === topic ? [] : [{ summary: topic, proof: 'facts', actions: [post] }]
    },
  })

describe('a backend of the run', () => {
  test('is opened once for all hosts, and a fact is read once per key', async () => {
    chats.set('ops', 'quiet')
    const ran = await apply([channel('ops', 'quiet')], ['web1', 'web2'])
    expect([ran.of('web1'), ran.of('web2')]).toEqual([['ops ok'], ['ops ok']])
    expect(log).toEqual(['open', 'read ops', 'close'])
    const counts = [countsOf(ran, 'web1'), countsOf(ran, 'web2')]
    expect(counts.map((each) => each['chat'] ?? 0).sort()).toEqual([0, 1])
  })

  test('performs actions and what follows, and is read again', async () => {
    const posted = channel('ops', 'busy', { then: [shell('printf 1 >posted')] })
    const ran = await apply([posted])
    expect(ran.of('web1')).toEqual(['ops changed: busy'])
    expect(fleet.note('web1', 'posted')).toBe('1')
    expect(log).toEqual(['open', 'read ops', 'set ops', 'read ops', 'close'])
    expect(countsOf(ran)).toMatchObject({ chat: 3 })
  })

  test('that follows from its own action is read again, too', async () => {
    const second: Post = { on: chat, channel: 'ops', topic: 'busy' }
    const first = { ...second, topic: 'first', then: [second] }
    const both: Change = { summary: 'both', proof: 'facts', actions: [first] }
    const made = channel('ops', 'busy')
    expect(
      (await apply([{ ...made, plan: () => (chats.size === 0 ? [both] : []) }])).exitCode,
    ).toBe(0)
    expect(log).toEqual(['open', 'read ops', 'set ops', 'set ops', 'read ops', 'close'])
  })

  test('that throws makes a failure which says what was done; it is closed all the same', async () => {
    const ran = await apply([channel('ops', 'refused'), channel('dev', 'x')])
    expect(ran.of('web1')).toEqual([
      'ops failed: action-failed',
      'dev skipped: an earlier resource has failed',
    ])
    expect(ran.events).toContainEqual(
      expect.objectContaining({
        error: expect.objectContaining({
          message: 'set the topic of ops: the chat refuses',
        }),
      }),
    )
    expect(log.at(-1)).toBe('close')
  })

  test('that lacks what it needs stops the run before anything connects', async () => {
    const play = playOf(task('Topics', () => [channel('ops', 'x')]))
    const said = await refusal(runOn(fleet, ['web1'], play, { project: project({ '.env': '' }) }))
    expect(said).toMatch(
      /^environment-missing: CHAT_TOKEN .*; chat\.channel\[ops\] of the task Topics needs it$/,
    )
    expect(log).toEqual([])
  })

  test('may be needed by actions alone', async () => {
    const user = bareResource({
      type: 'user',
      id: 'x',
      options: {},
      reads: {},
      uses: [chat],
      plan: () => [],
    })
    const play = playOf(task('Actions', () => [user]))
    const given = { project: project({ '.env': '' }) }
    expect(await refusal(runOn(fleet, ['web1'], play, given))).toContain(
      'user[x] of the task Actions needs it',
    )
  })
})

describe('an early backend', () => {
  const vault = backend({
    name: 'vault',
    scope: 'run',
    early: true,
    needs({ project: directory }) {
      log.push('needs')
      if (directory === '/') throw new Error('it is sealed')
    },
    open: ({ opened }) => {
      opened('/keys')
      return new Map([['name', 'a']])
    },
    close() {
      log.push('close')
    },
  })
  const entryFact = backendFact({
    backend: vault,
    name: 'entry',
    async read(entries, key: string) {
      await Promise.resolve()
      log.push(`read ${key}`)
      const value = entries.get(key)
      if (value === undefined) throw new FettleError('blocked', { message: `no entry ${key}` })
      return present(value)
    },
  })
  const entry = (key: string): Later<string> => Later.fact(request(entryFact, key), '', key)
  const made = (value: Later<string>): Resource => note('a', { text: 'a', value })

  test('is read before anything connects, and its values are known then', async () => {
    const seen: string[] = []
    const value = entry('name').map((name) => {
      seen.push(`${name} with ${String(fleet.sessions.length)} sessions`)
      return name
    })
    expect(value.isEarly).toBe(true)
    expect((await apply([made(value)])).of('web1')).toEqual(['a changed: create a'])
    expect(seen).toEqual(['a with 0 sessions'])
    expect(log).toEqual(['needs', 'read name', 'close'])
  })

  test('may be in the keys of other facts', async () => {
    fleet.write('web1', 'a', 'text')
    const reads = { topic: request(topicFact, entry('name')) }
    const reader = bareResource({
      type: 'reader',
      id: 'x',
      options: {},
      reads,
      plan: ({ topic }) => {
        log.push(`topic ${topic ?? 'none'}`)
        return []
      },
    })
    chats.set('a', 'of a')
    expect((await apply([reader])).of('web1')).toEqual(['x ok'])
    expect(log).toContain('topic of a')
  })

  test('whose fact is unknown stops the run before anything connects, and is closed', async () => {
    expect(await refusal(apply([made(entry('gone'))]))).toMatch(
      /^source-missing: note\[a\] at .*: no entry gone$/,
    )
    expect(log).toEqual(['needs', 'read gone', 'close'])
  })

  test('that lacks what it needs is not read', async () => {
    const play = playOf(task('Secrets', () => [made(entry('name'))]))
    expect(await refusal(runOn(fleet, ['web1'], play, { project: '/' }))).toBe(
      'internal: vault: it is sealed; note[a] of the task Secrets needs it',
    )
    expect(log).toEqual(['needs'])
  })
})

describe('a backend of a host', () => {
  /** Files of a host's folder, which changes of the shell make and remove. */
  const store = backend({
    name: 'store',
    scope: 'host',
    open({ host }) {
      log.push(`open ${host}`)
      if (fleet.note(host, 'down') !== null) throw new Error('the store is down')
      return host
    },
    perform(host, { key, value }: { readonly key: string; readonly value: string }) {
      log.push(`put ${key}`)
      fleet.write(host, key, value)
      return Promise.resolve()
    },
    close(host) {
      log.push(`close ${host}`)
    },
  })
  const valueFact = backendFact({
    backend: store,
    name: 'value',
    read(host, key: string): Promise<Fact<string>> {
      log.push(`get ${key}`)
      const value = fleet.note(host, key)
      return Promise.resolve(value === null ? absent : present(value))
    },
  })
  const stored = (key: string, value: string, more: CommonOptions = {}): Resource =>
    bareResource({
      type: 'store.value',
      id: key,
      options: more,
      reads: { value: request(valueFact, key) },
      plan({ value: have }) {
        const put: ActionOn<typeof store> = { on: store, key, value: value === 'lost' ? '' : value }
        return have === value
          ? []
          : [{ summary: `${have ?? 'none'} → ${value}`, proof: 'facts', actions: [put] }]
      },
    })

  test('has a client for each host, which is closed with it', async () => {
    const ran = await apply([stored('k', 'v')], ['web1', 'web2'])
    expect([ran.of('web1'), ran.of('web2')]).toEqual([
      ['k changed: none → v'],
      ['k changed: none → v'],
    ])
    expect(log.filter((line) => /web1/.test(line))).toEqual(['open web1', 'close web1'])
    expect(log.filter((line) => /web2/.test(line))).toEqual(['open web2', 'close web2'])
  })

  test('is read with the batch, and after its own change; both are counted', async () => {
    const ran = await apply([stored('k', 'v')])
    expect(log).toEqual(['open web1', 'get k', 'put k', 'get k', 'close web1'])
    expect(countsOf(ran)).toMatchObject({ store: 3 })
  })

  test('whose change had no effect has failed, and is closed', async () => {
    expect((await apply([stored('k', 'lost')])).of('web1')).toEqual(['k failed: still-differs'])
    expect(log.at(-1)).toBe('close web1')
  })

  test('is read again at its turn when something on the host has changed', async () => {
    const ran = await apply([note('k', { text: 'v' }), stored('k', 'v')])
    expect(ran.of('web1')).toEqual(['k changed: create k', 'k ok'])
    expect(log).toEqual(['open web1', 'get k', 'get k', 'close web1'])
  })

  test('is not read again where nothing has changed', async () => {
    fleet.write('web1', 'k', 'v')
    expect((await apply([note('k', { text: 'v' }), stored('k', 'v')])).of('web1')).toEqual([
      'k ok',
      'k ok',
    ])
    expect(log).toEqual(['open web1', 'get k', 'close web1'])
  })

  test('is read again before another attempt', async () => {
    await apply([stored('k', 'lost', { retry: { attempts: 2, delay: 0 } })])
    expect(log).toEqual([
      'open web1',
      'get k',
      'put k',
      'get k',
      'get k',
      'put k',
      'get k',
      'close web1',
    ])
  })

  test('that cannot be opened is unknown, and is opened again once the host has changed', async () => {
    fleet.write('web1', 'down', '')
    const started = note('up', { text: 'up', by: 'rm down; printf up >up' })
    expect((await apply([stored('k', 'v')])).of('web1')).toEqual(['k failed: fact-unknown'])
    log = []
    expect((await apply([started, stored('k', 'v')])).of('web1')).toEqual([
      'up changed: create up',
      'k changed: none → v',
    ])
    expect(log).toEqual(['open web1', 'open web1', 'get k', 'put k', 'get k', 'close web1'])
  })

  test('that fails with the link is no failure of the resource: the host is unreachable', async () => {
    fleet.write('web1', 'down', '')
    fleet.before = (_, exchange) => {
      if (exchange > 1) throw new FettleError('connection-lost', { message: 'gone' })
    }
    expect((await apply([stored('k', 'v')])).ends).toEqual(['web1 unreachable: connection-lost'])
  })
})
