import { describe, expect, test } from '@jest/globals'
import { FettleError } from '../../../src/core/errors.js'
import {
  absent,
  present,
  backendFact,
  unknown,
  type Fact,
  type Output,
  type ShellFactKind,
} from '../../../src/core/fact.js'
import { Later, request, type FactRequest } from '../../../src/core/later.js'
import { fine } from '../../../src/core/change.js'
import { bareResource } from '../bare-resource.js'
import type { Resource } from '../../../src/core/resource.js'
import { Secret } from '../../../src/core/secret.js'
import { sh } from '../../../src/core/sh.js'
import { http } from '../../../src/facts/commands/http.js'
import { HostClients } from '../../../src/engine/clients.js'
import { projectFiles, type ProjectReader } from '../../../src/facts/files/project-file.js'
import { github as githubBackend } from '../../../src/facts/github/backend.js'
import type { Step } from '../../../src/engine/prepare/build.js'
import { KnownFacts, SharedFacts } from '../../../src/engine/host/known-facts.js'
import type { Block, Session } from '../../../src/ssh/session.js'
import { clientsWith, noLink, standIn } from '../stand-ins.js'
import { stepsOf } from '../toy.js'

const project: ProjectReader = {
  readText: (path) => Promise.resolve(present(path)),
  readBytes: () => Promise.resolve(absent),
  readContent: () => Promise.resolve(absent),
}
/** A run whose GitHub cannot be opened. */
const sharedFacts = (): SharedFacts =>
  new SharedFacts(
    clientsWith(
      standIn(projectFiles, { open: () => project }),
      standIn(githubBackend, {
        open: () =>
          Promise.reject(
            new FettleError('github-failed', {
              message: 'the address is none',
              remedy: 'correct it',
            }),
          ),
      }),
    ),
  )

/** Answers each block with its own text, and counts the exchanges. */
class Echo implements Session {
  readonly user = 'root'
  readonly loginUser = 'deploy'
  readonly over = false
  readonly started = Promise.resolve()
  roundTrips = 0
  blocks: readonly Block[] = []
  exchange(blocks: readonly Block[]): Promise<readonly Output[]> {
    this.roundTrips++
    this.blocks = blocks
    return Promise.resolve(
      blocks.map(({ script }) => ({ code: 0, stdout: Buffer.from(script.text), stderr: '' })),
    )
  }
  forward = (): Promise<never> => Promise.reject(new Error('no sockets here'))
  kill = (): Promise<void> => Promise.resolve()
  close = (): Promise<void> => Promise.resolve()
}

/** The fact of each key is its index among the requested ones. */
const placeFact: ShellFactKind<unknown, number> = {
  name: 'place',
  script: (keys) => ({ script: sh`${keys.length}` }),
  parse: (_, keys) => keys.map((__, index) => present(index)),
}

function hostFacts(session: Session = new Echo(), shared = sharedFacts()): KnownFacts {
  return new KnownFacts(shared, session, new HostClients(shared.clients, 'web1', noLink))
}

const reading = (id: string, ...wanted: readonly FactRequest<unknown>[]): Resource =>
  bareResource({
    type: 'reads',
    id,
    options: {},
    reads: Object.fromEntries(wanted.map((each, index) => [String(index), each])),
    plan: () => fine(''),
  })
const step = (made: Resource, user: string | null = null): Step => ({
  ...(stepsOf([made])[0] ?? fail()),
  user,
})
const fail = (): never => {
  throw new Error('no step')
}

describe('keys', () => {
  const secret = (text: string): object => ({ user: 'root', password: new Secret(text) })

  test.each<[name: string, one: unknown, other: unknown, same: boolean]>([
    ['equal data', { a: [1, 'x'] }, { a: [1, 'x'] }, true],
    ['other data', { a: 1 }, { a: 2 }, false],
    ['equal Secrets', secret('first password'), secret('first password'), true],
    [
      'other Secrets, which look the same as JSON',
      secret('first password'),
      secret('second password'),
      false,
    ],
    ['a Secret and what it looks like', new Secret('first password'), '[secret]', false],
    ['equal regular expressions', { match: /a/u }, { match: /a/u }, true],
    [
      'other regular expressions, which look the same as JSON',
      { match: /a/u },
      { match: /b/u },
      false,
    ],
    [
      'a Later of a file, and its value',
      Later.fact(
        request(
          backendFact({
            backend: projectFiles,
            name: 'text',
            read: (files, path: string) => files.readText(path),
          }),
          'x',
        ),
        '',
        'x',
      ),
      'x',
      true,
    ],
  ])('%s', async (_, one, other, same) => {
    const session = new Echo()
    const facts = hostFacts(session)
    const [first, second] = [request(placeFact, one), request(placeFact, other)]
    if (one instanceof Later) await facts.shared.read(one.requests)
    const asked = step(reading('x', first, second))
    await facts.exchange([], [asked])
    expect(session.blocks.map(({ script }) => script.text)).toEqual([same ? '1' : '2'])
    expect(facts.source(asked).fact(second)).toEqual(present(same ? 0 : 1))
  })

  test("are read for each user, but for the session's own only once", async () => {
    const session = new Echo()
    const own: ShellFactKind<unknown, number> = { ...placeFact, name: 'own', asSession: true }
    const wanted = [request(placeFact, 1), request(own, 1)]
    await hostFacts(session).exchange(
      [],
      [
        step(reading('a', ...wanted)),
        step(reading('b', ...wanted), 'root'),
        step(reading('c', ...wanted), 'app'),
      ],
    )
    expect(session.blocks.map(({ as }) => as ?? 'the session')).toEqual([
      'deploy',
      'the session',
      'the session',
      'app',
    ])
  })

  test('that were not read are unknown', () => {
    expect(
      hostFacts()
        .source(step(reading('a')))
        .fact(request(placeFact, 1)),
    ).toMatchObject({ is: 'unknown', reason: 'place has not been read' })
  })
})

