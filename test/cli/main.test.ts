import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, test } from '@jest/globals'
import { FettleError } from '../../src/core/errors.js'
import { Secret } from '../../src/core/secret.js'
import type { ChangeCounts, Event } from '../../src/engine/events.js'
import { main } from '../../src/cli/main.js'
import { change, changeCounts, counts, everything, resource, runOf } from '../views/events.js'
import { fakeParts, fakeProcess } from './process.js'

const fettle = async (words: string, fake = fakeParts(), io = fakeProcess()) => {
  const exitCode = await main(
    ['node', 'fettle', ...words.split(' ').filter((word) => word !== '')],
    io,
    fake.parts,
  )
  return { exitCode, out: io.stdout.text, err: io.stderr.text, asked: fake.asked, io }
}

describe('usage', () => {
  test.each([
    ['plan --limt web', "unknown option '--limt' (Did you mean --limit?)"],
    ['aply', "unknown command 'aply' (Did you mean apply?)"],
    [
      'plan -f none',
      "option '-f, --forks <NUMBER>' argument 'none' is invalid. It must be a whole number, at least 1.",
    ],
    ['plan -f 0', 'It must be a whole number'],
    ['plan -l', "option '-l, --limit <PATTERN>' argument missing"],
    ['plan a.ts b.ts', "too many arguments for 'plan'. Expected 1 argument but got 2."],
    ['apply -K --become-password-file x', '-K and --become-password-file cannot be given together'],
  ])('fettle %s ends with 3', async (words, message) => {
    const { exitCode, out, asked } = await fettle(words)
    expect(out).toMatch(/^error: /)
    expect(out).toContain(message)
    expect(out).toContain('\n  → ')
    expect([exitCode, asked]).toEqual([3, []])
  })

  test('with --json a usage error is a line on standard output, and told on standard error', async () => {
    const { exitCode, out, err } = await fettle('plan --json --limt web')
    expect(JSON.parse(out)).toEqual({
      type: 'error',
      code: 'usage',
      message: "unknown option '--limt' (Did you mean --limit?)",
      remedy: 'see fettle plan --help',
      address: null,
    })
    expect(err).toContain('error: unknown option')
    expect(exitCode).toBe(3)
  })

  test.each([
    ['--help', 0, /Usage: fettle/],
    ['plan --help', 0, /--list-tasks/],
    ['--version', 0, /^\d+\.\d+\.\d+\n$/],
  ])('fettle %s', async (words, code, text) => {
    const { exitCode, out, err } = await fettle(words)
    expect(out).toMatch(text)
    expect([exitCode, err]).toEqual([code, ''])
  })

  test('without a command: help on standard error, 3', async () => {
    const { exitCode, out, err } = await fettle('')
    expect([exitCode, out]).toEqual([3, ''])
    expect(err).toContain('Usage: fettle')
  })

  test('help names every command', async () => {
    const { out } = await fettle('--help')
    for (const command of ['plan', 'apply', 'lab'])
      expect(out).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'))
  })
})

describe('flags', () => {
  test('without any: the documented defaults', async () => {
    const { asked, io } = await fettle('apply')
    expect(asked).toMatchObject([
      {
        file: 'tasks/site.ts',
        sources: [],
        extraVars: [],
        options: {
          mode: 'apply',
          project: io.cwd,
          forks: null,
          limit: null,
          tags: [],
          skipTags: [],
          startAtTask: null,
          become: false,
          becomePassword: null,
          connectionPassword: null,
          user: null,
          sshConfig: null,
          acceptNew: false,
        },
      },
    ])
  })

  test.each([
    ['plan', { mode: 'plan' }],
    ['apply -C', { mode: 'plan' }],
    ['plan -C', { mode: 'plan' }],
    ['apply --check', { mode: 'plan' }],
    ['apply -l web:&prod', { limit: 'web:&prod' }],
    ['apply -t a,b --tags c', { tags: ['a', 'b', 'c'] }],
    ['apply --skip-tags a,b', { skipTags: ['a', 'b'] }],
    ['apply -f 7', { forks: 7 }],
    ['apply -b', { become: true }],
    ['apply -u deploy', { user: 'deploy' }],
    ['apply --start-at-task Database', { startAtTask: 'Database' }],
    ['apply --accept-new', { acceptNew: true }],
    ['apply --ssh-config x/config', { sshConfig: 'x/config' }],
    ['apply -bDvvv', { become: true }],
  ])('fettle %s', async (words, options) => {
    const { asked } = await fettle(words)
    expect(asked.map((each) => each.options)).toMatchObject([options])
  })

  test('a file, inventories and variables', async () => {
    const { asked } = await fettle(
      'plan tasks/db.ts -i prod.yml -i web1,web2 -e a=1 --extra-vars @x.yml',
    )
    expect(asked).toMatchObject([
      { file: 'tasks/db.ts', sources: ['prod.yml', 'web1,web2'], extraVars: ['a=1', '@x.yml'] },
    ])
  })

  test('--list-hosts and --list-tasks print as Ansible does, and run nothing', async () => {
    const { out, asked, exitCode } = await fettle('plan --list-hosts --list-tasks -K')
    expect(out).toBe(`
playbook: tasks/site.ts

  play #1 (web:&prod): Flask app
    pattern: web:&prod
    hosts (2):
      web1
      web2
    tasks:
      Packages\tTAGS: []
      Database\tTAGS: [db, slow]
`)
    expect([asked, exitCode]).toEqual([[], 0])
  })

  test('they show no secret', async () => {
    const io = fakeProcess()
    new Secret('Flask app')
    expect((await fettle('plan --list-tasks', fakeParts(), io)).out).toContain(
      'play #1 (web:&prod): [secret]\n',
    )
  })
})

