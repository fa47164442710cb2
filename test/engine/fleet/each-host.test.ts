import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { FettleError } from '../../../src/core/errors.js'
import { sh } from '../../../src/core/sh.js'
import { eachHost, type HostOutcome } from '../../../src/engine/fleet/each-host.js'
import type { RunOptions } from '../../../src/engine/options.js'
import { selectHosts } from '../../../src/inventory/select/pattern.js'
import type { Session } from '../../../src/ssh/session.js'
import type { Target } from '../../../src/ssh/connect.js'
import { hostsNamed, inEachTest, inventoryOf, options, type Fleet } from '../toy.js'

let fleet: Fleet
inEachTest((fresh) => (fleet = fresh))

const names = ['web1', 'web2', 'web3']
const shown = (outcome: HostOutcome<unknown>): string =>
  `${outcome.host} ${outcome.status} ${outcome.status === 'ok' ? String(outcome.value) : outcome.error.code}`
const say = async (session: Session): Promise<string> =>
  (await session.exchange([{ script: sh`echo "$(pwd | tail -c 5)"` }]))[0]?.stdout
    .toString()
    .trim() ?? ''

async function each(
  given: Partial<RunOptions>,
  work: (session: Session) => Promise<unknown> = say,
  connect: Fleet['connect'] = fleet.connect,
) {
  const heard: string[] = []
  const hosts = selectHosts(await hostsNamed(...names), 'all')
  const outcomes = await eachHost(
    hosts,
    options(given),
    work,
    (outcome) => heard.push(shown(outcome)),
    connect,
  )
  return { outcomes: outcomes.map(shown), heard }
}

test('every host is reported as soon as it is finished; the outcomes are in the order of the hosts', async () => {
  fleet.before = (host) => (host === 'web1' ? sleep(30) : undefined)
  const { outcomes, heard } = await each({})
  expect(outcomes).toEqual(['web1 ok web1', 'web2 ok web2', 'web3 ok web3'])
  expect(heard).toEqual(['web2 ok web2', 'web3 ok web3', 'web1 ok web1'])
})

test.each([
  [1, 1],
  [2, 2],
  [null, 3],
])('with --forks %s there are %i at once', async (forks, most) => {
  fleet.before = () => sleep(5)
  await each({ forks })
  expect(fleet.mostAtOnce).toBe(most)
})

describe('an error stays with its host', () => {
  const faults: Readonly<Record<string, { readonly outcome: string; readonly make: () => void }>> =
    {
      'that cannot be reached': {
        outcome: 'unreachable unreachable',
        make: () => fleet.down.add('web2'),
      },
      'that is lost half way': {
        outcome: 'unreachable connection-lost',
        make: () =>
          (fleet.before = (host) => {
            if (host === 'web2') throw new FettleError('connection-lost', { message: 'gone' })
          }),
      },
      'whose work throws': {
        outcome: 'failed action-failed',
        make: () =>
          (fleet.before = (host) => {
            if (host === 'web2') throw new FettleError('action-failed', { message: 'no' })
          }),
      },
      'with a defect': {
        outcome: 'failed internal',
        make: () =>
          (fleet.before = (host) => {
            if (host === 'web2') throw new TypeError('no')
          }),
      },
    }
  test.each(Object.keys(faults))('one host %s', async (what) => {
    faults[what]?.make()
    expect((await each({})).outcomes).toEqual([
      'web1 ok web1',
      `web2 ${faults[what]?.outcome ?? ''}`,
      'web3 ok web3',
    ])
  })

  test('one whose shell does not start is unreachable', async () => {
    const connect: Fleet['connect'] = async (target) => {
      const session = await fleet.connect(target)
      if (target.name !== 'web2') return session
      const started = Promise.reject(new FettleError('sudo-denied', { message: 'no' }))
      started.catch(() => undefined)
      return Object.assign(session, { started, exchange: () => started })
    }
    expect((await each({}, say, connect)).outcomes).toEqual([
      'web1 ok web1',
      'web2 unreachable sudo-denied',
      'web3 ok web3',
    ])
  })

  test('one whose session cannot be closed has failed', async () => {
    const connect: Fleet['connect'] = async (target) => {
      const session = await fleet.connect(target)
      const close = session.close.bind(session)
      return target.name === 'web2'
        ? Object.assign(session, {
            close: () => close().then(() => Promise.reject(new Error('no goodbye'))),
          })
        : session
    }
    expect((await each({}, say, connect)).outcomes).toEqual([
      'web1 ok web1',
      'web2 failed internal',
      'web3 ok web3',
    ])
  })
})

describe('interrupts', () => {
  test('the first one lets work under way finish and starts no other', async () => {
    const stop = new AbortController()
    fleet.before = () => stop.abort()
    expect((await each({ forks: 1, stop: stop.signal })).outcomes).toEqual([
      'web1 ok web1',
      'web2 failed stopped',
      'web3 failed stopped',
    ])
  })

  test('the second one ends it on its host, which does not count as a lost link', async () => {
    const [stop, kill] = [new AbortController(), new AbortController()]
    const killed: string[] = []
    let end = (): void => undefined
    fleet.kill = (host) => Promise.resolve(killed.push(host)).then(() => end())
    fleet.before = () =>
      new Promise((_, reject) => {
        end = () => reject(new FettleError('connection-lost', { message: 'killed' }))
        stop.abort()
        kill.abort()
      })
    const { outcomes } = await each({ forks: 1, stop: stop.signal, kill: kill.signal })
    expect(outcomes).toEqual([
      'web1 failed connection-lost',
      'web2 failed stopped',
      'web3 failed stopped',
    ])
    expect(killed).toEqual(['web1'])
  })
})

test.each<[vars: string, become: boolean, user: string | null]>([
  ['{}', false, null],
  ['{}', true, 'root'],
  ['{ ansible_become: true }', false, 'root'],
  ['{ ansible_become: false }', true, null],
  ['{ ansible_become: true, ansible_become_user: app }', false, 'app'],
  ['{ ansible_become_user: app }', true, 'app'],
])('with %s and -b %s the session is of %s', async (vars, become, user) => {
  const targets: Target[] = []
  const inventory = await inventoryOf(`all: { hosts: { web1: ${vars} } }`)
  await eachHost([...inventory.hosts.values()], options({ become }), say, undefined, (target) => {
    targets.push(target)
    return fleet.connect(target)
  })
  expect(targets.map((target) => target.become?.user ?? null)).toEqual([user])
})