test('an exchange without blocks is none', async () => {
  const session = new Echo()
  await hostFacts(session).exchange([], [step(reading('a'))])
  expect(session.roundTrips).toBe(0)
})

test('the outputs of what is sent first are returned apart from the facts', async () => {
  const session = new Echo()
  const outputs = await hostFacts(session).exchange(
    [{ script: sh`one` }, { script: sh`two` }],
    [step(reading('a', request(placeFact, 1)))],
  )
  expect(outputs.map(({ stdout }) => stdout.toString())).toEqual(['one', 'two'])
  expect(session.roundTrips).toBe(1)
})

describe('facts of the control machine', () => {
  let reads = 0
  const slow = backendFact<unknown, string, number>({
    backend: projectFiles,
    name: 'slow',
    async read() {
      await Promise.resolve()
      return present(++reads)
    },
  })

  test('are read once for all hosts, also at the same time', async () => {
    const shared = sharedFacts()
    reads = 0
    expect(
      await Promise.all([
        shared.read([request(slow, 'a'), request(slow, 'a')]),
        shared.read([request(slow, 'a')]),
        shared.read([request(slow, 'b')]),
      ]),
    ).toEqual([1, 0, 1])
    expect(shared.get(request(slow, 'a'))).toEqual(present(1))
  })

  test('are read again on demand', async () => {
    const shared = sharedFacts()
    reads = 0
    await shared.read([request(slow, 'a')])
    expect(await shared.read([request(slow, 'a')], true)).toBe(1)
    expect(shared.get(request(slow, 'a'))).toEqual(present(2))
  })

  const defect = backendFact<unknown, string, string>({
    backend: projectFiles,
    name: 'defect',
    read: () => {
      throw new TypeError('no such method')
    },
  })
  const github = backendFact<unknown, string, string>({
    backend: githubBackend,
    name: 'hooks',
    read: (): Promise<Fact<string>> => Promise.resolve(absent),
  })

  test.each<[name: string, wanted: FactRequest<unknown>, expected: Fact<never>]>([
    [
      'a defect',
      request(defect, 'a'),
      unknown('defect could not be read: no such method', 'report it as a defect'),
    ],
    [
      'an API that cannot be opened',
      request(github, 'a'),
      unknown('the address is none', 'correct it'),
    ],
  ])('that cannot be read are unknown, and no others are: %s', async (_, wanted, expected) => {
    const shared = sharedFacts()
    reads = 0
    await shared.read([wanted, request(slow, 'a')])
    expect([shared.get(wanted), shared.get(request(slow, 'a'))]).toEqual([expected, present(1)])
  })

  test('are counted for the host that asked first', async () => {
    const shared = new SharedFacts(
      clientsWith(
        standIn(githubBackend, {
          open: () => ({
            get: () => Promise.resolve(null),
            list: () => Promise.resolve([]),
            perform: () => Promise.resolve(null),
          }),
        }),
      ),
    )
    const [one, two] = [hostFacts(new Echo(), shared), hostFacts(new Echo(), shared)]
    const asked = step(reading('a', request(github, 'a'), request(github, 'b')))
    await Promise.all([one.readBackends(asked), two.readBackends(asked)])
    await two.readBackends(asked, (backend) => backend === githubBackend)
    expect([[...one.clients.exchanges], [...two.clients.exchanges]]).toEqual([
      [['github', 2]],
      [['github', 2]],
    ])
  })
})

test('an HTTP reader that throws makes only its own fact unknown', async () => {
  const kind = backendFact<unknown, string, string>({
    backend: http,
    name: 'page',
    read: () => {
      throw new TypeError('no such method')
    },
  })
  const facts = hostFacts()
  const asked = step(reading('a', request(kind, 'a')))
  await facts.readBackends(asked)
  expect(facts.source(asked).fact(request(kind, 'a'))).toEqual(
    unknown('page could not be read: no such method', 'report it as a defect'),
  )
})