describe('runs', () => {
  test.each([0, 1, 2])("the engine's exit code %d is ours", async (exitCode) => {
    expect((await fettle('plan', fakeParts({ exitCode }))).exitCode).toBe(exitCode)
  })

  test('the plan goes to standard output and the run is recorded', async () => {
    const { out, err, io } = await fettle('plan', fakeParts({ events: everything() }))
    expect(out).toContain('\nweb1, web2\n')
    expect(out).toContain('web1 : ok=3  changed=2')
    expect(err).toBe('')
    expect(readdirSync(join(io.cwd, '.fettle/runs'))).toHaveLength(1)
  })

  test('with --json standard output holds JSON lines only, people read standard error', async () => {
    const { out, err } = await fettle('plan --json', fakeParts({ events: everything() }))
    const types = out
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { readonly type: string }).type)
    expect([types[0], types.at(-1)]).toEqual(['run', 'summary'])
    expect(err).toContain('web1 : ok=3  changed=2')
  })

  const diff: Event = resource('web1', '/x', {
    status: 'changed',
    changes: [change('content differs', { diff: { before: 'a\n', after: 'b\n' } })],
  })
  test.each([
    ['plan', true],
    ['apply -C', true],
    ['apply', false],
    ['apply -D', true],
  ])('fettle %s shows diffs: %s', async (words, shows) => {
    const { out } = await fettle(words, fakeParts({ events: [runOf(['web1']), diff] }))
    expect(out).toContain('content differs')
    expect(out.includes('+b')).toBe(shows)
  })

  const wrong = new FettleError('play-invalid', {
    message: 'prot is not declared',
    address: 'tasks/site.ts:4',
    remedy: 'correct the name',
  })
  test('an error before anything was contacted: message, place, remedy, no stack, 3', async () => {
    const { exitCode, out } = await fettle(
      'plan',
      fakeParts({
        load: () => {
          throw wrong
        },
      }),
    )
    expect(out).toBe('error: prot is not declared\n  at tasks/site.ts:4\n  → correct the name\n')
    expect(exitCode).toBe(3)
  })

  test('with --json it is the only line', async () => {
    const { exitCode, out, io } = await fettle(
      'plan --json',
      fakeParts({
        load: () => {
          throw wrong
        },
      }),
    )
    expect(out).toBe(
      '{"type":"error","code":"play-invalid","message":"prot is not declared","remedy":"correct the name","address":"tasks/site.ts:4"}\n',
    )
    expect(exitCode).toBe(3)
    expect(existsSync(join(io.cwd, '.fettle'))).toBe(false)
  })

  test('-vvv adds where it was raised', async () => {
    expect(
      (
        await fettle(
          'plan -vvv',
          fakeParts({
            load: () => {
              throw wrong
            },
          }),
        )
      ).out,
    ).toMatch(/│ {5}at .*main\.test/)
  })

  const failing: readonly (readonly [
    name: string,
    fail: (emit: (event: Event) => void) => never,
    text: string,
  ])[] = [
    [
      'a defect',
      () => {
        throw new TypeError('x is not a function')
      },
      'error: x is not a function\n  │ TypeError: x is not a function\n  │     at ',
    ],
    [
      'an error after hosts were contacted',
      (emit) => {
        emit(resource('web1', '/x'))
        throw wrong
      },
      'error: prot is not declared',
    ],
  ]
  test.each(failing)('%s ends with 1', async (_, fail, text) => {
    const { exitCode, out } = await fettle(
      'plan',
      fakeParts({
        perform: async (_options, emit) => {
          await Promise.resolve()
          fail(emit)
        },
      }),
    )
    expect(out).toContain(text)
    expect(exitCode).toBe(1)
  })

  test('a reader that exits early does not stop the run', async () => {
    const io = fakeProcess()
    io.stdout._write = (_chunk, _encoding, done) =>
      done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    const { exitCode, asked } = await fettle(
      'plan --json',
      fakeParts({ events: everything(), exitCode: 2 }),
      io,
    )
    expect([exitCode, asked.length]).toEqual([2, 1])
  })
})

