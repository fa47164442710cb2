import { describe, expect, test } from '@jest/globals'
import { file } from '../../src/resources/files/file.js'
import type { HostCase, HostOutcome, HostState, TestHost } from '../../src/testing/host-case.js'
import { hostTests } from '../../src/testing/host-tests.js'

// That the laws for hosts find what they are for: on a host in memory, whose plan or apply does one
// thing wrong. What a path holds is: kind and inode, then content, then the time of change.

const path = '/srv/page'
const entry = (content: string, inode = 1): string => `f ${String(inode)}\t${content}\t0`

/** A host with one path, which apply writes unless /obstacle is there. */
class FakeHost implements TestHost {
  readonly paths = new Map([['/srv', 'd 0\t\t0']])
  /** The paths before the last apply. */
  #before: ReadonlyMap<string, string> = new Map()

  plan(): Promise<readonly HostOutcome[]> {
    return Promise.resolve([this.#outcome()])
  }

  apply(): Promise<readonly HostOutcome[]> {
    const outcome = this.#outcome()
    this.#before = new Map(this.paths)
    if (outcome.changes.length > 0) this.write(outcome)
    return Promise.resolve([outcome])
  }

  takeBack(): Promise<readonly string[]> {
    this.paths.clear()
    for (const [name, text] of this.#before) this.paths.set(name, text)
    return Promise.resolve([])
  }

  protected write({ error }: HostOutcome): void {
    this.paths.set('/srv', 'd 0\t\t1')
    if (error === null) this.paths.set(path, entry('hello'))
  }

  #outcome(): HostOutcome {
    const now = this.paths.get(path)
    const isFine = now === entry('hello')
    const error = !isFine && this.paths.has('/obstacle') ? 'no space left' : null
    const sentence = now === undefined ? 'create' : 'change'
    return {
      address: `file[${path}]`,
      status: statusOf(isFine, error),
      changes: isFine ? [] : [sentence],
      error,
    }
  }

  /** `PATH=TEXT` or `PATH=` for each word. */
  shell(script: string): Promise<string> {
    for (const word of script.split(' ')) {
      const [name = '', text = ''] = word.split('=')
      if (text === '') this.paths.delete(name)
      else this.paths.set(name, entry(text))
    }
    return Promise.resolve('')
  }

  state(): Promise<HostState> {
    return Promise.resolve(new Map(this.paths))
  }

  contents(): Promise<HostState> {
    const ofFiles = [...this.paths].filter(([, text]) => text.startsWith('f'))
    return Promise.resolve(
      new Map(ofFiles.map(([name, text]) => [name, text.split('\t')[1] ?? ''])),
    )
  }
}

function statusOf(isFine: boolean, error: string | null): HostOutcome['status'] {
  if (isFine) return 'ok'
  return error === null ? 'changed' : 'failed'
}

const row: HostCase = {
  name: 'a file',
  resource: () => file(path, { content: 'hello' }),
  changes: ['create'],
  drifts: [{ by: `${path}=bye`, changes: [/^chan/] }],
  errors: [{ by: `${path}=bye /obstacle=x`, says: /no space/, after: '/obstacle=' }],
}

/** What each test of the case says: null where it passes. */
async function verdicts(host: TestHost, more: Partial<HostCase> = {}) {
  const found: Record<string, string | null> = {}
  for (const { name, run } of hostTests([{ ...row, ...more }], host)) {
    try {
      await run()
      found[name] = null
    } catch (error) {
      found[name] = error instanceof Error ? error.message : String(error)
    }
  }
  return found
}

const planTest = 'a file: a plan changes nothing'
const onceTest = 'a file: an apply does what the plan says, once'
const backTest = 'a file: is taken back'
const driftTest = `a file: repairs ${path}=bye`
const errorTest = `a file: fails whole by ${path}=bye /obstacle=x`
const fine = {
  [planTest]: null,
  [onceTest]: null,
  [backTest]: null,
  [driftTest]: null,
  [errorTest]: null,
}

test('a resource that does as it should passes, also in another order, and all at once', async () => {
  expect(await verdicts(new FakeHost())).toEqual(fine)
  const host = new FakeHost()
  for (const { run } of [...hostTests([row], host)].reverse()) await run()
  const fresh = new FakeHost()
  await Promise.all(hostTests([row], fresh).map(async ({ run }) => run()))
})

describe('a resource fails', () => {
  test.each<[string, typeof FakeHost, string, string]>([
    [
      'whose plan changes something',
      class extends FakeHost {
        override plan() {
          this.paths.set('/srv/log', entry('x'))
          return super.plan()
        }
      },
      planTest,
      'the first plan changed\n  /srv/log\n    was nothing\n    is  f 1\tx\t0',
    ],
    [
      'whose apply does something else than its plan says',
      class extends FakeHost {
        override async apply() {
          const outcomes = await super.apply()
          return outcomes.map((each) => ({ ...each, changes: ['another'] }))
        }
      },
      onceTest,
      'apply and plan differ',
    ],
    [
      'whose second apply touches what is fine',
      class extends FakeHost {
        override apply() {
          if (this.paths.has(path)) this.paths.set('/srv/stamp', entry(String(Math.random())))
          return super.apply()
        }
      },
      onceTest,
      'or the second apply, changed\n  /srv/stamp',
    ],
    [
      'whose repair changes something else, too',
      class extends FakeHost {
        override write(outcome: HostOutcome) {
          if (this.paths.has(path)) this.paths.set('/srv/other', entry(String(Math.random())))
          super.write(outcome)
        }
      },
      driftTest,
      'the repair changed, unlike the drift,\n  /srv/other',
    ],
    [
      'whose failure leaves a temporary file',
      class extends FakeHost {
        override write(outcome: HostOutcome) {
          if (outcome.error !== null) this.paths.set('/srv/.fettle-1', entry('hal'))
          super.write(outcome)
        }
      },
      errorTest,
      'the failed apply changed\n  /srv/.fettle-1',
    ],
    [
      'that leaves something when it is taken back',
      class extends FakeHost {
        override async takeBack() {
          await super.takeBack()
          this.paths.set(path, entry('half'))
          return []
        }
      },
      backTest,
      'it was taken back, and left\n  /srv/page',
    ],
    [
      'whose repair leaves another content when it is taken back',
      class extends FakeHost {
        #reads = 0
        override contents() {
          return Promise.resolve(new Map([[path, String(this.#reads++)]]))
        }
      },
      driftTest,
      'left other contents in\n  /srv/page\n    was 2\n    is  3',
    ],
    [
      'that cannot be taken back',
      class extends FakeHost {
        override takeBack() {
          return Promise.resolve(['it is too large'])
        }
      },
      backTest,
      'it could not be taken back: it is too large',
    ],
  ])('%s', async (_, host, name, says) => {
    expect((await verdicts(new host()))[name]).toContain(says)
  })
})

test.each<[string, Partial<HostCase>, string, string]>([
  ['another first plan', { changes: ['make'] }, onceTest, 'make'],
  [
    'another plan of a drift',
    { drifts: [{ by: `${path}=bye`, changes: ['create'] }] },
    driftTest,
    'create',
  ],
  [
    'an obstacle that is none',
    { errors: [{ by: `${path}=bye`, says: /no space/, after: '/obstacle=' }] },
    `a file: fails whole by ${path}=bye`,
    `the apply did not fail: file[${path}] is changed`,
  ],
  [
    'another error',
    { errors: [{ by: `${path}=bye /obstacle=x`, says: /denied/, after: '/obstacle=' }] },
    errorTest,
    'no space left',
  ],
])('a case with %s fails', async (_, more, name, says) => {
  expect((await verdicts(new FakeHost(), more))[name]).toContain(says)
})

test('a case that tries nothing fails', async () => {
  const host = new FakeHost()
  host.paths.set(path, entry('hello'))
  const { name, resource } = row
  const [, once] = hostTests([{ name, resource }], host)
  await expect(once?.run()).rejects.toThrow('the first plan finds nothing to do')
})

test('what is named in also, except and ignores may change', async () => {
  class Logging extends FakeHost {
    override write(outcome: HostOutcome) {
      this.paths.set('/var/log/page', entry(String(Math.random())))
      super.write(outcome)
    }
  }
  expect(await verdicts(new Logging())).not.toEqual(fine)
  expect(await verdicts(new Logging(), { ignores: ['/var/log'] })).toEqual(fine)
  const named = {
    drifts: [{ by: `${path}=bye`, changes: ['change'], also: ['/var/log/page'] }],
    errors: [
      {
        by: `${path}=bye /obstacle=x`,
        says: /no space/,
        after: '/obstacle=',
        except: ['/var/log'],
      },
    ],
  }
  expect(await verdicts(new Logging(), named)).toEqual(fine)
})
