import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { present } from '../../../src/core/fact.js'
import { pipOffersFact } from '../../../src/facts/python/pip-offers.js'
import { runIn, shells, type Shell } from '../../shells.js'

// pip of Debian's Python, and of an environment, with indexes on this machine. It runs as the owner
// of the environment, and looking that up needs getent.
const [dash, bash] = shells as readonly [Shell, Shell]

const root = mkdtempSync(join(tmpdir(), 'pip offers '))
const python = '/usr/bin/python3'
const own = join(root, 'own')
let server: ChildProcess
let index = ''

const page = (name: string, ...links: readonly string[]): void => {
  const folder = join(root, 'index/simple', name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'index.html'), `<!DOCTYPE html><html><body>${links.join('\n')}</body>`)
}
const link = (file: string, more = ''): string => `<a href="/${file}"${more}>${file}</a>`

beforeAll(async () => {
  execFileSync(python, ['-m', 'venv', own])
  page(
    'sixty',
    link('sixty-1.16.0-py3-none-any.whl'),
    link('sixty-1.17.0rc1-py3-none-any.whl'),
    link('sixty-2.0-py3-none-any.whl', ' data-requires-python="&gt;=4"'),
    link('sixty-3.0-cp27-cp27m-win32.whl'),
  )
  page('bad', link('bad-1.0.tar.gz', ' data-yanked="it is broken"'))
  server = spawn(
    python,
    ['-u', '-m', 'http.server', '0', '--bind', '127.0.0.1', '--directory', join(root, 'index')],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  )
  const said = await new Promise<string>((resolve) =>
    server.stdout?.once('data', (data: Buffer) => {
      resolve(data.toString())
    }),
  )
  index = `http://127.0.0.1:${/port (\d+)/.exec(said)?.[1] ?? ''}/simple`
}, 60_000)
afterAll(async () => {
  server.kill()
  await once(server, 'close')
  rmSync(root, { recursive: true })
})

const has = (...versions: readonly string[]) => ({ versions, mayBeMore: false })
const mayHave = (...versions: readonly string[]) => ({ versions, mayBeMore: true })

describe.each([
  ['dash', dash],
  ['bash', bash],
])('%s', (_, shell) => {
  const offers = (
    python: string | null,
    names: readonly string[],
    ...source: readonly string[]
  ) => {
    const keys = [{ path: python === null ? own : join(root, 'new'), python, source, names }]
    const output = runIn(shell, pipOffersFact.script(keys))
    return pipOffersFact.parse(output, keys)[0]
  }
  const tree = (): string => execFileSync('find', [root, '-printf', '%p %i %T@ %C@\n']).toString()

  test.each([
    ['its own pip', null],
    ['the pip that it will get', python],
  ])('%s says what an index has, and leaves nothing', (_, asked) => {
    const before = tree()
    expect(offers(asked, ['sixty', 'bad', 'none'], '--index-url', index)).toEqual(
      present({
        offers: new Map([
          ['sixty', has('1.17.0rc1', '1.16.0')],
          ['bad', mayHave()],
          ['none', has()],
        ]),
        unread: [],
      }),
    )
    expect(tree()).toBe(before)
  })

  test('an index that cannot be reached is named, without the password in its URL', () => {
    const nowhere = 'http://mine:secret@127.0.0.1:9/simple'
    expect(offers(null, ['sixty'], '--index-url', nowhere)).toEqual(
      present({ offers: new Map([['sixty', mayHave()]]), unread: ['127.0.0.1:9'] }),
    )
  })

  test.each([
    ['environment', null, join(root, 'none')],
    ['Python', '/usr/bin/python3.2', own],
  ])('nothing is known without its %s', (_, python, path) => {
    const keys = [{ path, python, source: ['--no-index'], names: ['sixty'] }]
    const [fact] = pipOffersFact.parse(runIn(shell, pipOffersFact.script(keys)), keys)
    expect(fact?.is).toBe('unknown')
  })
})