describe('apply --ask', () => {
  const changed: Partial<ChangeCounts> = { change: 1 }
  const removed: Partial<ChangeCounts> = { remove: 1 }
  /** A run whose plan ends with these changes of one host. */
  const partsOf = (changes: Partial<ChangeCounts>, code: 1 | 2, unknown = 0) =>
    fakeParts({
      perform: (options, emit) => {
        const sum = Object.values(changes).reduce((all, one) => all + one, 0)
        emit(runOf(['web1'], options.mode))
        emit({
          type: 'summary',
          hosts: { web1: counts({ ok: 1, changed: sum, unknown }) },
          exitCode: options.mode === 'plan' ? code : 0,
          seconds: 1,
          changes: changeCounts(changes),
        })
        return Promise.resolve()
      },
    })
  const modes = (asked: readonly { readonly options: { readonly mode: string } }[]) =>
    asked.map(({ options }) => options.mode)
  const question = '[y/N] '

  test.each<readonly [flag: string, ReturnType<typeof partsOf>, string | null, readonly string[]]>([
    ['--ask', partsOf(changed, 2), 'y\n', ['plan', 'apply']],
    ['--ask', partsOf(changed, 2), ' YES \n', ['plan', 'apply']],
    ['--ask', partsOf(changed, 2), '\n', ['plan']],
    ['--ask', partsOf(changed, 2), 'n\n', ['plan']],
    ['--ask', partsOf(changed, 2), 'yesterday\n', ['plan']],
    ['--ask', partsOf({}, 2, 1), 'y\n', ['plan', 'apply']],
    ['--ask', partsOf({}, 2), null, ['plan']],
    ['--ask=removals', partsOf(changed, 2), null, ['plan', 'apply']],
    ['--ask=removals', partsOf(removed, 2), 'n\n', ['plan']],
    ['--ask=removals', partsOf({ change: 1, final: 1 }, 2), 'n\n', ['plan']],
    ['--ask=removals', partsOf(changed, 1), 'n\n', ['plan']],
    ['--ask tasks/db.ts', partsOf(changed, 2), 'y\n', ['plan', 'apply']],
  ])('apply %s (%#)', async (flag, fake, answer, walks) => {
    const keys = answer === null ? [] : [answer]
    const { asked, err, exitCode } = await fettle(`apply ${flag}`, fake, fakeProcess({ keys }))
    expect([exitCode, modes(asked)]).toEqual([0, walks])
    expect(err.includes(question)).toBe(answer !== null)
    expect(err.includes('nothing was changed')).toBe(answer !== null && walks.length === 1)
  })

  test('the plan stands above the question, and both runs know the command', async () => {
    const { out, err, asked } = await fettle(
      'apply --ask -l web1',
      partsOf(removed, 2),
      fakeProcess({ keys: ['y\n'] }),
    )
    expect(out).toContain('1 to remove on 1 host\n')
    expect(out).toContain('1 removed on 1 host\n')
    expect(err).toBe('Apply this? The hosts are read again first. [y/N] ')
    expect(asked.map(({ options }) => [options.command, options.limit])).toEqual([
      ['fettle apply', 'web1'],
      ['fettle apply', 'web1'],
    ])
  })

  test('with --json standard output holds the lines of two runs', async () => {
    const io = fakeProcess({ keys: ['y\n'] })
    const { out, err } = await fettle('apply --ask --json', partsOf(changed, 2), io)
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly type: string; readonly mode?: string })
    expect(lines.map(({ type, mode }) => mode ?? type)).toEqual([
      'plan',
      'summary',
      'apply',
      'summary',
    ])
    expect(err).toContain(question)
  })

  test('passwords are asked for once', async () => {
    const io = fakeProcess({ keys: ['secret1\n', 'y\n'] })
    const { asked, err } = await fettle('apply --ask -K', partsOf(changed, 2), io)
    expect(err.match(/password/g)).toHaveLength(1)
    expect(asked.map(({ options }) => options.becomePassword)).toEqual([
      expect.any(Secret),
      expect.any(Secret),
    ])
  })

  test('without a terminal it is an error before anything is loaded', async () => {
    const { out, exitCode, asked } = await fettle('apply --ask', partsOf(changed, 2))
    expect(out).toContain('error: --ask needs a terminal for its question')
    expect(out).toContain(
      '→ leave --ask out to apply without a question, or see the changes with fettle plan',
    )
    expect([exitCode, asked]).toEqual([3, []])
  })

  test.each(['plan --ask', 'apply -C --ask', 'apply --ask --list-hosts'])(
    '%s changes nothing and needs none',
    async (words) => {
      const { exitCode, err } = await fettle(words, fakeParts())
      expect([exitCode, err]).toEqual([0, ''])
    },
  )

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('%s at the question: nothing is changed', async (signal, code) => {
    const io = fakeProcess({ keys: [] })
    const write = io.stderr._write.bind(io.stderr)
    io.stderr._write = (chunk: Buffer, encoding, done) => {
      if (chunk.toString().endsWith(question)) setImmediate(() => io.signals.emit(signal))
      write(chunk, encoding, done)
    }
    const { exitCode, asked, err } = await fettle('apply --ask', partsOf(changed, 2), io)
    expect([exitCode, modes(asked)]).toEqual([code, ['plan']])
    expect(err).toContain('nothing was changed')
  })

  test('the end of the input is a no', async () => {
    const stdin = Object.assign(Readable.from([]), { isTTY: true })
    const io = { ...fakeProcess(), stdin }
    const { exitCode, asked, err } = await fettle('apply --ask', partsOf(changed, 2), io)
    expect([exitCode, modes(asked)]).toEqual([0, ['plan']])
    expect(err).toContain(`${question}\nnothing was changed`)
  })

  test('a plan that could not be made is not asked about', async () => {
    const fake = fakeParts({
      load: () => {
        throw new FettleError('usage', { message: 'no tasks', remedy: 'write some' })
      },
    })
    const { exitCode, err } = await fettle('apply --ask', fake, fakeProcess({ keys: [] }))
    expect([exitCode, err]).toEqual([3, ''])
  })
})

describe('signals', () => {
  const summary: Event = {
    type: 'summary',
    hosts: { web1: counts() },
    exitCode: 1,
    seconds: 1,
    changes: changeCounts(),
  }
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])(
    '%s: once stops, twice kills, three times leaves; the exit code is %d',
    async (signal, code) => {
      const io = fakeProcess()
      const seen: unknown[] = []
      const fake = fakeParts({
        exitCode: 1,
        perform: async ({ stop, kill }, emit) => {
          for (let times = 0; times < 3; times++) {
            io.signals.emit(signal)
            seen.push([stop.aborted, kill.aborted, io.exits.length])
            await Promise.resolve()
          }
          emit(summary)
        },
      })
      const { exitCode, out, err } = await fettle('apply --json', fake, io)
      expect(seen).toEqual([
        [true, false, 0],
        [true, true, 0],
        [true, true, 1],
      ])
      expect([exitCode, io.exits]).toEqual([code, [code]])
      expect(JSON.parse(out)).toMatchObject({ type: 'summary', exitCode: code })
      expect(err).toContain('note: stopping: changes under way are finished')
      expect(io.signals.listenerCount(signal)).toBe(0)
    },
  )

  test('a plan changes nothing: the first signal stops it, the second ends the process', async () => {
    const io = fakeProcess()
    const seen: unknown[] = []
    const fake = fakeParts({
      perform: ({ stop, kill }) => {
        for (let times = 0; times < 2; times++) {
          io.signals.emit('SIGINT')
          seen.push([stop.aborted, kill.aborted, io.exits.length])
        }
        return Promise.resolve()
      },
    })
    const { exitCode, err } = await fettle('plan --json', fake, io)
    expect([seen, exitCode]).toEqual([
      [
        [true, false, 0],
        [true, false, 1],
      ],
      130,
    ])
    expect(err).toContain('note: stopping: nothing is changed')
  })

  test('a signal while things are loaded: nothing is run', async () => {
    const io = fakeProcess()
    const { exitCode, asked } = await fettle(
      'apply',
      fakeParts({ load: (() => io.signals.emit('SIGINT')) as () => never }),
      io,
    )
    expect([exitCode, asked]).toEqual([130, []])
  })
})
